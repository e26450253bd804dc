import base64
import io

import qrcode
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.customer_portal_docs.tools.emails import parse_email

from ...models.share.customer_portal_share_password_mixin import HashedPassword


class CustomerPortalShareWizard(models.TransientModel):
    """Share something in three steps: what, with whom and until when, and the link.

    Of a share that is there already it adds to what is shared, and tells more people of it.
    """

    _name = "customer.portal.share.wizard"
    _inherit = "customer.portal.share.password.mixin"
    _description = "New Share"

    step = fields.Selection(
        [("what", "What"), ("who", "With whom"), ("link", "Link"), ("mail", "E-mail")],
        default="what",
        required=True,
    )
    item_ids = fields.One2many(
        "customer.portal.share.wizard.item", "wizard_id", string="What to share"
    )
    summary = fields.Char(string="Shared", compute="_compute_summary")
    name = fields.Char(compute="_compute_name", store=True, readonly=False)
    access = fields.Selection(
        [
            ("public", "Web link: whoever has it"),
            ("secured", "Secured link: chosen portal users, after login"),
        ],
        compute="_compute_access",
        precompute=True,
        store=True,
        readonly=False,
        required=True,
    )
    expiration_date = fields.Date(
        compute="_compute_expiration_date", store=True, readonly=False
    )
    user_ids = fields.Many2many(
        "res.users",
        "customer_portal_share_wizard_user_rel",
        string="Portal Users",
        domain="[('share', '=', True), ('active', '=', True)]",
    )
    can_invite = fields.Boolean(compute="_compute_can_invite")
    new_user_name = fields.Char(string="Name of the New User")
    new_user_email = fields.Char(string="E-mail of the New User")
    archived_user = fields.Char(
        readonly=True, help="The person whose access to the portal was ended."
    )
    # the hint in the field says it: a question mark would be part of its name
    password = fields.Char(help="")
    allow_download = fields.Boolean(string="Download", default=True)
    allow_upload = fields.Boolean(string="Upload")
    download_limit = fields.Integer()
    note = fields.Text()
    notify_first_access = fields.Boolean(string="Notify me of the first visit")
    is_password_required = fields.Boolean(compute="_compute_policies")
    is_expiration_required = fields.Boolean(compute="_compute_policies")
    has_web_links = fields.Boolean(compute="_compute_policies")
    has_uploads = fields.Boolean(compute="_compute_policies")
    max_days = fields.Integer(compute="_compute_policies")
    # what comes of it
    share_id = fields.Many2one("customer.portal.share", ondelete="cascade")
    url = fields.Char(related="share_id.url", string="Link", related_sudo=False)
    qr_code = fields.Html(compute="_compute_qr_code", sanitize=False)
    recipient_ids = fields.Many2many(
        "res.partner",
        "customer_portal_share_wizard_recipient_rel",
        compute="_compute_recipient_ids",
        string="Portal Users of the Share",
    )
    told_ids = fields.Many2many(
        "res.partner",
        "customer_portal_share_wizard_told_rel",
        string="Notify by e-mail",
        domain="[('id', 'in', recipient_ids)]",
    )
    other_ids = fields.Many2many(
        "res.partner",
        "customer_portal_share_wizard_other_rel",
        string="Also notify",
        domain="[('email', '!=', False)]",
    )
    mail_subject = fields.Char(string="Subject")
    mail_body = fields.Html(string="Text", sanitize_style=True)
    mail_draft = fields.Text(readonly=True, help="The e-mail as it was suggested.")
    is_mail_edited = fields.Boolean(compute="_compute_is_mail_edited")
    sent_to = fields.Char(readonly=True)
    is_existing = fields.Boolean(readonly=True)

    # -- computed fields

    @api.depends("item_ids.record")
    @api.depends_context("lang")
    def _compute_summary(self):
        for wizard in self:
            names = [
                item.record.display_name for item in wizard.item_ids if item.record
            ]
            shown = ", ".join(names[:3])
            wizard.summary = (
                self.env._(
                    "%(names)s and %(count)s more", names=shown, count=len(names) - 3
                )
                if len(names) > 3
                else shown
            )

    @api.depends("item_ids.record")
    def _compute_name(self):
        for wizard in self:
            first = wizard.item_ids[:1].record
            wizard.name = wizard.name or (first._get_share_name() if first else False)

    @api.depends("password_hash", "share_id.has_password")
    @api.depends_context("uid")
    def _compute_has_password(self):
        for wizard in self:
            # a client may name any share
            share = wizard.share_id.sudo(False)._filtered_access("read")
            wizard.has_password = bool(wizard.password_hash or share.has_password)

    @api.depends_context("uid")
    def _compute_can_invite(self):
        # who may open the portal to contacts at all: core's own dialog asks for this
        self.can_invite = self.env["portal.wizard"].has_access("create")

    # what was chosen stays when other records are, as far as their company's policies allow it

    @api.depends("item_ids.record")
    def _compute_access(self):
        for wizard in self:
            has_web_links = wizard._get_company().portal_share_web_links
            if not wizard.access or not has_web_links:
                wizard.access = "public" if has_web_links else "secured"

    @api.depends("item_ids.record")
    def _compute_expiration_date(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            date = wizard.expiration_date
            max_days = wizard._get_company().portal_share_expiration_max_days
            last = fields.Date.add(today, days=max_days)
            wizard.expiration_date = min(date or last, last) if max_days else date

    @api.depends("item_ids.record", "share_id")
    @api.depends_context("company", "uid")
    def _compute_policies(self):
        for wizard in self:
            # sudo: res.company - the policies bind those as well who may not read the company
            company = wizard._get_company().sudo()
            wizard.is_password_required = company.portal_share_password_required
            wizard.is_expiration_required = bool(
                company.portal_share_expiration_required
                or company.portal_share_expiration_max_days
            )
            wizard.has_web_links = company.portal_share_web_links
            wizard.has_uploads = company.portal_share_uploads
            wizard.max_days = company.portal_share_expiration_max_days

    @api.depends("share_id")
    @api.depends_context("lang")
    def _compute_qr_code(self):
        for wizard in self:
            wizard.qr_code = wizard.url and wizard._make_qr_code(wizard.url)

    @api.model
    def _make_qr_code(self, url):
        """Return a picture of the link, in the page itself: no address of it is in any log."""
        picture = io.BytesIO()
        qrcode.make(url.encode(), box_size=4, border=2).save(picture, optimise=True)
        source = (
            f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}"
        )
        alt = self.env._("QR code of the link")
        return Markup('<img src="%s" alt="%s" width="160" height="160"/>') % (
            source,
            alt,
        )

    @api.depends("share_id.user_ids")
    def _compute_recipient_ids(self):
        for wizard in self:
            partners = wizard.share_id.user_ids.partner_id
            wizard.recipient_ids = partners.filtered("email_normalized")

    @api.depends("mail_subject", "mail_body", "mail_draft")
    def _compute_is_mail_edited(self):
        for wizard in self:
            wizard.is_mail_edited = bool(
                wizard.mail_body and wizard._get_mail_text() != wizard.mail_draft
            )

    def _get_mail_text(self):
        return f"{self.mail_subject}\n{self.mail_body}"

    @api.onchange("new_user_email")
    def _onchange_new_user_email(self):
        if self.new_user_email and not parse_email(self.new_user_email):
            return {
                "warning": {
                    "title": self.env._("E-mail"),
                    "message": self.env._("This is not an e-mail address."),
                }
            }
        return None

    @api.model
    def _pop_password(self, vals):
        # the dialog's field is empty again in each step: there is a button to take it back
        return super()._pop_password(vals) or None

    # -- steps

    @api.model
    def _open_for(self, records):
        """Return the action that opens the dialog for records to share."""
        contacts = records._get_share_contacts() if records else None
        # sudo: res.users - which of the contacts have a login; those read may be proposed
        users = contacts.sudo().user_ids.filtered("share") if contacts else None
        wizard = self.create(
            {
                "step": "who" if records else "what",
                "user_ids": [Command.set(users.ids if users else [])],
                "other_ids": [
                    Command.set(contacts.filtered("email").ids if contacts else [])
                ],
                "item_ids": [
                    Command.create({"record": f"{record._name},{record.id}"})
                    for record in records
                ],
            }
        )
        return wizard._reopen()

    @api.model
    def _open_of(self, share, step):
        """Return the action that opens the dialog of a share at a step.

        :raise AccessError: it is another one's
        """
        share.ensure_one()
        share.check_access("write")
        wizard = self.create(
            {
                "step": step,
                "share_id": share.id,
                "is_existing": True,
                "name": share.name,
                "access": share.access,
            }
        )
        wizard.told_ids = wizard.recipient_ids
        return wizard._reopen()

    def _reopen(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.share_id.name if self.is_existing else self.env._("Share"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_next(self):
        """Go on to whom to share with."""
        self._check_has_items()
        self.step = "who"
        return self._reopen()

    def _check_has_items(self):
        if not self.item_ids:
            raise UserError(self.env._("Please choose what to share."))

    def action_back(self):
        """Go back to what to share."""
        self.step = "what"
        return self._reopen()

    def action_remove_password(self):
        """Make the share without the password that was typed."""
        self.check_access("write")
        # sudo: customer.portal.share.wizard - nobody reads or writes the hash itself
        self.sudo().password_hash = False
        return self._reopen()

    def action_add_user(self):
        """Invite a new portal user: a contact with an account, whom core's dialog invites."""
        if not self.can_invite:
            raise UserError(
                self.env._(
                    "Only users who may create contacts can invite portal users."
                )
            )
        Invitation = self.env["customer.portal.share.invitation"].with_company(
            self._get_company()
        )
        partner = Invitation._get_new_partner(self.new_user_name, self.new_user_email)
        user = Invitation._get_account(partner)
        Invitation._check_account(user)
        is_archived = bool(user) and not (user.active and partner.active)
        if is_archived and not self.env.context.get("portal_activate_archived"):
            # that may have been for a reason: whoever invites is asked
            self.archived_user = partner._get_portal_name()
            return self._reopen()
        self.archived_user = False
        if is_archived and not partner.active:
            partner.active = True
        if not user.active:
            Invitation._invite(partner, user)
            user = Invitation._get_account(partner)
        self._add_user(user)
        self.new_user_name = self.new_user_email = False
        return self._reopen()

    def action_activate_user(self):
        """Let the archived user log in again, and add them."""
        return self.with_context(portal_activate_archived=True).action_add_user()

    def _add_user(self, user):
        if not self.is_existing:
            self.user_ids = [Command.link(user.id)]
            return
        self._check_share()
        self.share_id.user_ids = [Command.link(user.id)]
        self.told_ids |= user.partner_id & self.recipient_ids

    def _check_user_is_added(self):
        """Refuse to go on without the new user whom somebody typed and has not added.

        :raise UserError: the dialog shows what was typed
        """
        if self.access == "secured" and (self.new_user_name or self.new_user_email):
            raise UserError(
                self.env._(
                    "The new user “%(who)s” is not added yet. Press “Add User” first, or clear "
                    "the “New User” fields.",
                    who=self.new_user_name or self.new_user_email,
                )
            )

    def action_create_share(self):
        """Make the share, and show its link."""
        self._check_complete()
        share = self.env["customer.portal.share"].create(self._prepare_share_vals())
        # sudo: customer.portal.share.wizard - the hash goes from the one to the other
        self.write({"share_id": share.id, "step": "link"})
        self.told_ids = self.recipient_ids
        self.sudo().password_hash = False
        return self._reopen()

    def _check_complete(self):
        self._check_has_items()
        self._check_user_is_added()
        if not (self.name or "").strip():
            raise UserError(self.env._("Please give the share a name."))
        if self.expiration_date and self.expiration_date < fields.Date.context_today(
            self
        ):
            raise UserError(
                self.env._(
                    "This expiry date is in the past. Please choose a later one."
                )
            )
        if self.access == "secured" and not self.user_ids:
            raise UserError(
                self.env._("Please choose the portal users who may open the link.")
            )

    def _prepare_share_vals(self):
        return {
            "name": self.name.strip(),
            "access": self.access,
            # sudo: customer.portal.share.wizard - see action_create_share
            "password": HashedPassword(self.sudo().password_hash or ""),
            "expiration_date": self.expiration_date,
            "user_ids": [Command.set(self.user_ids.ids)],
            "item_ids": [
                Command.create(
                    {"res_model": item.record._name, "res_id": item.record.id}
                )
                for item in self.item_ids
            ],
            "allow_download": self.allow_download,
            "allow_upload": self.allow_upload,
            "download_limit": self.download_limit,
            "note": self.note,
            "notify_first_access": self.notify_first_access,
            "company_id": self._get_company().id,
        }

    def _get_company(self):
        """Return the company whose share it is, and whose policies bind it."""
        # a client may name any share
        if share := self.share_id.sudo(False)._filtered_access("read"):
            return share.company_id
        for item in self.item_ids:
            company = item.record._get_share_company()
            if company:
                return company
        return self.env.company

    def action_add_items(self):
        """Put what was chosen into the share; what is there already stays there once."""
        self._check_share()
        self._check_has_items()
        items = self.share_id.item_ids
        known = {(item.res_model, item.res_id) for item in items}
        chosen = dict.fromkeys(
            (item.record._name, item.record.id) for item in self.item_ids
        )
        items.create(
            [
                {"share_id": self.share_id.id, "res_model": res_model, "res_id": res_id}
                for res_model, res_id in chosen
                if (res_model, res_id) not in known
            ]
        )
        return self.action_done()

    def action_done(self):
        """Close the dialog."""
        self._check_user_is_added()
        return {"type": "ir.actions.act_window_close"}

    # -- who is told, and in which words

    def action_edit_mail(self):
        """Show the e-mail before it goes."""
        self._check_user_is_added()
        self._check_has_recipients()
        self._draft_mail()
        self.step = "mail"
        return self._reopen()

    def action_back_to_link(self):
        """Go back to the link and to who is told."""
        self.step = "link"
        return self._reopen()

    def _check_share(self):
        """Make sure that the current user may tell others of the share.

        :raise UserError: there is none yet
        :raise AccessError: it is another one's; clients may name any share
        """
        if not self.share_id:
            raise UserError(self.env._("Please create the link first."))
        self.share_id.check_access("write")

    def _draft_mail(self):
        """Suggest the e-mail in the language of its recipients, unless it was edited.

        It greets nobody by name: once edited it goes as it is, to others as well.
        """
        if self.is_mail_edited:
            return
        self._check_share()
        Mail = self.env["customer.portal.share.mail"]
        partners = self.told_ids | self.other_ids
        self.mail_subject, self.mail_body = Mail._render(
            self.share_id, Mail._get_lang(partners)
        )
        self.mail_draft = self._get_mail_text()

    def action_send(self):
        """Tell each of the chosen by an e-mail of their own."""
        self._check_share()
        self._check_user_is_added()
        self._check_has_recipients()
        recipients = self.told_ids | self.other_ids
        edited = (self.mail_subject, self.mail_body) if self.is_mail_edited else None
        self.env["customer.portal.share.mail"]._send(self.share_id, recipients, edited)
        self.sent_to = ", ".join(one._get_portal_name() for one in recipients)
        self.told_ids = self.other_ids = False
        # what was written for these is not for the next
        self.mail_subject = self.mail_body = False
        self.step = "link"
        return self._reopen()

    def _check_has_recipients(self):
        if not (self.told_ids | self.other_ids):
            raise UserError(self.env._("Please choose who is notified by e-mail."))
