from . import attachment, backend, mail, portal, project, tus, upload, version
