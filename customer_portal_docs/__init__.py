from . import controllers, models, wizards


def uninstall_hook(env):
    env.cr.execute("DROP FUNCTION IF EXISTS customer_portal_parts(text) CASCADE")
