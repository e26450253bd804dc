import logging
from datetime import UTC

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, frozendict

from ..tools.apart import apart
from ..tools.zones import find_zone

_logger = logging.getLogger(__name__)

#: Keys of a context that put more into the name of a contact.
_NAME_DETAILS = ("partner_show_db_id", "show_address", "show_email", "show_vat")
#: Context value with which templates show a contact. An object, so that no client can send it.
WIDGET = object()


class Owed(frozendict):
    """What contacts owe, while their reminders are made: tuples of ids of requests, by the contact's.

    A type that no client can send.
    """


class ResPartner(models.Model):
    _inherit = "res.partner"

    portal_own_document_ids = fields.One2many(
        "customer.portal.document",
        "partner_id",
        string="Documents of the Contact",
        groups="customer_portal_docs.group_document_user",
    )
    portal_commercial_document_ids = fields.One2many(
        "customer.portal.document",
        "commercial_partner_id",
        string="Documents of the Company's Contacts",
        groups="customer_portal_docs.group_document_user",
    )
    portal_document_ids = fields.Many2many(
        "customer.portal.document",
        string="Customer Documents",
        compute="_compute_portal_document_ids",
        groups="customer_portal_docs.group_document_user",
        help="The documents of a contact; for a company, those of all its contacts.",
    )
    portal_latest_document_ids = fields.Many2many(
        "customer.portal.document",
        string="Latest Customer Documents",
        compute="_compute_portal_latest_document_ids",
        groups="customer_portal_docs.group_document_user",
    )
    portal_document_count = fields.Integer(
        compute="_compute_portal_document_count",
        groups="customer_portal_docs.group_document_user",
    )

    portal_request_ids = fields.One2many(
        "customer.portal.request",
        "partner_id",
        string="Requests",
        groups="customer_portal_docs.group_document_user",
    )
    portal_request_count = fields.Integer(
        "Open Requests",
        compute="_compute_portal_request_count",
        groups="customer_portal_docs.group_document_user",
    )
    portal_reminded_date = fields.Date(
        "Last Portal Reminder",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="Somebody who was reminded of anything today is not reminded of anything else today.",
    )

    portal_asked_date = fields.Date(
        "Last Asked for Documents",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="Somebody who was asked for documents today is not reminded of anything today.",
    )
    portal_checked_date = fields.Date(
        "Last Checked for Reminders",
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="The scheduled action looks at each contact once a day.",
    )
    portal_reminder_mail_id = fields.Many2one(
        "mail.mail",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=fields.NO_ACCESS,
    )

    #: contacts who are reminded in one transaction
    _portal_reminder_batch = 100
    #: documents listed on the contact form; the button above them opens all
    _portal_latest_document_limit = 40

    def _has_portal_login(self, company=None, visibility="contact"):
        """Tell whether one who reads the mails of the contact can log in.

        That is the contact, and of a company whoever is of it, for what all of them see.

        :param company: res.company of ours that it belongs to, which not every login has access
            to; None for any
        :param str visibility: of what is to be seen, as documents have it
        """
        # sudo: res.users - whether there is a login
        partner_sudo = self.sudo()
        if not (partner_sudo.is_company and visibility == "company"):
            users_sudo = partner_sudo.user_ids.filtered("active")
            return any(
                not company or company.id in user_sudo._get_company_ids()
                for user_sudo in users_sudo
            )
        Users_sudo = partner_sudo.env["res.users"].with_context(active_test=True)
        domain = Domain("partner_id", "child_of", self.id)
        if company:
            domain &= Domain("company_ids", "in", company.ids)
        return bool(Users_sudo.search_count(domain, limit=1))

    def _get_portal_document_domain(self):
        """Return the domain of a contact's documents; a company has those of its contacts."""
        self.ensure_one()
        if self.is_company:
            return [
                "|",
                ("commercial_partner_id", "=", self.id),
                ("partner_id", "=", self.id),
            ]
        return [("partner_id", "=", self.id)]

    @api.depends(
        "is_company", "portal_own_document_ids", "portal_commercial_document_ids"
    )
    def _compute_portal_document_ids(self):
        Document = self.env["customer.portal.document"]
        for partner in self:
            domain = partner._get_portal_document_domain()
            partner.portal_document_ids = Document.search(domain)

    @api.depends(
        "is_company", "portal_own_document_ids", "portal_commercial_document_ids"
    )
    def _compute_portal_latest_document_ids(self):
        Document = self.env["customer.portal.document"]
        limit = self._portal_latest_document_limit
        for partner in self:
            domain = partner._get_portal_document_domain()
            partner.portal_latest_document_ids = Document.search(domain, limit=limit)

    @api.depends(
        "is_company", "portal_own_document_ids", "portal_commercial_document_ids"
    )
    def _compute_portal_document_count(self):
        Document = self.env["customer.portal.document"]
        contacts = self.filtered(lambda partner: not partner.is_company)
        counts = dict(
            Document._read_group(
                [("partner_id", "in", contacts.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in contacts:
            partner.portal_document_count = counts.get(partner, 0)
        for company in self - contacts:
            domain = company._get_portal_document_domain()
            company.portal_document_count = Document.search_count(domain)

    @api.depends("portal_request_ids.state")
    def _compute_portal_request_count(self):
        for partner in self:
            partner.portal_request_count = self.env[
                "customer.portal.request"
            ].search_count(partner._get_portal_request_domain())

    def _get_portal_request_domain(self):
        """Return the domain of a contact's open requests; a company has those of its contacts."""
        self.ensure_one()
        name = "commercial_partner_id" if self.is_company else "partner_id"
        return [(name, "=", self.id), ("state", "in", ("draft", "open"))]

    def action_open_portal_requests(self):
        """Open the document requests of this contact, or of all contacts of this company."""
        self.ensure_one()
        name = "commercial_partner_id" if self.is_company else "partner_id"
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "customer_portal_docs.customer_portal_request_action"
            ),
            "domain": [(name, "=", self.id)],
            # those that the button counts
            "context": {
                "default_partner_id": self.id,
                "search_default_draft": 1,
                "search_default_open": 1,
            },
        }

    def action_open_portal_documents(self):
        """Open the documents of this contact, or of all contacts of this company."""
        self.ensure_one()
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "customer_portal_docs.customer_portal_document_action"
            ),
            "domain": self._get_portal_document_domain(),
            "context": {"default_partner_id": self.id},
        }

    def _get_portal_visibility(self):
        """Return who sees what is new of these contacts, by the companies of ours that they are of.

        Only the contact where one of the companies says so.
        """
        # sudo: res.partner, res.company - whose they are, and a setting of those not active as well
        companies_sudo = self.sudo().company_id
        if not self or any(not one.company_id for one in self.sudo()):
            companies_sudo |= self.env.company.sudo()
        found = companies_sudo.mapped("portal_document_visibility")
        return "contact" if "contact" in found else "company"

    # -- names

    @api.depends_context("uid", "portal_contact_widget")
    def _compute_display_name(self):
        untold = self._get_untold_in_portal()
        plain = untold.with_context(**dict.fromkeys(_NAME_DETAILS, False))
        super(ResPartner, plain)._compute_display_name()
        for partner, named in zip(untold, plain, strict=True):
            partner.display_name = named.display_name
        return super(ResPartner, self - untold)._compute_display_name()

    def _get_untold_in_portal(self):
        """Return those of whom the name alone is told: a client decides in its context what more.

        Names of records in relations are read with all rights. Pages name an address on purpose.
        """
        is_asked = any(map(self.env.context.get, _NAME_DETAILS))
        is_page = self.env.context.get("portal_contact_widget") is WIDGET
        if not self.env.user.share or not is_asked or is_page:
            return self.browse()
        # sudo ends here: asked as the user whom the names are told
        return self - self.sudo(False)._filtered_access("read")

    def write(self, vals):
        companies = (
            self._get_portal_companies()
            if {"parent_id", "is_company"} & set(vals)
            else {}
        )
        result = super().write(vals)
        if vals.get("active") is False:
            # with the contact as well
            self._end_links_to_address()
        moved = (
            self.browse(
                id_
                for id_, company in self._get_portal_companies().items()
                if companies.get(id_, company) != company
            )
            if companies
            else self.browse()
        )
        moved._update_portal_audience()
        return result

    def _get_portal_companies(self):
        # sudo: res.partner - contacts below, whoever may see them, change company as well
        family_sudo = (
            self.sudo()
            .with_context(active_test=False)
            .search([("id", "child_of", self.ids)])
        )
        return {partner.id: partner.commercial_partner_id.id for partner in family_sudo}

    @api.model
    def _get_portal_audience_models(self):
        """Return the names of the models whose records are kept for a contact and their company.

        They have ``partner_id``, ``commercial_partner_id``, ``audience_key`` and
        ``_follow_contact``, as ``customer.portal.document``.
        """
        return ["customer.portal.document", "customer.portal.request"]

    def _update_portal_audience(self):
        """Keep who sees a record right when contacts join a company or are merged.

        A record stays with the company it was made for. One that its contact made before
        belonging to any company joins the company, for the contact's eyes only: what was private
        does not become known to colleagues by itself.
        """
        if not self:
            return
        domain = [
            "|",
            ("partner_id", "in", self.ids),
            ("commercial_partner_id", "in", self.ids),
        ]
        for name in self._get_portal_audience_models():
            # sudo: the records - those that the user cannot see change as well
            records_sudo = (
                self.env[name].sudo().with_context(active_test=False).search(domain)
            )
            for record in records_sudo:
                company = record.commercial_partner_id.commercial_partner_id
                if company != record.commercial_partner_id:
                    record._follow_contact(company)
            self.env.add_to_compute(records_sudo._fields["audience_key"], records_sudo)

    # -- the home

    def _read_portal_pictures(self):
        """Read the pictures that core's page shows of the contact who looks at it.

        Core asks for each as the customer, and each time the rules of contacts look for all of
        the customer's company: a fifth of the page.
        """
        # sudo: res.partner - the user's own contact, which is always theirs to read
        partner_sudo = self.sudo()
        partner_sudo._note_missing_pictures(["image_1024", "image_128"])
        # as fields, and not by read(): with the first one comes all else of the contact
        for name in ("avatar_1024", "avatar_128"):
            partner_sudo.mapped(name)

    def _note_missing_pictures(self, names):
        """Keep which of its pictures the contact has not, as most have none.

        Odoo looks for the file of each in a statement of its own, and reads all of its row.

        :param names: of fields that are kept as attachments
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT res_field FROM ir_attachment"
                " WHERE res_model = %s AND res_id = %s AND res_field = ANY(%s)",
                self._name,
                self.id,
                names,
            )
        )
        for name in set(names) - {name for (name,) in rows}:
            # Odoo has no other way to keep that there is nothing: two statements and 0.8 ms less
            # of the home
            self._fields[name]._insert_cache(self, [None])

    # -- reminders: one mail for all that a contact owes, and one a day at most

    def _get_portal_today(self):
        """Return today's date where the contact is."""
        now = fields.Datetime.now().replace(tzinfo=UTC)
        return now.astimezone(find_zone(self.tz)).date()

    def _get_portal_owed_requests(self):
        """Return the open requests of these contacts that something is missing of."""
        known = self.env.context.get("portal_owed")
        if isinstance(known, Owed) and all(id_ in known for id_ in self.ids):
            ids = [request_id for id_ in self.ids for request_id in known[id_]]
            return self.env["customer.portal.request"].browse(ids)
        requests = self.env["customer.portal.request"].search(
            Domain("partner_id", "in", self.ids)
            & Domain("state", "=", "open")
            & Domain("missing_count", ">", 0)
        )
        return requests.filtered(lambda request: request._is_for(request.partner_id))

    def _send_portal_reminder(self):
        """Remind contacts now of all that they owe, but for those who were reminded today.

        That it was done is written with the mail, in one transaction: whatever ends the one ends
        the other, and nobody is told twice.

        :return: those who were reminded
        """
        requests_by_partner = self._get_portal_owed_requests().grouped("partner_id")
        nothing = self.env["customer.portal.request"]
        owed = Owed(
            (partner.id, tuple(requests_by_partner.get(partner, nothing).ids))
            for partner in self
            if partner.active
            and partner.email_normalized
            and partner.portal_reminded_date != partner._get_portal_today()
            and (partner in requests_by_partner or partner._has_portal_debts())
        )
        reminded = self.browse(owed)
        if not reminded:
            return reminded
        # the mails ask for what is owed several times
        knowing = reminded.with_context(portal_owed=owed)
        days = knowing.grouped(lambda partner: partner._get_portal_today())
        for today, partners in days.items():
            partners.portal_reminded_date = today
            partners._get_portal_owed_requests().reminded_date = today
        knowing._get_portal_owed_requests()._log_reminder()
        knowing._mail_portal_reminders()
        # sudo: ir.cron - whoever reminds
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return reminded

    def _has_portal_debts(self):
        """Tell whether the contact owes anything beside documents."""
        return bool(self._get_portal_owed_acceptances())

    def _get_portal_owed_acceptances(self):
        """Return the documents that a contact with a login has not accepted, sudoed."""
        self.ensure_one()
        # sudo: res.users, customer.portal.document - what is asked of whom, by who reminds
        user_sudo = self.sudo().user_ids.filtered(lambda user: user._is_portal())[:1]
        if not user_sudo:
            return self.env["customer.portal.document"].sudo()
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        return Acknowledgement.with_user(user_sudo)._find_to_accept_sudo()

    def _mail_portal_reminders(self):
        """Put a mail for each contact into the queue; they leave after the transaction."""
        template = self.env.ref(
            "customer_portal_docs.mail_template_reminder", raise_if_not_found=False
        )
        if not template:
            return
        # together: the text of a template is compiled each time that it is filled in
        for lang, partners in self.grouped("lang").items():
            template = template.with_context(lang=lang, portal_automatic_mail=True)
            mail_ids = template.send_mail_batch(partners.ids).ids
            # sudo: mail.mail - staff may not read the queue that their own mail is in
            mails_sudo = self.env["mail.mail"].sudo().browse(mail_ids)
            for partner, mail_sudo in zip(partners, mails_sudo, strict=True):
                partner._frame_portal_reminder(mail_sudo, template)

    def _frame_portal_reminder(self, mail_sudo, template):
        # in the frame of what is most urgent: the contact knows their own name
        owed = self._get_portal_owed()[:1]
        body = template._render_encapsulate(
            "mail.mail_notification_light",
            mail_sudo.body_html,
            add_context={
                "company": owed.company_id,
                "record_name": self.with_context(lang=self.lang).env._("Reminder"),
                "model_description": owed._get_model_description(owed._name),
            },
            context_record=owed.with_context(lang=self.lang),
        )
        # sudo: res.company, mail.alias.domain - where what cannot be delivered comes back
        company_sudo = owed.company_id.sudo()
        mail_sudo.write(
            {
                "body_html": body,
                "record_company_id": company_sudo.id,
                "record_alias_domain_id": company_sudo.alias_domain_id.id,
            }
        )
        # sudo: res.partner - which mail waits; written by the system alone
        self.sudo().portal_reminder_mail_id = mail_sudo

    def _revise_portal_reminder(self):
        """Take back the reminder that still waits in the queue: something has come in."""
        # sudo: res.partner, mail.mail - whoever sends what is missing
        for partner_sudo in self.sudo().filtered("portal_reminder_mail_id"):
            mail_sudo = partner_sudo.portal_reminder_mail_id
            if mail_sudo.state != "outgoing":
                continue
            # with the note that it was sent
            mail_sudo.mail_message_id.unlink()
            if partner_sudo._get_portal_owed():
                partner_sudo._mail_portal_reminders()

    # -- a reminder that did not arrive: see customer.portal.thread.mixin

    def _note_undelivered(self, emails, reason):
        """Tell staff in the discussions of contacts, and of what they are asked for.

        :param list emails: normalized addresses
        :param reason: str in the words of the server, or None
        """
        Thread = self.env["customer.portal.thread.mixin"]
        text = Thread._get_undelivered_note(emails, reason)
        # sudo: res.partner, customer.portal.request - whoever sends the mails
        for partner_sudo in self.sudo():
            partner_sudo.message_post(body=text, subtype_xmlid="mail.mt_note")
            partner_sudo._get_portal_owed_requests()._note_undelivered(emails, reason)

    def _note_delivered(self, emails):
        """Know that the server has taken a mail to these addresses."""

    def _get_portal_owed(self):
        return self._get_portal_owed_requests() or self._get_portal_owed_acceptances()

    def _get_portal_sender_company(self):
        """Return the company that a reminder comes from: of what is most urgent."""
        return self._get_portal_owed()[:1].company_id or self.env.company

    def _filter_due_for_reminder(self):
        """Return those of these contacts who are to be reminded today, by the plans."""
        requests_by_partner = self._get_portal_owed_requests().grouped("partner_id")
        nothing = self.env["customer.portal.request"]
        return self.filtered(
            lambda partner: (
                partner.active
                and partner.email_normalized
                and partner._get_portal_today()
                not in (partner.portal_reminded_date, partner.portal_asked_date)
                and partner._is_due_for_reminder(
                    requests_by_partner.get(partner, nothing)
                )
            )
        )

    def _is_due_for_reminder(self, requests):
        today, last = self._get_portal_today(), self.portal_reminded_date
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        return any(
            request._is_due_for_reminder(today, last) for request in requests
        ) or any(
            Acknowledgement._is_due(document, today, last)
            for document in self._get_portal_owed_acceptances()
        )

    @api.model
    def _get_portal_reminder_candidates(self):
        """Return the ids of all contacts who owe anything, sorted."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT DISTINCT request.partner_id FROM customer_portal_request AS request
                 JOIN res_partner AS partner ON partner.id = request.partner_id
                WHERE request.state = 'open' AND request.missing_count > 0
                  AND request.deadline IS NOT NULL AND request.active AND partner.active"""
        )
        ids = {id_ for (id_,) in self.env.cr.fetchall()}
        return sorted(ids | self._get_portal_missing_reader_ids())

    @api.model
    def _get_portal_missing_reader_ids(self):
        """Return the ids of the contacts who have not accepted what they are asked to, a set."""
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        documents = self.env["customer.portal.document"].search(
            [("acknowledgement", "=", True)]
        )
        accepted = {
            (file.id, partner.id)
            for file, partner in Acknowledgement._read_group(
                [("attachment_id", "in", documents.attachment_id.ids)],
                ["attachment_id", "partner_id"],
            )
        }
        ids = set()
        # most documents have the same readers as others
        for together in documents.grouped(self._get_portal_readers_key).values():
            readers = Acknowledgement._get_readers(together[0]).ids
            for file_id in together.attachment_id.ids:
                ids.update(id_ for id_ in readers if (file_id, id_) not in accepted)
        return ids

    @api.model
    def _get_portal_readers_key(self, document):
        """Return all that decides who reads a document."""
        return (
            document.visibility,
            document.audience_key,
            document.company_id.id,
            document.folder_id.id,
            document.res_model,
            document.res_id,
        )

    @api.model
    def _cron_portal_remind(self):
        """Remind customers of what they owe, a batch in each transaction, each looked at once a day.

        Odoo calls a job that has run out of time again: it goes on with those who were not yet
        looked at.
        """
        candidates = self.browse(self._get_portal_reminder_candidates())
        # these two alone: there may be many
        candidates.fetch(["portal_checked_date", "tz"])
        todo = candidates.filtered(
            lambda one: one.portal_checked_date != one._get_portal_today()
        )
        Cron = self.env["ir.cron"]
        # to find them takes long: what somebody changes meanwhile is not in the way of the first
        Cron._commit_progress(remaining=len(todo))
        size = self._portal_reminder_batch
        for start in range(0, len(todo), size):
            # what is read of them is read of these alone
            batch = self.browse(todo[start : start + size].ids)
            batch._note_portal_check()
            batch._remind_due()
            remaining = max(len(todo) - start - size, 0)
            seconds = Cron._commit_progress(len(batch), remaining=remaining)
            self.env.invalidate_all()
            if not seconds:
                break

    def _note_portal_check(self):
        """Remember that these contacts were looked at; it is no change of the contact."""
        for today, partners in self.grouped(
            lambda one: one._get_portal_today()
        ).items():
            self.env.cr.execute(
                "UPDATE res_partner SET portal_checked_date = %s WHERE id = ANY(%s)",
                [today, partners.ids],
            )
        self.invalidate_recordset(["portal_checked_date"], flush=False)

    def _remind_due(self):
        """Remind those of these contacts who are due; what fails for one keeps nobody from it."""
        logger = _logger if len(self) == 1 else None
        with apart(self.env, logger, "%s cannot be reminded", self) as errors:
            self._filter_due_for_reminder()._send_portal_reminder()
        if errors and len(self) > 1:
            for partner in self:
                partner._remind_due()
