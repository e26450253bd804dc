from odoo import fields, models
from odoo.exceptions import AccessError


class CustomerPortalAcknowledgement(models.Model):
    """Somebody has read and accepted one version of a document: who, which, when, from where.

    Nobody changes or deletes such a row, and what was accepted stays readable: neither the
    document nor that version can be deleted.
    """

    _name = "customer.portal.acknowledgement"
    _description = "Document Read and Accepted"
    _order = "date desc, id desc"
    _rec_name = "person"

    document_id = fields.Many2one(
        "customer.portal.document",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    attachment_id = fields.Many2one(
        "ir.attachment",
        string="Version",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    filename = fields.Char(readonly=True, help="As it was called then.")
    checksum = fields.Char("SHA-1", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    person = fields.Char("Name", readonly=True, help="As the contact was called then.")
    email = fields.Char("E-mail", readonly=True, help="The contact's address then.")
    date = fields.Datetime(
        "Accepted On", required=True, readonly=True, default=fields.Datetime.now
    )
    address = fields.Char("IP Address", readonly=True)

    _once = models.Constraint(
        "UNIQUE (attachment_id, partner_id)",
        "This version was accepted by this contact already.",
    )

    def write(self, vals):
        self._check_superuser()
        return super().write(vals)

    def unlink(self):
        self._check_superuser()
        return super().unlink()

    def _check_superuser(self):
        """Refuse to change what was accepted.

        :raise AccessError: to everybody
        """
        if not self.env.su:
            raise AccessError(
                self.env._("What was read and accepted is kept as it is, for good.")
            )
