from odoo import api, models

#: What helpdesk_mgmt's rules for customers say, and what they say with this addon.
RULES = {
    "helpdesk_mgmt.helpdesk_ticket_rule_portal": (
        "['|', ('partner_id', 'child_of', [user.commercial_partner_id.id]), "
        "('message_partner_ids', 'child_of', [user.commercial_partner_id.id])]",
        "[('audience_key', 'in', [user.partner_id.id, -user.commercial_partner_id.id])]",
    ),
    "helpdesk_mgmt.helpdesk_ticket_team_portal_rule": (
        "[('show_in_portal', '=', True)]",
        "[('portal_is_open', '=', True)]",
    ),
}


class IrRule(models.Model):
    _inherit = "ir.rule"

    @api.model
    def _is_kept_dialog(self, model):
        return (
            super()._is_kept_dialog(model)
            or model._name == "helpdesk.ticket.duplicate.wizard"
        )

    @api.model
    def _restrict_helpdesk_rules(self, restore=False):
        """Have customers read the issues of their company, as documents, and the binders open to them."""
        for xmlid, (theirs, ours) in RULES.items():
            rule = self.env.ref(xmlid, raise_if_not_found=False)
            domain = theirs if restore else ours
            if rule and rule.domain_force != domain:
                rule.domain_force = domain
