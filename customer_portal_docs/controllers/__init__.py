from . import (
    acknowledgement,
    attachment,
    backend,
    mail,
    own,
    picture,
    portal,
    project,
    request,
    tus,
    upload,
    version,
)
