from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.customer_portal_docs.tools.emails import parse_email
from odoo.addons.customer_portal_docs.tools.notifications import notify_user


class CustomerPortalUserWizard(models.TransientModel):
    """Open the portal to one contact, who is there already or is made."""

    _name = "customer.portal.user.wizard"
    _inherit = "customer.portal.share.password.mixin"
    _description = "New Portal User"

    partner_id = fields.Many2one("res.partner", string="Contact")
    name = fields.Char()
    email = fields.Char(string="E-mail")
    phone = fields.Char()
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(), string="Language"
    )
    parent_id = fields.Many2one(
        "res.partner",
        string="Company of the Customer",
        domain="[('is_company', '=', True)]",
    )
    # the hint in the field says it: a question mark would be part of its name
    password = fields.Char(help="")
    report_ids = fields.Many2many(
        "customer.portal.report",
        "customer_portal_user_wizard_report_rel",
        string="Reports",
    )
    is_administrator = fields.Boolean(
        string="Manages Colleagues",
        help="Invites colleagues of their own company to the portal, and ends their access.",
    )

    @api.depends("has_password")
    @api.depends_context("lang")
    def _compute_password_hint(self):
        hint = self._get_password_hint()
        self.password_hint = self.env._(
            "Leave empty to send an invitation by e-mail. %(hint)s", hint=hint
        )

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        if self.partner_id:
            self.email = self.partner_id.email
            self.lang = self.partner_id.lang

    def action_create(self):
        """Make the portal user."""
        self.ensure_one()
        self.check_access("write")
        self.env["res.users"]._check_portal_manager()
        email = self._get_email()
        self.env["res.users"]._check_portal_address(email)
        partner = self.partner_id or self._get_partner(email)
        # sudo: customer.portal.user.wizard - the hash goes from the one to the other
        user = partner._create_portal_user(email, self.sudo().password_hash)
        if self.report_ids:
            user.write({"portal_report_ids": [Command.set(self.report_ids.ids)]})
        if self.is_administrator:
            user.write({"portal_is_administrator": True})
        return {"type": "ir.actions.act_window_close"}

    def _get_email(self):
        typed = (self.email or self.partner_id.email or "").strip()
        email = parse_email(typed)
        if email:
            return email
        raise UserError(
            self.env._("“%(typed)s” is not an e-mail address.", typed=typed)
            if typed
            else self.env._("Please type the e-mail address of the new user.")
        )

    def _get_partner(self, email):
        """Return the contact with the address, a new one if there is none."""
        Partner = self.env["res.partner"]
        partner = Partner._find_portal_contact(email)
        if partner:
            self._tell_of_contact(partner)
            return partner
        name = (self.name or "").strip()
        if not name:
            raise UserError(self.env._("Please type the name of the new user."))
        if self.parent_id:
            self.parent_id._check_portal_parent()
        return Partner.create(
            {
                "name": name,
                "email": email,
                "phone": self.phone,
                "lang": self.lang or self.parent_id.lang or self.env.user.lang,
                "parent_id": self.parent_id.id,
            }
        )

    def _tell_of_contact(self, partner):
        """Say that a contact was there already, and has not become what was typed."""
        typed = (
            ("name", (self.name or "").strip()),
            ("phone", self.phone),
            ("lang", self.lang),
            ("parent_id", self.parent_id),
        )
        if any(value and value != partner[name] for name, value in typed):
            message = self.env._(
                "The contact %(name)s with this e-mail address existed already and was not "
                "changed. To change the name, the company, the phone or the language, edit "
                "the user in the list.",
                name=partner.name,
            )
            notify_user(self.env.user, message, "warning")
