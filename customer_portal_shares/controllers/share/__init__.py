from . import document, portal, share, upload
