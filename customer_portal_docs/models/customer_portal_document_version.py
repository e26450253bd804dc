from odoo import api, models
from odoo.exceptions import ValidationError

#: Context value of the message that tells of a new version. An object, so that no client can send
#: it.
NEW_VERSION = object()


class CustomerPortalDocumentVersion(models.AbstractModel):
    """The files that a document has had: a new one keeps the old ones.

    It keeps nothing: versions are the document's attachments, and ``attachment_id`` is the current
    one. Who may change a document is for the callers to ask.
    """

    _name = "customer.portal.document.version"
    _description = "Versions of Documents"

    @api.model
    def _find_sudo(self, document, attachment_id):
        """Return one of a document's files, sudoed, or an empty record.

        :param int attachment_id: id of an attachment
        """
        # sudo: ir.attachment - the caller authorised the document
        files_sudo = document.sudo().version_ids
        return files_sudo.filtered(lambda file: file.id == attachment_id)

    @api.model
    def _add(self, document, filename, incoming, valid_until=False, sender=None):
        """Give a document a new file; the old one stays as a version.

        The caller has checked that the current user may and that the file is acceptable.

        :param str filename: its name
        :param incoming: :class:`IncomingFile`
        :param valid_until: date, the last day on which it is valid; what was said before holds
            where nobody says so
        :param sender: res.partner whose personal link it came by; None: the current user sent it
        :raise DocumentLockedError: the document is locked
        """
        document.ensure_one()
        document._check_not_locked()
        vals = {"valid_until": valid_until} if valid_until else {}
        Attachment = document.env["ir.attachment"]
        file_sudo = Attachment._create_incoming_sudo(filename, incoming, sender)
        self._make_current(document, file_sudo, sender, **vals)

    @api.model
    def _restore(self, document, attachment_id):
        """Make an old version the current one, as a new version.

        :param int attachment_id: id of one of its files
        :return: bool, whether it was not the current one already
        :raise DocumentLockedError: the document is locked
        :raise ValidationError: not a version of this document
        """
        document._check_not_locked()
        version_sudo = self._find_sudo(document, attachment_id)
        if not version_sudo:
            raise ValidationError(
                self.env._("This file is not a version of the document.")
            )
        # sudo: ir.attachment - the callers authorise the document
        document_sudo = document.sudo()
        is_old = version_sudo != document_sudo.attachment_id
        if is_old:
            end = version_sudo.portal_valid_until
            # what was said before holds where nobody says so, and an end that is written anew is
            # asked for anew
            is_other = end and end != document_sudo.valid_until
            vals = {"valid_until": end} if is_other else {}
            self._make_current(document, version_sudo._copy_portal_version(), **vals)
        return is_old

    @api.model
    def _make_current(self, document, attachment_sudo, sender=None, **vals):
        """Give a document a file as its new version, and tell its followers who has done so.

        :param document: as the user who gives it the file
        :param sender: as in :meth:`_add`
        :param vals: what else changes with it
        """
        # sudo: customer.portal.document - the callers authorise; customers have no write access
        document_sudo, env = document.sudo(), document.env
        Receipt = self.env["customer.portal.document.receipt"]
        Receipt._send_to_others(document_sudo, sender or env.user.partner_id)
        document_sudo.write({"attachment_id": attachment_sudo.id, **vals})
        document_sudo.with_context(portal_new_version=NEW_VERSION).message_post(
            body=env._("New version: %(filename)s", filename=attachment_sudo.name),
            author_id=(sender or env.user.partner_id).id,
            message_type="notification",
            subtype_xmlid="mail.mt_comment",
        )

    # -- what documents do when they are written

    @api.model
    def _claim(self, documents):
        """Make the current files of documents their own, if they are nobody's yet."""
        for document_sudo in documents.sudo():
            # sudo: ir.attachment - rights were checked by the document
            attachment_sudo = document_sudo.attachment_id
            attachment_sudo._claim_for_portal_document(document_sudo)
            if document_sudo.message_main_attachment_id != attachment_sudo:
                document_sudo._message_set_main_attachment_id(
                    attachment_sudo, force=True
                )

    @api.model
    def _keep_end(self, documents):
        """Have each version keep until when it is valid."""
        # sudo: ir.attachment - as above
        for document_sudo in documents.sudo():
            file_sudo = document_sudo.attachment_id
            if file_sudo.portal_valid_until != document_sudo.valid_until:
                file_sudo.portal_valid_until = document_sudo.valid_until
