from odoo import api, models

from ..tools.filenames import clean_filename, clean_line, clean_text


class CustomerPortalDocument(models.Model):
    """How files become documents, and who is told of it."""

    _inherit = "customer.portal.document"

    @api.model
    def _create_from_files(self, files, vals):
        """Create one document for each file, all of them or none.

        The caller has checked that the files are acceptable and that the current user may
        upload for this contact, into this folder and on this record.

        :param files: list of (str file name, :class:`IncomingFile`)
        :param vals: dict of values that the documents share; ``name`` may be empty
        :return: the documents, sudoed
        """
        title = clean_line(vals.pop("name", ""))
        # sudo: customer.portal.document - customers create documents here and nowhere else
        documents_sudo = self.sudo().with_context(
            mail_create_nosubscribe=True,
            mail_create_nolog=True,
            mail_auto_subscribe_no_notify=True,
        )
        created_sudo = documents_sudo.create(
            [
                {
                    **vals,
                    "name": self._get_title(
                        title, clean_filename(filename), len(files)
                    ),
                    "description": clean_text(vals.get("description")),
                    "attachment_id": self._create_attachment_sudo(
                        filename, incoming
                    ).id,
                }
                for filename, incoming in files
            ]
        )
        created_sudo._subscribe_contact()
        return created_sudo

    @api.model
    def _get_title(self, title, filename, count):
        if title and count == 1:
            return title
        return f"{title} – {filename}" if title else filename

    @api.model
    def _create_attachment_sudo(self, filename, incoming):
        filename = clean_filename(filename)
        # sudo: ir.attachment - portal users have no access of their own to attachments; what
        # core does for them (no scriptable type is stored as such) is asked for by context,
        # and a customer's picture is kept as it is
        return (
            self.env["ir.attachment"]
            .sudo()
            .with_context(attachments_mime_plainxml=True, image_no_postprocess=True)
            .create(
                {
                    "name": filename,
                    "mimetype": incoming.get_mimetype(filename),
                    "raw": incoming,
                }
            )
        )

    def _subscribe_contact(self):
        # nobody follows a new document yet: nothing to look up before
        # but who is assigned to it, who may be the contact as well
        followed = self.filtered(
            lambda document: (
                document.partner_id.active
                and document.partner_id != document.user_id.partner_id
            )
        )
        for partner, documents in followed.grouped("partner_id").items():
            self.env["mail.followers"]._insert_followers(
                self._name,
                documents.ids,
                partner.ids,
                customer_ids=partner.filtered("partner_share").ids,
                check_existing=False,
            )

    @api.model
    def _create_from_portal(self, files, vals):
        """Create documents that the current portal user uploads, and tell who must know.

        :param files: list of (str file name, :class:`IncomingFile`)
        :param vals: dict of ``name``, ``description``, ``folder_id``, ``res_model``, ``res_id``
        :return: the documents, sudoed
        """
        partner = self.env.user.partner_id
        # what is asked for below, and not eighty columns
        partner.fetch(
            ["active", "commercial_partner_id", "company_id", "partner_share"]
        )
        own_company = partner.company_id and (
            partner.company_id & self.env.user.company_ids
        )
        company = own_company or self.env.company
        # sudo: res.company - the settings of the company
        company_sudo = company.sudo()
        documents_sudo = self._create_from_files(
            files,
            {
                "visibility": company_sudo.portal_document_visibility,
                **vals,
                "partner_id": partner.id,
                "company_id": company.id,
                "user_id": company_sudo.portal_document_user_id.id,
            },
        )
        documents_sudo._notify_assigned_user()
        if company_sudo.portal_document_receipt:
            documents_sudo._send_receipt()
        return documents_sudo

    def _notify_assigned_user(self):
        """Send the mail of a new document to its assigned user, after the transaction."""
        if not self.user_id:
            return
        template = self.env.ref(
            "customer_portal_docs.mail_template_document_uploaded",
            raise_if_not_found=False,
        )
        for document in self.filtered("user_id"):
            problem = document._get_notification_problem(template)
            if problem:
                document.message_post(body=problem, subtype_xmlid="mail.mt_note")
                continue
            mail_id = template.with_context(lang=document.user_id.lang).send_mail(
                document.id
            )
            self.env["mail.mail"].browse(mail_id).send_after_commit()

    def _get_notification_problem(self, template):
        """Return why the assigned user cannot be told, in words for staff, or None."""
        user = self.user_id
        if not template:
            return self.env._(
                "Nobody was told of this document: the e-mail template is missing."
            )
        if not user.active:
            return self.env._(
                "Nobody was told of this document: %(user)s, to whom portal documents are "
                "assigned, is archived.",
                user=user.name,
            )
        if not user.email_normalized:
            return self.env._(
                "Nobody was told of this document: %(user)s, to whom portal documents are "
                "assigned, has no e-mail address.",
                user=user.name,
            )
        return None

    def _get_uploading_company_name(self):
        """Return the name of the company that a document came from, or an empty string."""
        company = self.commercial_partner_id
        return company.name if company.is_company else ""

    def _notify_contact(self):
        """Tell the contact by mail that staff put a document into the portal."""
        self._mail_contact("customer_portal_docs.mail_template_document_shared")

    def _send_receipt(self):
        """Confirm the upload to the contact by mail."""
        self._mail_contact("customer_portal_docs.mail_template_document_receipt")

    def _mail_contact(self, template_xmlid):
        template = self.env.ref(template_xmlid, raise_if_not_found=False)
        if not template:
            return
        for document in self.filtered("partner_id.email_normalized"):
            mail_id = template.with_context(lang=document.partner_id.lang).send_mail(
                document.id, email_layout_xmlid="mail.mail_notification_light"
            )
            # sudo: mail.mail - staff may not read the queue that their own mail is in
            self.env["mail.mail"].sudo().browse(mail_id).send_after_commit()
