from odoo import models
from odoo.fields import Command


class ResGroups(models.Model):
    _inherit = "res.groups"

    def write(self, vals):
        """End the sessions of customers whose groups change, by whichever side it is written."""
        if "user_ids" not in vals:
            return super().write(vals)
        # sudo: res.users - whoever they are: the writer of a group need not see them
        users_sudo = self.sudo()._get_users_of_commands(vals["user_ids"] or ())
        before = users_sudo._get_state_and_groups_of_each()
        result = super().write(vals)
        users_sudo._end_proofs_of_changed(before)
        return result

    def _get_users_of_commands(self, commands):
        """Return the users that commands of :attr:`user_ids` put in or out."""
        ids = set()
        for command in commands:
            if isinstance(command, int):
                ids.add(command)
            elif command[0] in (Command.SET, Command.CLEAR):
                ids.update(self.with_context(active_test=False).user_ids.ids)
                ids.update(command[2] or ())
            elif command[0] != Command.CREATE:
                ids.add(command[1])
        return self.env["res.users"].browse(ids)
