from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.notifications import make_notification, notify_user
from ..tools.reminders import is_due, parse_plan

#: Activity of staff who look at what has come in.
REVIEW = "customer_portal_docs.mail_activity_type_review"


class CustomerPortalRequest(models.Model):
    """What staff ask a contact for: a list of documents, each line of it until it is there."""

    _name = "customer.portal.request"
    _description = "Document Request"
    _portal_texts = ("note",)
    _inherit = [
        "customer.portal.thread.mixin",
        "mail.activity.mixin",
        "customer.portal.title.mixin",
        "customer.portal.list.mixin",
        "customer.portal.customer.mixin",
        "customer.portal.staff.mixin",
    ]
    _order = "deadline, id"
    # customers ask about what they are asked for
    _mail_post_access = "read"
    _portal_relations = frozenset(
        {
            "commercial_partner_id",
            "company_id",
            "line_ids",
            "message_ids",
            "partner_id",
            "user_id",
            "website_message_ids",
        }
    )
    #: what only the methods of a request write
    _kept_fields = frozenset(
        {
            "link_ids",
            "promised_date",
            "promised_words",
            "reminded_date",
            "sent_date",
            "state",
        }
    )
    #: who looks at what came in; the company may follow the contact
    _reviewer_fields = frozenset({"company_id", "partner_id", "user_id", "user_ids"})
    name = fields.Char("Title", required=True, tracking=True)
    partner_id = fields.Many2one(required=True, help="Who is asked for the documents.")
    visibility = fields.Selection(
        help="Who may see and answer the request in the portal, and see what is uploaded to it.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Requested By",
        index=True,
        default=lambda self: self.env.user._get_portal_owner(),
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        tracking=True,
        help="Gets an activity when everything required has been received.",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Also Notified",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        groups="base.group_user",
        help="Colleagues who get that activity as well.",
    )
    template_id = fields.Many2one(
        "customer.portal.request.template",
        string="Checklist",
        ondelete="set null",
        groups="base.group_user",
        help="Its lines are copied.",
    )
    line_ids = fields.One2many(
        "customer.portal.request.line", "request_id", string="Lines", copy=True
    )
    record = fields.Reference(
        selection="_get_record_selection",
        string="About",
        groups="base.group_user",
        help="What is received is filed there, unless a line says something else.",
    )
    deadline = fields.Date(
        "Due Date",
        tracking=True,
        help="Reminders count from this day; without it, none are sent automatically.",
    )
    reminder_days = fields.Char(
        "Reminders",
        groups="base.group_user",
        help="Days from the due date on which the contact is reminded, such as “-3,0,3,7”: three "
        "days before, on the day, and three and seven days after. The company's plan if empty.",
    )
    note = fields.Text("Message to the Customer")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("open", "Open"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    sent_date = fields.Date(readonly=True, copy=False)
    reminded_date = fields.Date(
        "Last Reminder", readonly=True, copy=False, groups="base.group_user"
    )
    promised_date = fields.Date(
        "Promised By",
        readonly=True,
        copy=False,
        help="The date by which the customer says they will send everything.",
    )
    promised_words = fields.Text("Why", readonly=True, copy=False)
    line_count = fields.Integer(
        "Requested Documents", compute="_compute_progress", store=True
    )
    missing_count = fields.Integer(
        "Missing",
        compute="_compute_progress",
        store=True,
        help="Lines for which nothing was received, or only what was rejected: the required "
        "and the rejected ones, or all of them where none is required.",
    )
    received_count = fields.Integer(
        "To Review",
        compute="_compute_progress",
        store=True,
        help="Lines that wait to be accepted or rejected.",
    )
    progress = fields.Integer(
        "Progress (%)",
        compute="_compute_progress",
        store=True,
        aggregator="avg",
    )
    is_overdue = fields.Boolean(
        compute="_compute_is_overdue", search="_search_is_overdue"
    )
    is_asleep = fields.Boolean(
        "On Hold",
        compute="_compute_is_asleep",
        compute_sudo=True,
        search="_search_is_asleep",
        help="The contact is archived: they get no e-mail until they are unarchived.",
    )
    link_ids = fields.One2many(
        "customer.portal.request.link", "request_id", groups=fields.NO_ACCESS
    )
    has_link = fields.Boolean(
        compute="_compute_has_link",
        compute_sudo=True,
        groups="base.group_user",
        help="A link that opens the request without a login was sent by e-mail.",
    )
    access_url = fields.Char("Portal Address", compute="_compute_access_url")
    active = fields.Boolean(default=True)

    _portal_idx = models.Index(
        "(audience_key, deadline, id) INCLUDE (company_id, state) WHERE active IS TRUE"
    )
    _portal_newest_idx = models.Index(
        "(audience_key, create_date DESC, id DESC) WHERE active IS TRUE"
    )
    _waiting_idx = models.Index(
        "(audience_key, deadline, id) WHERE state = 'open' AND missing_count > 0"
    )
    _reminder_idx = models.Index(
        "(partner_id, deadline) WHERE state = 'open' AND missing_count > 0"
    )

    # -- computed fields

    @api.model
    def _get_record_selection(self):
        # sudo: ir.model - the names of kinds of records
        models_sudo = self.env["ir.model"].sudo()
        names = self.env["customer.portal.document"]._get_linkable_models()
        return [(name, models_sudo._get(name).name) for name in names]

    @api.depends("line_ids.reason", "line_ids.required", "line_ids.state")
    def _compute_progress(self):
        for request in self:
            lines = request.line_ids
            open_lines = lines.filtered(lambda line: line._is_missing())
            request.line_count = len(lines)
            request.missing_count = len(open_lines & request._get_needed_lines())
            request.received_count = len(
                lines.filtered(lambda line: line.state == "received")
            )
            came = len(lines) - len(open_lines)
            request.progress = round(100 * came / len(lines)) if lines else 0

    @api.depends("deadline", "missing_count", "state")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for request in self:
            request.is_overdue = bool(
                request.state == "open"
                and request.missing_count
                and request.deadline
                and request.deadline < today
            )

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        overdue = self._get_waiting_domain() & Domain("deadline", "<", today)
        return overdue if True in value else ~overdue

    @api.depends("partner_id.active", "state")
    def _compute_is_asleep(self):
        for request in self:
            request.is_asleep = (
                request.state == "open" and not request.partner_id.active
            )

    @api.model
    def _search_is_asleep(self, operator, value):
        if operator != "in":
            return NotImplemented
        asleep = Domain("state", "=", "open") & Domain("partner_id.active", "=", False)
        return asleep if True in value else ~asleep

    @api.depends("link_ids.active")
    def _compute_has_link(self):
        for request in self:
            request.has_link = bool(request.link_ids._filter_open())

    def _compute_access_url(self):
        for request in self:
            request.access_url = f"/my/requests/{request.id}"

    # -- constraints

    @api.constrains("reminder_days")
    def _check_reminder_days(self):
        for request in self:
            request.company_id._parse_portal_reminders(request.reminder_days)

    @api.constrains("company_id", "line_ids")
    def _check_folders(self):
        self.line_ids._check_folder_company()

    @api.constrains("user_id")
    def _check_user_id(self):
        # sudo: res.users - whether one of the staff
        if any(request.sudo().user_id.share for request in self):
            raise ValidationError(self.env._("Only staff can request documents."))

    def _check_access_of_user(self):
        """Refuse a user who would not see the request; not a constraint, as access ends as well.

        :raise ValidationError: one has no access to the company of a request
        """
        # sudo: res.users, res.company - which companies they have access to
        for request_sudo in self.sudo():
            user_sudo, company_sudo = request_sudo.user_id, request_sudo.company_id
            if user_sudo and company_sudo.id not in user_sudo._get_company_ids():
                raise ValidationError(
                    self.env._(
                        "%(user)s has no access to %(company)s, which “%(name)s” belongs to.",
                        user=user_sudo.name,
                        company=company_sudo.name,
                        name=request_sudo.name,
                    )
                )

    # -- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_kept_fields(vals, new=True)
            self._add_company_of_contact(vals)
            self._add_from_template(vals)
        # who asks follows by being told, and customers only what is sent
        requests = super(
            CustomerPortalRequest, self.with_context(mail_create_nosubscribe=True)
        ).create(vals_list)
        for user, asked in requests.grouped("user_id").items():
            asked.message_subscribe(partner_ids=user.partner_id.ids)
        return requests.with_env(self.env)

    def write(self, vals):
        """Change the requests, in this order.

        1. What methods alone write is refused to others.
        2. The values, with the company of a new contact.
        3. Who has no access to its company gets none.
        4. Followers and links of those who may see it no more end.
        5. Who looks at what came in now gets the activity, and the others have it no more.
        """
        self._check_kept_fields(vals)
        handed_over = self.filtered(
            lambda one: one.user_id.id != vals.get("user_id", one.user_id.id)
        )
        result = super().write(vals)
        handed_over._check_access_of_user()
        if self._audience_fields & vals.keys():
            self._revise_followers()
        if (self._audience_fields | {"active"}) & vals.keys():
            self._revoke_links()
        if self._reviewer_fields & vals.keys():
            self._hand_over_activities()
        return result

    @api.model
    def _check_kept_fields(self, vals, new=False):
        """Refuse what only the methods write, which a client can name all the same.

        :raise AccessError: it was named
        """
        named = self._kept_fields & vals.keys()
        if new and vals.get("state") == "draft":
            named -= {"state"}
        if named and not self.env.su:
            raise AccessError(
                self.env._("Use the buttons to send, remind or cancel requests.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_open(self):
        if any(request.state == "open" for request in self):
            raise UserError(
                self.env._("The customer is working on it: cancel the request first.")
            )

    @api.model
    def _add_from_template(self, vals):
        """Take what nobody says from the checklist, in the language of the contact."""
        if not vals.get("template_id") or (vals.get("line_ids") and "note" in vals):
            return
        template = self.env["customer.portal.request.template"].browse(
            vals["template_id"]
        )
        template.check_access("read")
        # sudo: res.partner - only the language
        partner_sudo = self.env["res.partner"].browse(vals.get("partner_id")).sudo()
        template = template._for_contact(partner_sudo)
        vals.setdefault("note", template.note)
        if not vals.get("line_ids"):
            company = self.company_id.browse(vals.get("company_id"))
            vals["line_ids"] = template._get_request_commands(
                company or self.env.company
            )

    @api.onchange("template_id")
    def _onchange_template_id(self):
        for request in self.filtered("template_id"):
            template = request.template_id._for_contact(request.partner_id)
            known = set(request.line_ids.mapped("name"))
            request.line_ids = template._get_request_commands(request.company_id, known)
            request.name = request.name or template.name
            request.note = request.note or template.note

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """Put what comes from the checklist, and was not edited, into the contact's language."""
        drafts = self.filtered(lambda one: one.template_id and one.state == "draft")
        for request in drafts:
            template = request.template_id._for_contact(request.partner_id)
            template._translate_texts(request, ("name", "note"))
            for line in request.line_ids:
                template._translate_texts(line, ("name", "description"))

    def _move_in_form(self, company):
        result = super()._move_in_form(company)
        # in folders of the other company nothing could be filed, and lists may hide the column
        for line in self.line_ids:
            line.folder_id = line.folder_id._filter_for(company)
        return result

    def _filter_movable(self, company):
        return self.filtered(
            lambda one: self._is_free_for(
                company,
                one.record and one.record.exists(),
                *one.line_ids.folder_id,
                *(line.record.exists() for line in one.line_ids if line.record),
            )
        )

    # -- life

    def action_send(self):
        """Ask the contacts: the requests are open from now on, and the contacts are told.

        Of several, the user is told which were left out, and who got no e-mail.

        :raise UserError: there is nothing on a request
        """
        self.check_access("write")
        unsent = self.filtered(lambda one: one.state in ("draft", "cancelled"))
        unsent._check_lines()
        unsent._set_open()
        asked = unsent.filtered(lambda one: one.state == "open")
        Mail = self.env["customer.portal.request.mail"]
        mailed_ids = Mail._send_to_contact(asked, "request").mapped("res_id")
        unmailed = asked.filtered(lambda one: one.id not in mailed_ids)
        self._tell_what_was_not_sent(self - unsent, unmailed)
        return True

    def _check_lines(self):
        for request in self:
            if not request.line_ids:
                raise UserError(
                    self.env._(
                        "“%(name)s” asks for nothing yet: add a line for each document.",
                        name=request.name,
                    )
                )

    def _set_open(self):
        # sudo: customer.portal.request - only methods write these
        days = self.sudo().grouped(lambda one: one._get_customers_today())
        for today, requests_sudo in days.items():
            requests_sudo.write({"state": "open", "sent_date": today})
        for partner, requests_sudo in self.sudo().grouped("partner_id").items():
            requests_sudo.message_subscribe(partner_ids=partner.ids)
        self._update_state()

    @api.model
    def _tell_what_was_not_sent(self, sent_before, unmailed):
        messages = []
        if sent_before:
            messages.append(
                self.env._(
                    "Already sent, so not sent again: %(count)s.",
                    count=len(sent_before),
                )
            )
        if unmailed:
            messages.append(
                self.env._(
                    "No e-mail was sent to %(names)s. The messages of their requests say why.",
                    names=", ".join(unmailed.partner_id.mapped("display_name")),
                )
            )
        if messages:
            notify_user(self.env.user, " ".join(messages), "warning")

    def action_cancel(self):
        """Ask for it no more: nobody is reminded, and the personal link ends."""
        self.check_access("write")
        open_requests = self.filtered(lambda one: one.state in ("draft", "open"))
        # sudo: customer.portal.request - as above
        open_requests.sudo().write({"state": "cancelled"})
        open_requests._end()
        open_requests._cancel_review()
        return True

    def action_remind(self):
        """Remind the contacts now, each once a day at most, of all that they still owe.

        :return: action that says how many were told, and how many were not
        """
        self.check_access("write")
        waiting = self.filtered(lambda one: one.state == "open" and one.missing_count)
        # sudo: res.partner - whom the requests are for
        reminded = waiting.sudo().partner_id._send_portal_reminder()
        # sudo: res.partner - as above
        left = len(self.sudo().partner_id - reminded)
        if not reminded:
            message = self.env._(
                "Nobody was reminded: nothing is missing, they were reminded today, or they get "
                "no e-mail."
            )
        elif left:
            message = self.env._(
                "Reminded: %(count)s. Not reminded: %(left)s, as nothing is missing, they were "
                "reminded today, or they get no e-mail.",
                count=len(reminded),
                left=left,
            )
        else:
            message = self.env._("Reminded: %(count)s", count=len(reminded))
        return make_notification(
            message,
            "success" if reminded else "warning",
            next={"type": "ir.actions.act_window_close"},
        )

    def action_accept_received(self):
        """Accept all that has come in and was not looked at yet, of requests that go on or are done."""
        self.check_access("write")
        answered = self.filtered(lambda one: one.state in ("open", "done"))
        received = answered.line_ids.filtered(lambda line: line.state == "received")
        received.action_accept()
        if not received:
            message = self.env._("Nothing was accepted: nothing is waiting for review.")
            notify_user(self.env.user, message)
        return True

    def action_open_received(self):
        """List what waits to be accepted or rejected, to do so with several at once."""
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "customer_portal_docs.customer_portal_request_line_action"
            ),
            "domain": [("request_id", "in", self.ids)],
        }

    def action_accept_promise(self):
        """Make the day that the customer promised the due date."""
        self.check_access("write")
        promised = self.filtered(lambda one: one.state == "open" and one.promised_date)
        for date, requests in promised.grouped("promised_date").items():
            requests.deadline = date
            # sudo: customer.portal.request - as above
            requests.sudo().write({"promised_date": False, "promised_words": False})
        return True

    def action_open_portal(self):
        """Show the request as the customer sees it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.access_url, "target": "new"}

    def action_open_documents(self):
        """Open what has come in."""
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "customer_portal_docs.customer_portal_document_action"
            ),
            "domain": [("request_line_id", "in", self.line_ids.ids)],
            "context": {},
        }

    def action_open_contact(self):
        """Open who is asked."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def _update_state(self):
        """Have a request be done when all that is needed is accepted, and open until then."""
        requests_sudo = self.sudo()  # sudo: customer.portal.request - as above
        complete_sudo = requests_sudo.filtered(lambda one: one._is_complete())
        done_sudo = complete_sudo.filtered(lambda one: one.state == "open")
        done_sudo.state = "done"
        done_sudo._end()
        done_sudo.env["customer.portal.request.mail"]._send_to_contact(
            done_sudo, "done"
        )
        incomplete_sudo = requests_sudo - complete_sudo
        incomplete_sudo.filtered(lambda one: one.state == "done").state = "open"
        requests_sudo._plan_reviews()
        requests_sudo.partner_id._revise_portal_reminder()

    def _get_needed_lines(self):
        """Return the lines that a request is open for: all of them where none is required.

        What was rejected is one of them until it is accepted: the customer is asked for it again.
        """
        required = self.line_ids.filtered("required")
        return (
            required | self.line_ids.filtered("reason") if required else self.line_ids
        )

    def _is_complete(self):
        lines = self._get_needed_lines()
        return bool(lines) and all(line.state == "accepted" for line in lines)

    def _end(self):
        """Let go of what a request keeps while it is open."""
        self._revoke_links()
        self.env["customer.portal.request.mail"]._forget_rejection(self.line_ids)
        self.partner_id._revise_portal_reminder()

    def _plan_reviews(self):
        """Plan one activity for staff when everything required of a request has come in.

        Of a request that is done as well: something optional may wait, or has come in since.
        None once something is to be sent again.
        """
        unready = self.filtered(lambda one: not one.received_count or one.missing_count)
        unready._cancel_review()
        due = self.filtered(
            lambda one: (
                one.state in ("open", "done")
                and one.received_count
                and not one.missing_count
            )
        )
        for request in due:
            for user in request._get_reviewers() - request._get_reviews().user_id:
                request._plan_review(user)

    def _hand_over_activities(self):
        """Take the activity from those who do not look at a request any more, and plan the others'."""
        for id_, reviews in self._get_reviews().grouped("res_id").items():
            others = reviews.user_id - self.browse(id_)._get_reviewers()
            reviews.filtered(lambda one, others=others: one.user_id in others).unlink()
        self._plan_reviews()

    def _plan_review(self, user):
        # nobody assigned it, least of all the customer who has sent the last file; and no mail
        # about what the user has done
        by_itself = self.with_user(SUPERUSER_ID).with_context(
            lang=user.lang, mail_activity_quick_update=user == self.env.user
        )
        by_itself.activity_schedule(REVIEW, user_id=user.id)

    def _get_reviewers(self):
        """Return who looks at what came in: others where all who asked have left."""
        # sudo: res.users - who is told, whoever has sent the last file
        users = self.user_id | self.sudo().user_ids
        staff = users._filter_staff(self.company_id)
        return staff or self._get_first_responsible_sudo()

    def _get_responsible_users_sudo(self):
        # sudo: res.users, res.company - who is told, whoever writes
        request_sudo = self.sudo()
        company_sudo = request_sudo.company_id
        return [
            request_sudo.user_id,
            request_sudo.user_ids,
            company_sudo.portal_document_user_id,
            company_sudo._get_portal_document_managers_sudo(),
        ]

    def _get_reviews(self):
        return self._get_planned(REVIEW)

    def _cancel_review(self):
        self._get_reviews().unlink()

    # -- what mails say

    def _get_customers_today(self):
        """Return today's date where the contact is."""
        # sudo: res.partner - the day where the one who was asked is
        return self.sudo().partner_id._get_portal_today()

    def _get_deadline_text(self):
        """Return the due date in the contact's language, empty for none."""
        self.ensure_one()
        if not self.deadline:
            return ""
        # sudo: res.partner - the language of the one who was asked
        lang = self.sudo().partner_id.lang or self.env.lang
        return format_date(self.env, self.deadline, lang_code=lang, date_format="long")

    def _get_missing_lines(self):
        """Return the lines that the contact is still asked for, the required ones first."""
        return self.line_ids.filtered(lambda line: line._is_missing()).sorted(
            lambda line: not line.required
        )

    def _get_rejected_lines(self):
        """Return the lines that a mail about rejections names."""
        ids = self.env.context.get("portal_rejected_line_ids") or []
        return self.line_ids.filtered(
            lambda line: line.state == "rejected" and (not ids or line.id in ids)
        )

    def _is_late(self):
        return bool(self.deadline and self.deadline < self._get_customers_today())

    # -- reminders, see res.partner

    def _get_reminder_plan(self):
        self.ensure_one()
        # sudo: res.company - the plan in its settings
        company = self.sudo().company_id
        text = self.sudo().reminder_days or company.portal_request_reminder_days
        return parse_plan(text)

    def _is_due_for_reminder(self, today, last):
        """Tell whether the contact is to be reminded today, by the plan of this request.

        :param today: date, where the contact is
        :param last: date of the contact's last reminder of anything, or None
        """
        if not self.deadline:
            return False
        return is_due(
            self._get_reminder_plan(),
            self.deadline,
            today,
            self.sent_date or self.create_date.date(),
            last,
        )

    def _log_reminder(self):
        bodies = {}
        for request in self:
            env = request._for_staff().env
            bodies[request.id] = env._(
                "%(who)s was reminded by e-mail.",
                who=request.partner_id.with_env(env)._get_portal_name(),
            )
        self._message_log_batch(bodies)
