from . import controllers, models, wizards


def uninstall_hook(env):
    env["ir.rule"]._restrict_helpdesk_rules(restore=True)
    # helpdesk_mgmt's models stay, but nothing in the portal is about them, nor shares them
    names = ("helpdesk.ticket", "helpdesk.ticket.team")
    env["ir.model"].search([("model", "in", names)])._forget_in_portal()
    # without issues, a request that is about one could not be answered, nor opened any more
    for name in ("customer.portal.request", "customer.portal.request.line"):
        env[name].with_context(active_test=False).search(
            [("record", "=like", "helpdesk.ticket,%")]
        ).record = False
