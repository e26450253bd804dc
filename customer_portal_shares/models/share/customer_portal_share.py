import contextlib
import secrets
from datetime import UTC, date, datetime, time, timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools.misc import formatLang

from odoo.addons.customer_portal_docs.tools.reply_to import format_reply_to
from odoo.addons.customer_portal_docs.tools.tokens import digest
from odoo.addons.customer_portal_docs.tools.zones import find_zone

#: Random bytes in the token of a link.
TOKEN_BYTES = 32
#: Days that an expired share lives on when it is activated again.
RENEWED_DAYS = 30


#: Context value of shares that are not whole yet. An object, so that no client can send it.
_MAKING = object()


class CustomerPortalShare(models.Model):
    """Who may see what, until when.

    What is shared is its items, of any model that inherits the mixin of what can be shared; none
    is named here. Who may open it is the gate's matter, see ``customer_portal_share_gate``.

    What is written passes, in this order: what only the share itself may set, the password (of
    the mixin), the new owner, whether what is shared may be, the policies of the company.
    """

    _name = "customer.portal.share"
    _inherit = [
        "customer.portal.title.mixin",
        "customer.portal.delivery.mixin",
        "customer.portal.share.password.mixin",
        "customer.portal.staff.mixin",
    ]
    _description = "Share"
    _portal_texts = ("note",)
    _order = "create_date desc, id desc"

    name = fields.Char(required=True)
    access = fields.Selection(
        [
            ("public", "Web link"),
            ("secured", "Secured link"),
        ],
        required=True,
        default="public",
        help="A web link opens for everyone who has it; a secured link only for the chosen "
        "portal users, once they have logged in.",
    )
    expiration_date = fields.Date(
        help="The last day of the share, in its owner's time zone. Empty for no end."
    )
    expires_at = fields.Datetime(
        compute="_compute_expires_at",
        precompute=True,
        store=True,
        help="When the share closes (UTC).",
    )
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [("active", "Active"), ("expired", "Expired"), ("inactive", "Inactive")],
        string="Status",
        compute="_compute_state",
        search="_search_state",
    )
    shut_reason = fields.Selection(
        [
            ("owner_archived", "Owner archived"),
            ("owner_elsewhere", "Owner not of the company"),
            ("web_links_off", "Web links off"),
        ],
        string="Closed Because",
        compute="_compute_state",
        help="Why a share that nobody switched off, and that has not expired, is closed.",
    )
    shut_warning = fields.Char(
        compute="_compute_shut_warning",
        help="Why the link of a share that was not switched off opens for nobody.",
    )
    url = fields.Char(
        string="Link",
        compute="_compute_url",
        help="Whoever manages the share sees it, and nobody else.",
    )
    token = fields.Char(copy=False, readonly=True, groups=fields.NO_ACCESS)
    token_digest = fields.Char(
        copy=False,
        readonly=True,
        groups=fields.NO_ACCESS,
        help="SHA-256 of the token: shares are found by it.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        default=lambda self: self.env.user._get_portal_owner(),
        help="The share shows what its owner may read, and never more.",
    )
    user_ids = fields.Many2many(
        "res.users",
        "customer_portal_share_user_rel",
        "share_id",
        "user_id",
        string="Portal Users",
        domain="[('share', '=', True)]",
        help="The portal users who may open a secured link; they also find the share in their "
        "portal, and keep it when their contact moves to another company.",
    )
    item_ids = fields.One2many(
        "customer.portal.share.item", "share_id", string="Shared", copy=True
    )
    kinds = fields.Char(string="Kind", compute="_compute_kinds", search="_search_kinds")
    item_model = fields.Selection(
        selection="_selection_item_model",
        string="Kind of the First Item",
        compute="_compute_item_model",
        search="_search_item_model",
        help="Shares are found by the kind of any of their items.",
    )
    item_models = fields.Char(
        compute="_compute_item_model",
        help="Names of the models of all items, for what a kind has on the form.",
    )
    allow_download = fields.Boolean(
        string="Downloads",
        default=True,
        help="If off, documents are shown, as far as a browser can show them, but not offered "
        "for download.",
    )
    allow_upload = fields.Boolean(
        string="Uploads",
        help="Visitors may upload files. With downloads switched off, the share is a file drop: "
        "they see nothing of what is there.",
    )
    download_limit = fields.Integer(
        help="How many files may be downloaded in total, opened ones included; each file of a ZIP "
        "counts. 0 for no limit.",
    )
    download_count = fields.Integer(
        string="Files Downloaded", copy=False, readonly=True, default=0
    )
    note = fields.Text(
        string="Note to the Recipient", help="Shown on the page and in the e-mail."
    )
    notify_first_access = fields.Boolean(
        string="Notify the Owner of the First Visit",
        help="The owner gets an e-mail when the share is first opened by somebody else.",
    )
    first_access_date = fields.Datetime(string="First Visit", copy=False, readonly=True)
    mailing_ids = fields.One2many(
        "customer.portal.share.mailing", "share_id", string="E-mails", readonly=True
    )
    sent_to = fields.Text(
        compute="_compute_sent_to",
        help="To whom the link was sent by e-mail, and on which day: a line for each.",
    )
    added_date = fields.Datetime(
        string="Last Added To",
        copy=False,
        readonly=True,
        help="When something to see was last added.",
    )
    # by the id of each portal user who was added later; for the others it is no news
    added_user_dates = fields.Json(copy=False, readonly=True, groups=fields.NO_ACCESS)
    access_ids = fields.One2many(
        "customer.portal.share.access", "share_id", string="Visits", readonly=True
    )
    access_count = fields.Integer(
        string="Number of Visits",
        compute="_compute_access_count",
        help="At least so many, where the log of the share is very long.",
    )
    access_count_text = fields.Char(
        string="Counted Visits",
        compute="_compute_access_count",
        help="With a plus where there are more.",
    )
    last_access_date = fields.Datetime(
        string="Last Visit", compute="_compute_access_count"
    )
    received_document_ids = fields.One2many(
        "customer.portal.document",
        "share_id",
        string="Received Documents",
        readonly=True,
    )
    received_count = fields.Integer(
        string="Received", compute="_compute_received_count"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    # what the company's policies leave to choose
    is_password_required = fields.Boolean(
        related="company_id.portal_share_password_required"
    )
    has_web_links = fields.Boolean(related="company_id.portal_share_web_links")
    has_uploads = fields.Boolean(related="company_id.portal_share_uploads")

    _token_idx = models.UniqueIndex("(token_digest)")
    _positive_limit = models.Constraint(
        "CHECK (download_limit >= 0)", "A limit of downloads cannot be negative."
    )

    # -- computed fields

    @api.depends("name")
    @api.depends_context("lang", "uid")
    def _compute_display_name(self):
        """Tell the name to who may read the share.

        Odoo tells the name of a record to everybody who may name its id somewhere.
        """
        readable = self.sudo(False)._filtered_access("read")
        for share in self:
            is_told = share.sudo(False) in readable
            share.display_name = share.name if is_told else self.env._("Share")

    @api.depends("expiration_date", "user_id.tz")
    def _compute_expires_at(self):
        for share in self:
            share.expires_at = share._get_end(share.expiration_date)

    def _get_end(self, day):
        """Return when a day ends for the owner, as a naive UTC datetime; False for no day."""
        if not day:
            return False
        midnight = datetime.combine(
            min(day, date(9998, 12, 31)) + timedelta(days=1),
            time.min,
            find_zone(self.user_id.tz),
        )
        return midnight.astimezone(UTC).replace(tzinfo=None)

    @api.depends("token")
    @api.depends_context("uid")
    def _compute_url(self):
        for share in self:
            share.url = share._get_url() if share._is_manageable() else False

    def _is_manageable(self):
        """Tell whether the current user runs the share, and may know its link."""
        self.ensure_one()
        # sudo: customer.portal.share - whose it is
        return (
            self.env.su
            or self.sudo().user_id == self.env.user
            or (
                self.env.user.has_group("customer_portal_shares.group_portal_manager")
                and self.has_access("write")
            )
        )

    def _get_url(self):
        # sudo: customer.portal.share - the callers have made sure who gets the link
        token = self.sudo().token
        return f"{self.get_base_url()}/share/{token}" if token else False

    @api.depends("access_ids")
    @api.depends_context("lang")
    def _compute_access_count(self):
        visits = self.env["customer.portal.share.access"]._count_visits(self)
        for share in self:
            count, last_date, has_more = visits.get(share.id, (0, False, False))
            share.access_count, share.last_access_date = count, last_date
            text = formatLang(self.env, count, digits=0)
            share.access_count_text = f"{text}+" if has_more else text

    @api.depends("mailing_ids.partner_id.complete_name", "mailing_ids.partner_id.email")
    @api.depends_context("lang", "uid")
    def _compute_sent_to(self):
        for share in self:
            share.sent_to = "\n".join(share.mailing_ids._get_lines())

    def _get_item_names(self, limit=20):
        """Return the names of what the page shows, for a mail; the last one says how many more."""
        # sudo: customer.portal.share - as its recipients see it, with the owner's rights
        names = self.sudo()._read_shown_names()
        if len(names) <= limit:
            return names
        more = self.env._("and %(count)s more", count=len(names) - limit)
        return [*names[:limit], more]

    @api.depends("received_document_ids")
    def _compute_received_count(self):
        counts = dict(
            self.env["customer.portal.document"]._read_group(
                [("share_id", "in", self.ids)], ["share_id"], ["__count"]
            )
        )
        for share in self:
            share.received_count = counts.get(share, 0)

    @api.depends("item_ids.res_model")
    # staff may call a kind something else
    @api.depends_context("lang", "uid")
    def _compute_kinds(self):
        for share in self:
            share.kinds = ", ".join(
                self.env[name]._get_share_kind() for name in share._get_kinds()
            )

    @api.model
    def _search_kinds(self, operator, value):
        """Find the shares by what people call a kind of what is in them, in their language."""
        if operator == "in":
            wanted = {str(text).casefold() for text in value if text}
            names = [n for n, label in self._get_kind_labels() if label in wanted]
        elif operator in ("like", "ilike"):
            text = (value or "").casefold()
            names = [n for n, label in self._get_kind_labels() if text in label]
        else:
            return NotImplemented
        domain = Domain("item_ids.res_model", "in", names)
        if operator == "in" and not all(value):
            domain |= Domain("item_ids", "=", False)
        return domain

    @api.model
    def _get_kind_labels(self):
        return [
            (name, self.env[name]._get_share_kind().casefold())
            for name in self._get_shareable_models()
        ]

    @api.depends("item_ids.res_model")
    def _compute_item_model(self):
        for share in self:
            kinds = share._get_kinds()
            share.item_model = next(iter(kinds), False)
            share.item_models = ",".join(kinds)

    @api.model
    def _search_item_model(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("item_ids.res_model", "in", [name for name in value if name])
        return domain if all(value) else domain | Domain("item_ids", "=", False)

    @api.model
    def _selection_item_model(self):
        """Return the kinds that the current user may share."""
        return [
            (name, self.env[name]._get_share_kind())
            for name in self._get_shareable_models()
            if self.env[name].has_access("read")
        ]

    # -- kinds of what is shared

    @api.model
    def _get_shareable_models(self):
        """Return the names of the models whose records can be shared."""
        return [
            name
            for name in self.env.registry.descendants(
                ["customer.portal.shareable.mixin"], "_inherit"
            )
            if not self.env[name]._abstract
        ]

    def _get_kinds(self):
        """Return the names of the models of the items, of many shares at the cost of one."""
        shareable = self._get_shareable_models()
        names = dict.fromkeys(self.item_ids.mapped("res_model"))
        return [name for name in names if name in shareable]

    def _get_portal_json(self):
        """Return what programs are told of it in the list of a recipient."""
        self.ensure_one()
        return {
            "id": self.id,
            "url": f"/share/{self.token}",
            "name": self.name,
            "kind": self.kinds,
            "owner": self.user_id.name,
            "access": self.access,
            "has_password": bool(self.password_hash),
            "expiration_date": self.expiration_date,
        }

    # -- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_kept_fields(vals)
        # their items come before their passwords
        making = self.with_context(portal_share_making=_MAKING)
        shares = super(CustomerPortalShare, making).create(vals_list)
        shares = shares.with_env(self.env)
        for share in shares:
            share._renew_token()
        shares._check_policies()
        return shares

    def write(self, vals):
        """Change the shares, in this order.

        1. What the share alone writes is refused to others; whether it will show more is asked
           of what it shows now.
        2. The values.
        3. The rules judge a new owner and company, and each item for these or another access.
        4. The policies judge what the shares have become, with all values and items.
        """
        self._check_kept_fields(vals)
        shows_more = self._shows_more(vals)
        # sudo: customer.portal.share - for whom it is, now and below
        of_each = {share: share.user_ids for share in self.sudo() if "user_ids" in vals}
        result = super().write(vals)
        for share_sudo, users_sudo in of_each.items():
            share_sudo._note_added_users(share_sudo.user_ids - users_sudo)
        if {"user_id", "company_id"} & vals.keys():
            self._check_new_owner()
        if "access" in vals:
            self.item_ids._check_readable()
        if shows_more or self._policy_fields & vals.keys() or vals.get("new_password"):
            self._check_policies()
        elif "user_id" in vals:
            self._check_policies(is_handover=True)
        return result

    def _note_added(self):
        """Keep that something was added, which is news; not while the share is made."""
        if self.env.context.get("portal_share_making") is not _MAKING:
            # sudo: customer.portal.share - nobody writes it by hand
            self.sudo().added_date = self.env.cr.now()

    def _note_added_users(self, users):
        """Keep that portal users were added, for whom the share is news."""
        if users and self.env.context.get("portal_share_making") is not _MAKING:
            # to the microsecond, as the other dates of news: nothing is lost in a visit's second
            now = self.env.cr.now().isoformat()
            dates = {str(user.id): now for user in users}
            self.added_user_dates = {**(self.added_user_dates or {}), **dates}

    _kept_fields = frozenset(
        {
            "expires_at",
            "download_count",
            "first_access_date",
            "added_date",
            "mailing_ids",
        }
    )

    @api.model
    def _check_kept_fields(self, vals):
        """Refuse what only the share itself writes, which a client can name all the same.

        :raise AccessError: the end that the policies limit, what was counted, or who was told
        """
        if not self.env.su and self._kept_fields & vals.keys():
            raise AccessError(
                self.env._(
                    "When a share ends, what was counted and to whom it was sent cannot be set by "
                    "hand."
                )
            )

    def _check_new_owner(self):
        """Refuse an owner with whose rights the current user may not share.

        :raise AccessError: not the current user's to give away, or the owner may not read it
        """
        # the rules have judged the old owner and company only
        self.check_access("write")
        self.item_ids._check_readable()

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(
            self.env._("A share cannot be duplicated: please create a new one.")
        )

    def _renew_token(self):
        self.check_access("write")
        token = secrets.token_urlsafe(TOKEN_BYTES)
        # sudo: customer.portal.share - nobody writes tokens but this method
        self.sudo().write({"token": token, "token_digest": digest(token)})

    # -- policies of the company

    _policy_fields = frozenset(
        {"access", "active", "password", "expiration_date", "company_id"}
    )

    def _shows_more(self, vals):
        """Tell whether values let a share show or take more, or others come in.

        With a new owner it may show more as well, see :meth:`_check_policies`.
        """
        limit = vals.get("download_limit") or 0
        return (
            bool(vals.get("allow_upload") or vals.get("allow_download"))
            or any(
                # clients name ids alone as well
                not isinstance(command, list | tuple)
                or command[0] not in (Command.DELETE, Command.UNLINK)
                for name in ("item_ids", "user_ids")
                for command in vals.get(name) or ()
            )
            or (
                "download_limit" in vals
                and any(
                    share.download_limit and not 0 < limit <= share.download_limit
                    for share in self
                )
            )
        )

    def _check_policies(self, is_handover=False):
        """Refuse shares that the company's policies do not allow.

        :param bool is_handover: whether nothing but the owner changes: what a policy keeps shut
            may have another one, and an expired share is asked when it is activated
        :raise ValidationError: says which policy, and which share where there are several
        """
        if self.env.context.get("portal_share_making") is _MAKING:
            return
        for share in self.filtered("active"):
            if is_handover and share.state == "expired":
                continue
            # sudo: res.company - the policies bind those as well who may not read the company
            company_sudo = share.company_id.sudo()
            problem = company_sudo._get_share_problem(share, is_handover)
            if problem:
                with share._naming_itself(len(self) > 1):
                    raise ValidationError(problem)

    @contextlib.contextmanager
    def _naming_itself(self, is_one_of_several):
        """Have an error say which share it is about, where there are several."""
        try:
            yield
        except UserError as error:
            if is_one_of_several:
                message = self.env._(
                    "“%(share)s”: %(problem)s", share=self.name, problem=error.args[0]
                )
                error.args = (message,)
            raise

    def _get_last_day(self, days):
        """Return the day in so many days, where the owner is."""
        today = datetime.now(find_zone(self.user_id.tz)).date()
        return today + timedelta(days=days)

    # -- actions

    def action_activate(self):
        """Open the shares, also those that had expired: for some days more."""
        for share in self:
            vals = {"active": True}
            if share.expires_at and share.expires_at <= fields.Datetime.now():
                # sudo: res.company - the policy, see _check_policies
                max_days = share.company_id.sudo().portal_share_expiration_max_days
                days = min(max_days or RENEWED_DAYS, RENEWED_DAYS)
                vals["expiration_date"] = share._get_last_day(days)
            share.write(vals)
        return True

    def action_deactivate(self):
        """Close the shares; their links answer "not found" until they are activated again."""
        return self.write({"active": False})

    def action_renew_link(self):
        """Give each share a new link; the old one is dead at once."""
        for share in self:
            share._renew_token()
        return True

    def action_remove_password(self):
        """Make the shares open without a password.

        :raise UserError: their company wants every share to have one
        """
        # sudo: res.company - the policy, see _check_policies
        if any(self.company_id.sudo().mapped("portal_share_password_required")):
            raise UserError(
                self.env._(
                    "Every share needs a password. It can be replaced, not removed."
                )
            )
        return self.write({"password": False})

    def action_add_items(self):
        """Open the dialog where more is chosen for the share."""
        return self.env["customer.portal.share.wizard"]._open_of(self, "what")

    def action_send_link(self):
        """Open the dialog that tells people of the share by e-mail."""
        return self.env["customer.portal.share.wizard"]._open_of(self, "link")

    def _note_sent(self, partners):
        """Keep to whom the link goes today: the mails themselves are not kept."""
        today = fields.Date.context_today(self)
        # sudo: customer.portal.share.mailing - nobody writes it by hand
        self.env["customer.portal.share.mailing"].sudo().create(
            [
                {"share_id": self.id, "partner_id": partner.id, "date": today}
                for partner in partners
            ]
        )

    def _notify_get_reply_to_formatted_email(self, record_email, author_id=False):
        # core names who writes: the robot, in mails that no person writes
        names = [self.company_id.name if len(self) == 1 else self.env.company.name]
        return format_reply_to(names, record_email)

    def action_open_accesses(self):
        """Open the log of visits."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_portal_shares.customer_portal_share_access_action"
        )
        return {**action, "domain": [("share_id", "=", self.id)], "context": {}}

    def action_open_page(self):
        """Show the share as its visitors see it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.url, "target": "new"}

    def action_open_received(self):
        """Open the documents that visitors have put into the share."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_portal_docs.customer_portal_document_action"
        )
        return {**action, "domain": [("share_id", "=", self.id)], "context": {}}

    # -- what the owner is told

    def _note_first_access(self):
        """Keep when somebody else than the owner first came, and tell the owner, once."""
        if self.first_access_date or self.env.user == self.user_id:
            return
        mail_sudo = None
        # counted as the rest is: many may be the first, and none shall be asked to come again
        with self._counting():
            if not self.first_access_date:
                self.first_access_date = fields.Datetime.now()
                if self.notify_first_access:
                    template = self.env.ref(
                        "customer_portal_shares.mail_template_share_first_access",
                        raise_if_not_found=False,
                    )
                    mail_sudo = self._make_owner_mail_sudo(template)
        if mail_sudo:
            # not while others wait; where this request is undone, Odoo's queue sends it
            mail_sudo._send_when_committed()

    def _mail_owner(self, template, **context):
        mail_sudo = self._make_owner_mail_sudo(template, **context)
        if mail_sudo:
            mail_sudo._send_when_committed()

    def _make_owner_mail_sudo(self, template, **context):
        """Return a new mail to the owner, sudoed, or none where there is nobody to be told."""
        owner = self.user_id
        if not template or not owner.email_normalized:
            return self.env["mail.mail"].sudo()  # sudo: mail.mail - none
        # sudo: mail.template, mail.mail - visitors neither read the one nor queue the other, and
        # are not told the name that the mail begins with
        mail_id = (
            template.with_user(SUPERUSER_ID)
            .with_context(lang=owner.lang, **context)
            .send_mail(self.id, email_layout_xmlid="mail.mail_notification_light")
        )
        return self.env["mail.mail"].sudo().browse(mail_id)
