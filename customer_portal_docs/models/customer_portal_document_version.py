from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerPortalDocument(models.Model):
    """Versions: a new file keeps the old ones."""

    _inherit = "customer.portal.document"

    version_ids = fields.One2many(
        "ir.attachment",
        "portal_document_id",
        string="Versions",
        readonly=True,
        copy=False,
        groups="customer_portal_docs.group_document_user",
        help="All files the document has had, newest first.",
    )
    version_count = fields.Integer(compute="_compute_version_count")

    @api.depends("version_ids")
    def _compute_version_count(self):
        # sudo: ir.attachment - who sees a document may know how many versions it has
        counts = dict(
            self.env["ir.attachment"]
            .sudo()
            ._read_group(
                [("portal_document_id", "in", self.ids)],
                ["portal_document_id"],
                ["__count"],
            )
        )
        for document in self:
            document.version_count = counts.get(document.sudo(), 0)

    def write(self, vals):
        if "attachment_id" in vals:
            # the file that is there stays as a version, whoever put it there
            self._claim_attachments()
        return super().write(vals)

    def _check_attachments(self, vals_list):
        result = super()._check_attachments(vals_list)
        attachment_ids = [vals.get("attachment_id") for vals in vals_list]
        # sudo: ir.attachment - it was just checked that the user may read these
        for attachment in (
            self.env["ir.attachment"].sudo().browse(filter(None, attachment_ids))
        ):
            if attachment.portal_document_id - self:
                raise ValidationError(
                    self.env._("This file belongs to another document.")
                )
        return result

    def _get_version_sudo(self, attachment_id):
        """Return one of the document's files, sudoed, or an empty record.

        :param int attachment_id: id of an attachment
        """
        # sudo: ir.attachment - the caller authorised the document
        return self.sudo().version_ids.filtered(lambda file: file.id == attachment_id)

    def _add_version(self, filename, incoming):
        """Give the document a new file; the old one stays as a version.

        The caller has checked that the current user may and that the file is acceptable.

        :param str filename: its name
        :param incoming: :class:`IncomingFile`
        :raise DocumentLockedError: the document is locked
        """
        self.ensure_one()
        self._check_not_locked()
        self._set_version(self._create_attachment_sudo(filename, incoming))

    def action_restore_version(self, attachment):
        """Make an old version the current one, as a new version.

        :param attachment: one of ``version_ids``, as a record or its id
        :raise DocumentLockedError: the document is locked
        :raise ValidationError: not a version of this document
        """
        self.ensure_one()
        self.check_access("write")
        self._restore_version(
            attachment if isinstance(attachment, int) else attachment.id
        )
        return True

    def _restore_version(self, attachment_id):
        self._check_not_locked()
        version_sudo = self._get_version_sudo(attachment_id)
        if not version_sudo:
            raise ValidationError(
                self.env._("This file is not a version of the document.")
            )
        if version_sudo != self.sudo().attachment_id:
            self._set_version(version_sudo._copy_portal_version())

    def _set_version(self, attachment_sudo):
        # sudo: customer.portal.document - the callers authorise; customers have no write access
        self.sudo().write({"attachment_id": attachment_sudo.id})
        self.sudo().message_post(
            body=self.env._("New version: %(filename)s", filename=attachment_sudo.name),
            author_id=self.env.user.partner_id.id,
            message_type="notification",
            subtype_xmlid="mail.mt_comment",
        )
