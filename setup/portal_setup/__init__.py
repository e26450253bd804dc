"""Bring a bare machine to a running, tested customer portal.

Nothing here is needed to install the addons on an Odoo that exists: see README.md.
Modules that run before the virtual environment exists use the standard library only;
those that need it (``database``, ``mailbox``, ``live``) are imported late.
"""
