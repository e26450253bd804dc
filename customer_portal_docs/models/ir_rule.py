from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


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

    #: dialogs of others by which staff let customers in, or have them told of something
    _portal_dialogs = frozenset(
        {
            "mail.followers.edit",
            "portal.share",
            "portal.wizard",
            "portal.wizard.user",
            "project.share.collaborator.wizard",
            "project.share.wizard",
            "task.share.wizard",
        }
    )

    def _compute_domain_context_values(self):
        yield from super()._compute_domain_context_values()
        yield self._get_portal_identity()

    def _get_portal_identity(self):
        """Return ids of what rules ask of the current user and Odoo does not forget by itself."""
        # staff and visitors belong to no customer: for another contact of theirs, all is forgotten
        if self.env.su or not self.env.user._is_portal():
            return ()
        # sudo: res.users, res.partner - who the current user is
        partner_sudo = self.env.user.sudo().partner_id
        return (partner_sudo.id, partner_sudo.commercial_partner_id.id)

    def _compute_domain(self, model_name, mode="read"):
        """Keep a dialog to who has opened it.

        Odoo's own rights say only who may open such dialogs: what one member of staff fills in,
        another could change before it is sent. Here, and not a rule for each: none is forgotten.
        """
        domain = super()._compute_domain(model_name, mode)
        model = self.env[model_name]
        if not self.env.su and model._transient and self._is_kept_dialog(model):
            own = Domain("create_uid", "=", self.env.uid)
            domain = (domain & own).optimize(model)
        return domain

    @api.model
    def _is_kept_dialog(self, model):
        return model._is_of_portal_suite() or model._name in self._portal_dialogs

    def _make_access_error(self, operation, records):
        """Tell in debug mode as well no names of what is refused.

        Any employee may turn it on, and core reads the names with all rights.
        """
        error = super()._make_access_error(operation, records)
        user = self.env.user
        is_told = not user.has_group("base.group_no_one") or user._is_system()
        if is_told or not records._is_kept():
            return error
        model = self.env["ir.model"]._get(records._name)
        refusal = AccessError(
            self.env._(
                "You are not allowed to do this (%(operation)s) on %(model)s (%(name)s).",
                model=model.name,
                name=records._name,
                operation=operation,
            )
        )
        refusal.context = getattr(error, "context", None)
        return refusal
