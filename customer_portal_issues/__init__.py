from . import controllers, models


def uninstall_hook(env):
    env["ir.rule"]._restrict_helpdesk_rules(restore=True)
