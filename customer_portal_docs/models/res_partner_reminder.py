import logging
from datetime import UTC

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import frozendict

from ..tools.apart import apart
from ..tools.zones import find_zone

_logger = logging.getLogger(__name__)


class Owed(frozendict):
    """What contacts owe, while their reminders are made: tuples of ids of requests, by the contact's.

    A type that no client can send.
    """


class ResPartner(models.Model):
    """Reminders: one mail for all that a contact owes, and one a day at most."""

    _inherit = "res.partner"

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
            & Domain("company_id.active", "=", True)
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
        """Return the documents that a contact with a login has not accepted.

        All of them, sudoed, where the server reminds. Whoever writes to the contact with a template
        gets those that they may read.
        """
        self.ensure_one()
        # sudo: res.users, customer.portal.document - what is asked of whom
        user_sudo = self.sudo().user_ids.filtered(lambda user: user._is_portal())[:1]
        if not user_sudo:
            return self.env["customer.portal.document"]
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        owed_sudo = Acknowledgement.with_user(user_sudo)._find_to_accept_sudo()
        if self.env.su:
            return owed_sudo
        return owed_sudo.with_env(self.env)._filtered_access("read")

    def _mail_portal_reminders(self):
        """Put a mail for each contact into the queue; they leave after the transaction."""
        template = self.env.ref(
            "customer_portal_docs.mail_template_reminder", raise_if_not_found=False
        )
        for partner, mail_sudo in self._make_portal_mails(template):
            # in the frame of what is most urgent: the contact knows their own name
            owed = partner._get_portal_owed()[:1]
            partner._frame_portal_mail(
                template, mail_sudo, owed, partner.env._("Reminder")
            )
            # sudo: res.partner - which mail waits; written by the system alone
            partner.sudo().portal_reminder_mail_id = mail_sudo

    def _make_portal_mails(self, template):
        """Return pairs of a contact, in their language, and a mail to them in the queue, sudoed.

        :param template: mail.template of contacts, may be empty or None
        """
        pairs = []
        # together: the text of a template is compiled each time that it is filled in
        by_lang = self.grouped("lang") if template else {}
        for lang, partners in by_lang.items():
            mail_ids = (
                template.with_context(lang=lang).send_mail_batch(partners.ids).ids
            )
            # sudo: mail.mail - staff may not read the queue that their own mail is in
            mails_sudo = self.env["mail.mail"].sudo().browse(mail_ids)
            pairs += zip(partners.with_context(lang=lang), mails_sudo, strict=True)
        return pairs

    def _frame_portal_mail(self, template, mail_sudo, about, title):
        """Put a mail to the contact into the frame of all mails, as that of a company of ours.

        :param template: mail.template that it is of
        :param about: the record whose company it is from
        :param str title: above the text
        """
        body = template.with_context(lang=self.lang)._render_encapsulate(
            "mail.mail_notification_light",
            mail_sudo.body_html,
            add_context={
                "company": about.company_id,
                "record_name": title,
                # the title is of no one record
                "model_description": None,
            },
            context_record=about,
        )
        # sudo: res.company, mail.alias.domain - where what cannot be delivered comes back
        company_sudo = about.company_id.sudo()
        mail_sudo.write(
            {
                "body_html": body,
                "record_company_id": company_sudo.id,
                "record_alias_domain_id": company_sudo.alias_domain_id.id,
            }
        )

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

    # -- what contacts are asked to accept: told once, before anything reminds them of it

    def _ask_to_accept(self, documents):
        """Ask contacts by mail to accept documents; what fails for one keeps nobody from it.

        They are reminded of nothing on that day.

        :param documents: customer.portal.document, of one company of ours
        """
        logger = _logger if len(self) == 1 else None
        message = "%s cannot be asked to accept %s"
        with apart(self.env, logger, message, self, documents) as errors:
            self.filtered("email_normalized")._mail_documents_to_accept(documents)
        if errors and len(self) > 1:
            for partner in self:
                partner._ask_to_accept(documents)

    def _mail_documents_to_accept(self, documents):
        asking = self.with_context(portal_documents_together=documents.ids)
        template = asking.env.ref(
            "customer_portal_docs.mail_template_accept", raise_if_not_found=False
        )
        pairs = asking._make_portal_mails(template)
        for partner, mail_sudo in pairs:
            about = documents[0].with_context(lang=partner.lang)
            title = partner.env._("Please Read and Accept")
            partner._frame_portal_mail(template, mail_sudo, about, title)
        if pairs:
            self.env["customer.portal.request.mail"]._note_asked(self)

    def _get_documents_to_accept(self):
        """Return the documents that a mail asks the contact to accept."""
        ids = self.env.context.get("portal_documents_together")
        if ids:
            documents = self.env["customer.portal.document"].browse(ids)
            return documents._filtered_access("read")
        return self._get_portal_owed_acceptances()

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
                 JOIN res_company AS company ON company.id = request.company_id
                WHERE request.state = 'open' AND request.missing_count > 0
                  AND request.deadline IS NOT NULL AND request.active AND partner.active
                  AND company.active"""
        )
        ids = {id_ for (id_,) in self.env.cr.fetchall()}
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        return sorted(ids | Acknowledgement._get_all_missing_reader_ids())

    @api.model
    def _cron_portal_remind(self):
        """Remind customers of what they owe, a batch in each transaction.

        Odoo calls a job that has run out of time again: it goes on with those who were not yet
        looked at. One that came to its end looks at all of them the next time, also on the same
        day: much may have changed, and nobody is reminded twice a day.
        """
        Cron = self.env["ir.cron"]
        progress_sudo = self.env["ir.cron.progress"]._get_portal_progress()
        reached_id = progress_sudo.portal_reached_id
        todo = self.browse(
            id_ for id_ in self._get_portal_reminder_candidates() if id_ > reached_id
        )
        # to find them takes long: what somebody changes meanwhile is not in the way of the first
        Cron._commit_progress(remaining=len(todo))
        size = self._portal_reminder_batch
        for start in range(0, len(todo), size):
            # what is read of them is read of these alone
            batch = self.browse(todo[start : start + size].ids)
            batch._remind_due()
            progress_sudo.portal_reached_id = batch.ids[-1]
            remaining = max(len(todo) - start - size, 0)
            seconds = Cron._commit_progress(len(batch), remaining=remaining)
            self.env.invalidate_all()
            if not seconds:
                break

    def _remind_due(self):
        """Remind those of these contacts who are due; what fails for one keeps nobody from it."""
        logger = _logger if len(self) == 1 else None
        with apart(self.env, logger, "%s cannot be reminded", self) as errors:
            self._filter_due_for_reminder()._send_portal_reminder()
        if errors and len(self) > 1:
            for partner in self:
                partner._remind_due()
