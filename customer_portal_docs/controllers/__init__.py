from . import (
    attachment,
    backend,
    mail,
    own,
    picture,
    portal,
    project,
    tus,
    upload,
    version,
)
