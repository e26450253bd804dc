import logging

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Command, Domain

from ..tools.apart import apart
from .customer_portal_title_mixin import MAX_TITLE_LENGTH

_logger = logging.getLogger(__name__)

#: Documents whose end is looked at in one transaction.
_BATCH = 100
#: Activity of staff who put in a new version, or have to find out who does.
RENEWAL = "customer_portal_docs.mail_activity_type_renewal"


class CustomerPortalRenewal(models.AbstractModel):
    """What asks by itself for the next version of documents that end."""

    _name = "customer.portal.renewal"
    _description = "Renewal of Documents That Expire"

    @api.model
    def _ask_for_all(self):
        """Ask customers for the next version of what ends soon, a batch in each transaction."""
        Document = self.env["customer.portal.document"]
        domain = (
            Domain("expiring_date", "<=", fields.Date.context_today(self))
            & Domain("renewal_date", "=", False)
            & Domain("active", "=", True)
            & Domain("company_id.active", "=", True)
        )
        while documents := Document.search(domain, order="id", limit=_BATCH):
            self._ask_for(documents)
            remaining = Document.search_count(domain, limit=_BATCH)
            if not self.env["ir.cron"]._commit_progress(
                len(documents), remaining=remaining
            ):
                break

    @api.model
    def _ask_for(self, documents):
        """Ask the contacts for the next version of documents, and staff for what comes from us."""
        waiting = self._get_waiting_lines(documents).renewed_document_id
        groups = (documents - waiting).grouped(
            lambda one: (
                one.partner_id.browse() if one._is_renewed_by_us() else one.partner_id,
                one.company_id,
                self._get_user(one),
            )
        )
        for (partner, company, user), together in groups.items():
            if partner.active:
                self._ask_apart(together, partner, company, user)
            else:
                self._tell_staff(together, user)
        self._note(documents)

    @api.model
    def _ask_apart(self, documents, partner, company, user):
        """Ask one contact; what fails is noted for staff, and keeps no other one from being asked."""
        message = "No new version of %s was requested"
        with apart(self.env, _logger, message, documents) as errors:
            self._create_request(documents, partner, company, user).action_send()
        if errors:
            for document in documents.with_context(lang=user.lang or self.env.lang):
                document.message_post(
                    body=document.env._(
                        "This document expires soon, but its next version could not be "
                        "requested automatically. Please ask for it yourself."
                    ),
                    subtype_xmlid="mail.mt_note",
                )

    @api.model
    def _note(self, documents):
        """Remember that it was asked for: a lock keeps people from changing a document, not this."""
        documents.flush_recordset()
        self.env.cr.execute(
            "UPDATE customer_portal_document SET renewal_date = %s WHERE id = ANY(%s)",
            [fields.Date.context_today(self), documents.ids],
        )
        documents.invalidate_recordset(["renewal_date"], flush=False)

    @api.model
    def _get_user(self, document):
        """Return who of the staff asks for the next version of a document."""
        users = (
            document.request_line_id.request_id.user_id
            | document.user_id
            | document.company_id.portal_document_user_id
        )
        # who has left may have a login as a customer
        return users._filter_staff(document.company_id)[:1]

    @api.model
    def _create_request(self, documents, partner, company, user):
        """Return a request for the next versions, in the contact's language."""
        env = self.with_context(lang=partner.lang).env
        if len(documents) == 1:
            name = env._("New version of: %(name)s", name=documents.name)
        else:
            name = env._("New versions of documents that expire soon")
        is_for_all = all(one.visibility == "company" for one in documents)
        request = env["customer.portal.request"].create(
            {
                "name": name[:MAX_TITLE_LENGTH],
                "partner_id": partner.id,
                "company_id": company.id,
                "user_id": user.id,
                "visibility": "company" if is_for_all else "contact",
                "deadline": max(
                    min(documents.mapped("valid_until")), partner._get_portal_today()
                ),
                "line_ids": [
                    Command.create(self._prepare_line(document))
                    for document in documents
                ],
            }
        )
        return request.with_env(self.env)

    @api.model
    def _prepare_line(self, document):
        line = document.request_line_id
        return {
            "name": line.name or document.name,
            "description": line.description,
            "multiple": False,
            "needs_valid_until": True,
            "renewed_document_id": document.id,
            "form_file": line.form_file,
            "form_filename": line.form_filename,
        }

    @api.model
    def _get_waiting_lines(self, documents):
        """Return the lines of requests that wait for the next version of documents, sudoed."""
        # sudo: customer.portal.request.line - whoever renews a document
        lines_sudo = self.env["customer.portal.request.line"].sudo()
        return lines_sudo.search(
            Domain("renewed_document_id", "in", documents.ids)
            & Domain("state", "in", ("missing", "rejected"))
            & Domain("request_id.state", "=", "open")
            & Domain("request_id.active", "=", True)
        ).filtered(lambda line: line._is_of_customer(line.renewed_document_id))

    @api.model
    def _note_valid(self, documents):
        """Take documents that are valid again for what the requests ask for, whoever renewed them."""
        for line_sudo in self._get_waiting_lines(documents):
            document_sudo = line_sudo.renewed_document_id
            if document_sudo.validity == "valid":
                document_sudo.request_line_id = line_sudo
                line_sudo._note_received(document_sudo, self.env.user.name)

    @api.model
    def _note_version(self, document_sudo):
        """Have staff look again where a customer's new version takes the place of what they answered.

        Not where a request waits for it still: the new version is of no other end.

        :param document_sudo: customer.portal.document with its new file, sudoed
        """
        if self.env.user._is_portal() and not self._get_waiting_lines(document_sudo):
            document_sudo.request_line_id._note_exchanged(document_sudo)

    # -- what staff are reminded of

    @api.model
    def _tell_staff(self, documents, user):
        """Plan the activity on each document, in the place of one that is there.

        :param user: res.users, empty for whoever answers for the document
        """
        documents._get_planned(RENEWAL).unlink()
        for document in documents:
            told = user or document._get_first_responsible_sudo()[:1]
            # nobody assigned it, whoever has left
            by_itself = document.with_user(SUPERUSER_ID).with_context(
                lang=told.lang or self.env.lang
            )
            by_itself.activity_schedule(
                RENEWAL,
                summary=self._get_task(by_itself),
                date_deadline=document.valid_until,
                user_id=told.id or self.env.uid,
            )

    @api.model
    def _hand_over(self, documents):
        """Give the activity of documents that still need it to who answers for them now.

        :param documents: customer.portal.document that had it
        """
        # sudo: customer.portal.document - who answers for it, whoever has left
        for document_sudo in documents.sudo().filtered(self._is_for_staff):
            user = self._get_user(document_sudo)
            told = user or document_sudo._get_first_responsible_sudo()[:1]
            if document_sudo._get_planned(RENEWAL).user_id != told:
                self._tell_staff(document_sudo, told)

    @api.model
    def _end_activities(self, documents):
        """Take the activity from documents that are valid again, or that the customer is asked for."""
        planned_sudo = documents._get_planned(RENEWAL)
        # sudo: customer.portal.document - whoever renewed it
        had_sudo = documents.sudo().browse(planned_sudo.mapped("res_id"))
        needed = set(had_sudo.filtered(self._is_for_staff).ids)
        planned_sudo.filtered(lambda one: one.res_id not in needed).unlink()

    @api.model
    def _is_for_staff(self, document):
        """Tell whether a document ends, and no customer is asked for the next version."""
        return (
            document.active
            and document.validity in ("expiring", "expired")
            and (document._is_renewed_by_us() or not document.partner_id.active)
        )

    @api.model
    def _get_task(self, document):
        if document._is_text_of_staff():
            return document.env._(
                "This document expires soon. Readers are asked to accept it, so only our staff "
                "can put in its new version."
            )
        if document._is_renewed_by_us():
            return document.env._(
                "This document expires soon. Its new version comes from us: please upload it, and "
                "say until when it is valid."
            )
        return document.env._(
            "This document expires soon, and there is nobody to ask for a new one."
        )
