from . import backend, portal, project, tus, upload, version
