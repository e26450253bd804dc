from . import answer, binder, form, helpdesk, issue
