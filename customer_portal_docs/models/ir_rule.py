from odoo import models


class IrRule(models.Model):
    """Rules follow who their user is today.

    Odoo keeps the evaluated domain of a rule for each user, and forgets it when groups or
    companies change, not when the user's contact does: with ``user.commercial_partner_id`` in
    its rules, a contact who moves to another company would go on reading the old one's records.
    See https://github.com/odoo/odoo/issues/276885. What rules ask of the user's contact is part
    of what they are kept by, so it is asked anew in each transaction, however it has changed (a
    form, a parent's parent, a merge in SQL), by each worker, and nothing has to be told.
    """

    _inherit = "ir.rule"

    def _compute_domain_context_values(self):
        yield from super()._compute_domain_context_values()
        yield self._get_portal_identity()

    def _get_portal_identity(self):
        """Return ids of what rules ask of the current user and Odoo does not forget by itself."""
        # sudo: res.users, res.partner - who the current user is
        user_sudo = self.env.user.sudo()
        partner_sudo = user_sudo.partner_id
        if self.env.su or not partner_sudo:
            return ()
        # staff belong to no customer
        if user_sudo._is_internal():
            return (partner_sudo.id,)
        return (partner_sudo.id, partner_sudo.commercial_partner_id.id)
