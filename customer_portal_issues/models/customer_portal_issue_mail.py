import logging
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.customer_portal_docs.models.mail_render_mixin import RECIPIENT
from odoo.addons.customer_portal_docs.tools.apart import apart

_logger = logging.getLogger(__name__)

BATCH_SIZE = 50
#: Without a new issue: then the mails of those before are written…
QUIET_SECONDS = 1
#: …and after so many at the latest.
MAX_WAIT_SECONDS = 20
#: After a new status: one that is taken back before was a slip, and nobody is told.
STATUS_SECONDS = 60
STATUS_PARAMETER = "customer_portal_issues.status_mail_seconds"
#: Templates that helpdesk_mgmt ships for a change of stage: ours says the same with a link.
SHIPPED_TEMPLATES = (
    "helpdesk_mgmt.closed_ticket_template",
    "helpdesk_mgmt.changed_stage_template",
)
TEMPLATES = {
    "moved": "customer_portal_issues.mail_template_issue_moved",
    "received": "customer_portal_issues.mail_template_issue_received",
    "status": "customer_portal_issues.mail_template_issue_status",
    "link": "customer_portal_issues.mail_template_issue_link",
    "assigned": "customer_portal_issues.mail_template_issue_assigned",
}


class CustomerPortalIssueMail(models.Model):
    """A mail about an issue that has to be written.

    A visitor must not hold a worker with the writing and sending of mails: the request leaves
    a row here, and a scheduled action that is woken by its commit writes the mails, many at once.
    """

    _name = "customer.portal.issue.mail"
    _inherit = "customer.portal.outbox.mixin"
    _description = "Mail About an Issue to be Written"
    _order = "id"
    _outbox_cron = "customer_portal_issues.ir_cron_send_issue_mails"

    kind = fields.Selection(
        [
            ("received", "Issue received"),
            ("status", "Status changed"),
            ("link", "New link"),
            ("moved", "Links to several issues"),
            ("assigned", "Issue assigned"),
        ],
        required=True,
    )
    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, index=True, ondelete="cascade"
    )
    link_id = fields.Many2one(
        "customer.portal.issue.link", index="btree_not_null", ondelete="cascade"
    )
    user_id = fields.Many2one("res.users", ondelete="cascade")
    old_stage_id = fields.Many2one(
        "helpdesk.ticket.stage", ondelete="set null", help="The status before."
    )
    due_date = fields.Datetime(default=fields.Datetime.now)

    @api.model
    def _queue(self, vals_list, seconds=0):
        """Have mails written after this transaction.

        :param vals_list: list of dict
        :param int seconds: that the mails wait for what may come of the same
        """
        if not vals_list:
            return
        due = fields.Datetime.now() + timedelta(seconds=seconds)
        # sudo: customer.portal.issue.mail - the queue is nobody's but ours
        self.sudo().create([{**vals, "due_date": due} for vals in vals_list])
        self._wake(due if seconds else None)

    # -- a new status

    @api.model
    def _queue_status(self, tickets, old_stages):
        """Tell the owners of personal links of a new status, but for who set it.

        :param tickets: helpdesk.ticket, those that were changed
        :param dict old_stages: the statuses before, by the issues' ids
        """
        if tickets._is_silent():
            return
        author_sudo = self.env.user.partner_id.sudo()  # sudo: res.partner - one's own
        mails = [
            {
                "kind": "status",
                "ticket_id": ticket.id,
                "link_id": link.id,
                "old_stage_id": old_stages[ticket.id].id,
            }
            for ticket in tickets.sudo()  # sudo: customer.portal.issue.link - to be told
            if ticket.stage_id != old_stages[ticket.id]
            and ticket.active
            and not self._has_own_template(ticket.stage_id)
            for link in ticket.portal_link_ids._filter_alive()
            if link.partner_id != author_sudo or not author_sudo
        ]
        self._queue(mails, self._get_status_seconds())

    @api.model
    def _has_own_template(self, stage_sudo):
        """Tell whether a status has a mail that the administrator chose for it."""
        return bool(stage_sudo.mail_template_id - self._get_shipped_templates())

    @api.model
    def _get_shipped_templates(self):
        Template = self.env["mail.template"]
        return Template.union(
            *(
                self.env.ref(xmlid, raise_if_not_found=False) or Template
                for xmlid in SHIPPED_TEMPLATES
            )
        )

    @api.model
    def _get_status_seconds(self):
        """Return how long the mail of a new status waits for the status to be taken back."""
        return self._get_waiting_seconds(STATUS_PARAMETER, STATUS_SECONDS)

    # -- the mails are written

    @api.model
    def _cron_send(self):
        """Write the mails that wait, and send them."""
        self._wait_until_quiet()
        while rows := self.search(self._get_due_domain(), limit=BATCH_SIZE):
            mails = rows._write_apart()
            rows.unlink()
            remaining = self.search_count(self._get_due_domain(), limit=BATCH_SIZE)
            seconds = self.env["ir.cron"]._commit_progress(
                len(rows), remaining=remaining
            )
            mails.send(auto_commit=True)
            if not seconds:
                break
            if 0 < remaining < BATCH_SIZE:
                self._wait_until_quiet()

    @api.model
    def _get_due_domain(self):
        return Domain("due_date", "=", False) | Domain(
            "due_date", "<=", fields.Datetime.now()
        )

    @api.model
    def _wait_until_quiet(self):
        """Wait while issues come in one after the other, but not for long.

        To write one mail costs almost as much as to write many, and who reports now needs the
        processor more.
        """
        last_id, end = None, time.monotonic() + MAX_WAIT_SECONDS
        while time.monotonic() < end:
            newest = self.search(self._get_due_domain(), order="id DESC", limit=1)
            if not newest or newest.id == last_id:
                return
            last_id = newest.id
            time.sleep(QUIET_SECONDS)
            # else those that came meanwhile are not seen
            self.env["ir.cron"]._commit_progress(remaining=1)

    def _write_apart(self):
        """Return new mails; one that cannot be written keeps no other waiting."""
        logger = _logger if len(self) == 1 else None
        message = "The mail of %s could not be written"
        with apart(self.env, logger, message, self) as errors:
            mails = self._write_mails()
        if not errors:
            return mails
        if len(self) == 1:
            self._note_unwritten()
            return self.env["mail.mail"]
        # the change of a status may have been told with another one's mail
        return self.env["mail.mail"].concat(
            *(row.exists()._write_apart() for row in self)
        )

    def _note_unwritten(self):
        """Tell staff in the discussion of the issue whom no mail could be written to."""
        body = self.env._(
            "An e-mail about this issue to %(recipient)s could not be written. "
            "The server's log says why.",
            recipient=self.link_id.email or self.user_id.name,
        )
        self.ticket_id.message_post(body=body, subtype_xmlid="mail.mt_note")

    def _write_mails(self):
        """Return new mails, ready to be sent."""
        mails = self.env["mail.mail"]
        for kind, rows in self.grouped("kind").items():
            template = self.env.ref(TEMPLATES[kind], raise_if_not_found=False)
            if not template:
                continue
            if kind == "status":
                rows = rows._merge_changes()
            if kind == "assigned":
                mails |= rows._write_to_users(template)
            else:
                mails |= rows._write_to_links(template)
        return mails

    def _merge_changes(self):
        """Return one row for each link whose issue has another status than it knows of.

        What waits still of the same link is told by these rows, or taken back.
        """
        pending = self.search(
            [("kind", "=", "status"), ("link_id", "in", self.link_id.ids)], order="id"
        )
        first = [rows[0] for rows in pending.grouped("link_id").values()]
        told = (
            self.browse()
            .concat(*first)
            .filtered(lambda row: row.old_stage_id != row.ticket_id.stage_id)
        )
        kept = told | self
        (pending - kept).unlink()
        return told

    def _write_to_users(self, template):
        mails = self.env["mail.mail"]
        rows = self.filtered(
            lambda row: row.user_id.active and row.user_id.email_normalized
        )
        for lang, rows_of_lang in rows.grouped(lambda row: row.user_id.lang).items():
            records = template.with_context(
                lang=lang, portal_mail_is_for=RECIPIENT
            )._generate_template(
                rows_of_lang.ticket_id.ids, ("subject", "body_html", "email_from")
            )
            mails |= self._create_mails(
                template,
                [
                    (
                        row.ticket_id,
                        row.user_id.email_formatted,
                        lang,
                        records[row.ticket_id.id],
                    )
                    for row in rows_of_lang
                ],
            )
        for row in self - rows:
            body = self.env._(
                "Nobody was notified of this issue: %(user)s is archived or has no e-mail address.",
                user=row.user_id.name,
            )
            row.ticket_id.message_post(body=body, subtype_xmlid="mail.mt_note")
        return mails

    def _write_to_links(self, template):
        # several changes that nobody was told of yet are one
        mails, links = self.env["mail.mail"], self.link_id._filter_alive()
        for lang, links_of_lang in links.grouped(lambda link: link._get_lang()).items():
            records = template.with_context(
                lang=lang, portal_mail_is_for=RECIPIENT
            )._generate_template(
                links_of_lang.ids, ("subject", "body_html", "email_from")
            )
            # the layout would show the whole title, which anybody may have typed
            for link in links_of_lang:
                records[link.id].update(self._prepare_heading(link, records[link.id]))
            mails |= self._create_mails(
                template,
                [
                    (link.ticket_id, link._get_address(), lang, records[link.id])
                    for link in links_of_lang
                ],
            )
        return mails

    def _prepare_heading(self, link, rendered):
        """Return what stands above a mail to the owner of a link."""
        if self[:1].kind == "moved":
            return {"record_name": rendered["subject"]}
        ticket = link.ticket_id.with_context(lang=link._get_lang())
        return {
            "record_name": ticket.number,
            "model_description": ticket._get_model_description(ticket._name),
        }

    def _create_mails(self, template, mails):
        """Return new mails that an answer to leads back to the issue.

        :param mails: list of (ticket, str address, str language or None, dict of the template)
        """
        automatic = self.env["mail.mail"].with_context(portal_automatic_mail=True)
        return automatic.create(
            [
                {
                    "subject": rendered["subject"],
                    "email_from": rendered["email_from"],
                    "email_to": address,
                    "body_html": self._get_body(template, ticket, lang, rendered),
                    "model": ticket._name,
                    "res_id": ticket.id,
                    "auto_delete": True,
                    "scheduled_date": automatic._get_queue_date(),
                }
                for ticket, address, lang, rendered in mails
            ]
        )

    def _get_body(self, template, ticket, lang, rendered):
        ticket = ticket.with_context(lang=lang)
        return template.with_context(lang=lang)._render_encapsulate(
            "mail.mail_notification_light",
            rendered["body_html"],
            add_context={
                "company": ticket.company_id,
                "record_name": rendered.get("record_name", ticket.display_name),
                # "Your issue" it is for who has reported it
                "model_description": rendered.get("model_description"),
            },
            context_record=ticket,
        )
