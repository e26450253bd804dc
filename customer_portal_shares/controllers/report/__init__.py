from . import portal, share
