from . import backend, portal, project, upload
