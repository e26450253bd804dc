from . import branding, colleague, invitation
