from . import document, picture, portal, share, tus, upload
