from . import binder, form, helpdesk, issue
