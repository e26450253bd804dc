from . import document, picture, portal, share, upload
