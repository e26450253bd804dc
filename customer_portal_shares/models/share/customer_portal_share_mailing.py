from odoo import fields, models
from odoo.tools import format_date

from odoo.addons.customer_portal_docs.tools.emails import parse_email
from odoo.addons.customer_portal_docs.tools.filenames import clean_line


class CustomerPortalShareMailing(models.Model):
    """To whom the link of a share was sent by e-mail.

    A contact and no text: the line says no more than the contact still does, and goes with it.
    """

    _name = "customer.portal.share.mailing"
    _description = "E-mail with the Link of a Share"
    _order = "share_id, id"
    _rec_name = "partner_id"
    _log_access = False

    share_id = fields.Many2one(
        "customer.portal.share",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    date = fields.Date(
        required=True, readonly=True, help="Where the user was who sent it."
    )

    def _get_lines(self):
        """Return a line of text for each, with the names and addresses of today."""
        # sudo: res.partner - as for any field, the name alone of those one may not read
        partners_sudo = self.sudo().partner_id
        readable = partners_sudo.sudo(self.env.su)._filtered_access("read")
        return [
            mailing.sudo()._get_line(has_address=mailing.partner_id in readable)
            for mailing in self
        ]

    def _get_line(self, has_address):
        # a portal user chooses a name
        name = clean_line(self.partner_id._get_portal_name())
        email = has_address and parse_email(self.partner_id.email)
        day = format_date(self.env, self.date)
        return f"{name} <{email}>, {day}" if email else f"{name}, {day}"
