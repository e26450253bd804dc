from . import branding
