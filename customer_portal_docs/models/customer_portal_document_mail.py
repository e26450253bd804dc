import logging

from odoo import api, models
from odoo.fields import Command

from ..tools.apart import apart
from .mail_mail import MOST_AT_ONCE

_logger = logging.getLogger(__name__)


class CustomerPortalDocumentMail(models.AbstractModel):
    """Mails about documents: one for all that came in together, after the transaction.

    Many readers of what is nobody's are told by the scheduled action.

    It keeps nothing. Who is to be told is what the documents say.
    """

    _name = "customer.portal.document.mail"
    _description = "E-mails About Documents"
    _reader_template = "customer_portal_docs.mail_template_document_shared"

    @api.model
    def _notify_assigned_user(self, documents):
        """Send one mail about new documents to each user whom they are assigned to.

        Where that user has left, or has no access to the company, to those who would hear of an
        answer. Where it cannot be done, the discussion of the document says why.

        :param documents: customer.portal.document
        """
        assigned = documents.filtered("user_id")
        if not assigned:
            return
        template = self._get_template(
            "customer_portal_docs.mail_template_document_uploaded"
        )
        groups = assigned.grouped(
            lambda document: (document.user_id, document.company_id)
        )
        for (user, company), together in groups.items():
            others = self._get_others(user, together)
            # staff read it, and not who uploads
            lang = company.partner_id.lang or self.env.lang
            problem = self.with_context(lang=lang)._get_problem(
                user, others, template, company
            )
            if not problem:
                self._send(
                    together,
                    template,
                    (others or user)[0].lang,
                    "customer_portal_docs.mail_layout",
                    others.partner_id,
                )
                continue
            self._note_problem(together, problem)

    @api.model
    def _get_others(self, user, documents):
        """Return who of those who hear of answers is told in the place of a user.

        Of one who has left, or has no access to the company of the documents.
        """
        company = documents[0].company_id
        if user._filter_staff(company):
            return user.browse()
        groups = documents[0]._get_responsible_users_sudo()
        staff = (
            users_sudo._filter_staff(company).filtered("email_normalized")
            for users_sudo in groups
        )
        return next(filter(None, staff), user.browse())

    @api.model
    def _send_to_contact(self, documents, template_xmlid, reader=None):
        """Send one mail about documents to each contact of them who can be reached.

        :param documents: customer.portal.document
        :param str template_xmlid: XML id of a mail.template of documents
        :param reader: res.partner who gets it for all of them, in the place of their contacts
        """
        if not documents:
            return
        self = self.with_context(portal_mail_reader_id=reader.id if reader else None)
        template = self._get_template(template_xmlid)
        if not template:
            return
        groups = {reader: documents} if reader else documents.grouped("partner_id")
        for partner, together in groups.items():
            if partner.email_normalized:
                layout = "mail.mail_notification_light"
                self._send(together, template, partner.lang, layout, reader)

    @api.model
    def _notify_contact(self, documents):
        """Tell contacts that staff have put documents into the portal, each in one mail.

        Of what is nobody's, whoever may see it where it is. Whoever is not told, or told without a
        link, is noted in the documents' discussions. Who is asked by mail to accept a document
        hears of it by that.

        :param documents: customer.portal.document
        """
        of_contacts = documents.filtered("partner_id")
        asking = documents.filtered(lambda one: one._is_reader_asked_by_mail())
        told = documents - asking
        if not self._get_template(self._reader_template):
            self._note_missing_template(told)
            told = told.browse()
        self._send_to_contact(of_contacts & told, self._reader_template)
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        of_nobody = (documents - of_contacts).grouped(Acknowledgement._get_audience_key)
        for together in of_nobody.values():
            readers = self._find_readers(together[0])
            if len(readers) > MOST_AT_ONCE:
                Mail = self.env["customer.portal.reader.mail"]
                Mail._queue(together & told, "shared")
            else:
                self._send_to_readers(together & told, readers)
            self._note_problem(
                together, self._get_reader_problem(together[0], len(readers))
            )
        groups = of_contacts.grouped(
            lambda document: (
                document.partner_id,
                document.company_id,
                document.visibility,
            )
        )
        for (partner, company, visibility), together in groups.items():
            problem = self._get_contact_problem(partner, company, visibility)
            self._note_problem(together, problem)

    @api.model
    def _send_to_readers(self, documents, readers):
        """Send each of these readers one mail that staff have put documents into the portal."""
        for reader in readers:
            self._send_to_contact(documents, self._reader_template, reader)

    @api.model
    def _note_missing_template(self, documents):
        """Say in the discussions of documents that nobody is told: a template was deleted."""
        for company, together in documents.grouped("company_id").items():
            # staff read it
            lang = company.partner_id.lang or self.env.lang
            problem = self.with_context(lang=lang)._get_missing_template()
            self._note_problem(together, problem)

    @api.model
    def _get_missing_template(self):
        return self.env._(
            "Nobody was notified of this document: the e-mail template is missing."
        )

    @api.model
    def _note_problem(self, documents, problem):
        """Say in the discussions of documents why nobody is told of them, if there is a reason."""
        for document in documents if problem else ():
            document.message_post(body=problem, subtype_xmlid="mail.mt_note")

    # -- many readers: told by the scheduled action, in the name of who put it there

    @api.model
    def _get_readers_to_tell(self, documents_sudo):
        """Return who is told of documents of one audience: dict of document to res.partner."""
        return dict.fromkeys(documents_sudo, self._find_readers(documents_sudo[0]))

    @api.model
    def _mail(self, todo):
        """Tell readers; what fails for one keeps nobody from their mail.

        :param dict todo: a contact's id to the list of ids of documents
        """
        # sudo: customer.portal.document - mails are written by the server
        Document_sudo = self.env["customer.portal.document"].sudo()
        for partner_id, document_ids in todo.items():
            groups = Document_sudo.browse(document_ids).grouped(
                lambda document: (document.create_uid, document.company_id)
            )
            for (user, _company), together_sudo in groups.items():
                # sudo: as above
                Mail_sudo = self.with_user(user).sudo()
                reader_sudo = Mail_sudo.env["res.partner"].browse(partner_id)
                message = "%s cannot be told of %s"
                with apart(self.env, _logger, message, reader_sudo, together_sudo):
                    Mail_sudo._send_to_readers(
                        together_sudo.with_env(Mail_sudo.env), reader_sudo
                    )

    @api.model
    def _find_readers(self, document):
        """Return who is told of a document that has no contact: those who may see it where it is.

        :param document: customer.portal.document; it need not be stored yet
        """
        readers = self.env["customer.portal.acknowledgement"]._get_readers(document)
        # sudo: res.partner - their addresses and languages, for the mails
        return readers.sudo().filtered("email_normalized")

    @api.model
    def _get_reader_problem(self, document, reader_count):
        """Return why nobody is told of a document in its place, in words for staff, or None.

        :param int reader_count: of :meth:`_find_readers`
        """
        if reader_count or not (document.folder_id or document.res_id):
            return None
        return self.env._(
            "No customer with access to the portal and an e-mail address may see it there: no "
            "e-mail is sent."
        )

    @api.model
    def _get_contact_problem(self, partner, company, visibility):
        """Return what keeps a contact from being told of a document, in words for staff, or None.

        :param partner: res.partner whose document it is; may be empty
        :param company: res.company of ours that the document belongs to
        :param str visibility: of the document
        """
        if not partner:
            return None
        if not partner.email_normalized:
            return self.env._(
                "%(name)s has no e-mail address: no e-mail is sent to them.",
                name=partner.display_name,
            )
        if not partner._has_portal_login(visibility=visibility):
            return self.env._(
                "%(name)s has no access to the portal: the e-mail to them has no link to the "
                "document.",
                name=partner.display_name,
            )
        if not partner._has_portal_login(company, visibility):
            return self.env._(
                "The portal user of %(name)s has no access to %(company)s: the e-mail to them has "
                "no link to the document. An administrator can add the company to the user's "
                "allowed companies.",
                name=partner.display_name,
                company=company.name,
            )
        return None

    @api.model
    def _get_template(self, xmlid):
        return self.env.ref(xmlid, raise_if_not_found=False)

    @api.model
    def _send(self, documents, template, lang, layout, readers=None):
        """Send one mail about these documents.

        :param template: mail.template of documents
        :param str lang: code of the reader's language
        :param str layout: XML id of what is around the mail
        :param readers: res.partner who get it in the place of those whom the template says
        """
        instead = {}
        context = {"lang": lang, "portal_documents_together": documents.ids}
        if readers:
            instead = {"recipient_ids": [Command.set(readers.ids)]}
            context["portal_mail_lang"] = lang
        template._send_when_committed(
            documents[0].id,
            context=context,
            email_values=instead,
            email_layout_xmlid=layout,
        )

    @api.model
    def _get_problem(self, user, others, template, company):
        """Return why an assigned user cannot be told, nor others, in words for staff, or None."""
        if not template:
            return self._get_missing_template()
        if others:
            return None
        if not user._filter_staff():
            return self.env._(
                "Nobody was notified of this document: %(user)s, to whom portal documents are "
                "assigned, is archived or no longer an internal user.",
                user=user.name,
            )
        if not user._filter_staff(company):
            return self.env._(
                "Nobody was notified of this document: %(user)s, to whom portal documents are "
                "assigned, has no access to %(company)s.",
                user=user.name,
                company=company.name,
            )
        if not user.email_normalized:
            return self.env._(
                "Nobody was notified of this document: %(user)s, to whom portal documents are "
                "assigned, has no e-mail address.",
                user=user.name,
            )
        return None
