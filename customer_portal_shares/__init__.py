from . import controllers, models, wizards


def uninstall_hook(env):
    env["customer.portal.report.ready"]._forget_made()
