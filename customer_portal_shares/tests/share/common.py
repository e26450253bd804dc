"""The dialog that shares, as the tests of the room open it."""

from odoo.fields import Command

from ..common import ShareCase


class WizardCase(ShareCase):
    def open(self, *records, user=None):
        records = records or (self.document,)
        action = records[0].browse(record.id for record in records)
        action = action.with_user(user or self.sharer).action_new_share()
        self.assertEqual(action["target"], "new")
        return (
            self.env["customer.portal.share.wizard"]
            .with_user(user or self.sharer)
            .browse(action["res_id"])
        )

    def open_for_nobody(self):
        """Open the dialog, and propose nobody."""
        wizard = self.open()
        wizard.write({"user_ids": [Command.clear()], "other_ids": [Command.clear()]})
        return wizard

    def _open_elsewhere(self, **policies):
        """Open the dialog for the folder of a company with policies, and not the active one."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere", **policies})
        self.sharer.company_ids |= elsewhere
        folder = self.folder.create({"name": "Roofs", "company_id": elsewhere.id})
        return self.open(folder), elsewhere

    def open_of(self, share, action, user=None):
        """Open the dialog by an action of a share that is there already."""
        user = user or self.sharer
        dialog = getattr(share.with_user(user), action)()
        Wizard = self.env["customer.portal.share.wizard"].with_user(user)
        return Wizard.browse(dialog["res_id"])

    def finish(self, wizard):
        wizard.action_create_share()
        self.assertEqual(wizard.step, "link")
        return wizard.share_id
