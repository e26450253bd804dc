from odoo import api, fields, models
from odoo.fields import Command


class CustomerPortalShareWizard(models.TransientModel):
    """The same dialog for a share that is there already: more to share, more people to tell."""

    _inherit = "customer.portal.share.wizard"

    is_existing = fields.Boolean(readonly=True)

    @api.model
    def _open_of(self, share, step):
        """Return the action that opens the dialog of a share at a step.

        :raise AccessError: it is another one's
        """
        share.ensure_one()
        share.check_access("write")
        wizard = self.create(
            {
                "step": step,
                "share_id": share.id,
                "is_existing": True,
                "name": share.name,
                "access": share.access,
            }
        )
        wizard.told_ids = wizard.recipient_ids
        return wizard._reopen()

    def _reopen(self):
        action = super()._reopen()
        return {**action, "name": self.share_id.name} if self.is_existing else action

    def action_add_items(self):
        """Put what was chosen into the share; what is there already stays there once."""
        self._check_share()
        self._check_has_items()
        items = self.share_id.item_ids
        known = {(item.res_model, item.res_id) for item in items}
        chosen = dict.fromkeys(
            (item.record._name, item.record.id) for item in self.item_ids
        )
        items.create(
            [
                {"share_id": self.share_id.id, "res_model": res_model, "res_id": res_id}
                for res_model, res_id in chosen
                if (res_model, res_id) not in known
            ]
        )
        return self.action_done()

    def _add_user(self, user):
        if not self.is_existing:
            return super()._add_user(user)
        self._check_share()
        self.share_id.user_ids = [Command.link(user.id)]
        self.told_ids |= user.partner_id
        return None
