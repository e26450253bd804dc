from . import backend, mail, portal, project, tus, upload, version
