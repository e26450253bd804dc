from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _get_portal_access(self):
        feeds_sudo = self._get_calendar_feeds_sudo()
        return [
            *super()._get_portal_access(),
            (self.env._("Calendar feeds"), feeds_sudo),
        ]

    def _end_portal_access(self):
        self._get_calendar_feeds_sudo()._revoke_link()
        return super()._end_portal_access()

    def _end_proofs_of_claim(self):
        # their addresses ask for no login
        self._get_calendar_feeds_sudo()._revoke_link()
        return super()._end_proofs_of_claim()

    def _get_calendar_feeds_sudo(self):
        # sudo: customer.portal.calendar.feed - whoever's they are: the callers decide
        feeds_sudo = self.env["customer.portal.calendar.feed"].sudo()
        return feeds_sudo.search([("user_id", "in", self.ids)])
