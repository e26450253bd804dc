from odoo import fields, models

from .mail_message import ANSWER


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "customer.portal.delivery.mixin"]

    portal_documents_known_date = fields.Datetime(
        copy=False,
        groups=fields.NO_ACCESS,
        help="What was in the portal by then is not new to the customer.",
    )

    def write(self, vals):
        result = super().write(vals)
        # what rules ask of the contact of staff is kept, see ir.rule
        if "partner_id" in vals:
            self.env.registry.clear_cache()
        return result

    def _update_last_login(self):
        result = super()._update_last_login()
        # browsers without scripts do not say that they saw the home
        self.env["customer.portal.last.visit"].with_user(self.env.user)._note()
        return result

    def _init_messaging(self, store):
        # core counts one's own stars, by a field that tells outsiders whose the others are
        counting = self.with_context(portal_message_answer=ANSWER)
        return super(ResUsers, counting)._init_messaging(store)

    def _note_undelivered(self, emails, reason):
        # Odoo writes to staff about their accounts as well, and they have colleagues to ask
        customers = self.filtered("share")
        return super(ResUsers, customers)._note_undelivered(emails, reason)

    def _note_delivered(self, emails):
        # an account has one address: what did not arrive at an old one is over
        # sudo: res.users - whoever sends the mails
        self.sudo().filtered("portal_undelivered").write(
            {"portal_undelivered": False, "portal_undelivered_reason": False}
        )
