from . import attachment, backend, mail, own, portal, project, tus, upload, version
