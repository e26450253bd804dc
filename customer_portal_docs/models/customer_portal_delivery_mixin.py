from odoo import fields, models

from ..tools.emails import encode_email, shorten_reason


class CustomerPortalDeliveryMixin(models.AbstractModel):
    """A record without a discussion that tells which mails about it could not be delivered."""

    _name = "customer.portal.delivery.mixin"
    _description = "Record That Mails Are Sent About"

    portal_undelivered = fields.Char(
        string="Could Not Be Delivered",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="Addresses that the last e-mail about this could not be delivered to.",
    )
    portal_undelivered_reason = fields.Char(
        string="Why It Could Not Be Delivered",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="As reported by the mail server.",
    )

    def _note_undelivered(self, emails, reason):
        """Keep the addresses that a mail about these records did not reach.

        :param list emails: normalized addresses
        :param str reason: in the words of the server
        """
        # sudo: the record - whoever sends the mails
        for record_sudo in self.sudo():
            known = record_sudo._get_undelivered()
            added = [email for email in emails if email not in known]
            record_sudo.write(
                {
                    "portal_undelivered": ", ".join([*known, *added]),
                    "portal_undelivered_reason": shorten_reason(reason),
                }
            )

    def _note_delivered(self, emails):
        """Forget that a mail did not reach these addresses: a new one was taken."""
        taken = {encode_email(email) for email in emails}
        # sudo: as above
        for record_sudo in self.sudo().filtered("portal_undelivered"):
            left = [
                email
                for email in record_sudo._get_undelivered()
                if encode_email(email) not in taken
            ]
            record_sudo.portal_undelivered = ", ".join(left) or False
            if not left:
                record_sudo.portal_undelivered_reason = False

    def _get_undelivered(self):
        return list(filter(None, (self.portal_undelivered or "").split(", ")))

    def unlink(self):
        # core deletes messages with their records only where there is a discussion
        # sudo: mail.message - those of mails about what is deleted
        messages_sudo = (
            self.env["mail.message"]
            .sudo()
            .search([("model", "=", self._name), ("res_id", "in", self.ids)])
        )
        result = super().unlink()
        messages_sudo.unlink()
        return result
