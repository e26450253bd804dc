import re

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.http import request
from odoo.tools import html_sanitize, is_html_empty
from odoo.tools.image import image_data_uri

from ...tools.addresses import is_safe_address
from ...tools.invitations import read_invitation
from ...tools.logos import NotALogo, make_logo

#: What the screen changes of a company, and nothing else.
EDITABLE = frozenset({"logo", "welcome", "copyright_text", "copyright_url", "link_ids"})

#: The address of a share, of which a visitor who has to log in comes.
_SHARE = re.compile(r"/share/(?P<token>[\w-]+)", re.ASCII)


class CustomerPortalBranding(models.Model):
    """The screen on which a portal manager, who may not change companies, says how the portal looks.

    One for each company. It holds nothing itself: the company does.
    """

    _name = "customer.portal.branding"
    _description = "Branding of the Portal"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    logo = fields.Image(related="company_id.portal_logo", readonly=False)
    welcome = fields.Html(
        string="Welcome Message", related="company_id.portal_welcome", readonly=False
    )
    copyright_text = fields.Char(
        string="Copyright", related="company_id.portal_copyright", readonly=False
    )
    copyright_url = fields.Char(
        string="Copyright Link",
        related="company_id.portal_copyright_url",
        readonly=False,
    )
    link_ids = fields.One2many(
        "customer.portal.link",
        string="Navigation Links",
        compute="_compute_link_ids",
        search="_search_link_ids",
        inverse="_inverse_link_ids",
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    _company_unique = models.UniqueIndex(
        "(company_id)", "There can only be one branding for each company."
    )

    @api.depends("company_id.portal_link_ids")
    def _compute_link_ids(self):
        for branding in self:
            branding.link_ids = branding.company_id.portal_link_ids

    @api.model
    def _search_link_ids(self, operator, value):
        return Domain("company_id.portal_link_ids", operator, value)

    def _inverse_link_ids(self):
        """Do nothing: the links themselves were written, by the rights of who did."""

    @api.depends(
        "logo",
        "welcome",
        "copyright_text",
        "copyright_url",
        "link_ids",
    )
    @api.depends_context("lang")
    def _compute_preview(self):
        for branding in self:
            brand = branding._prepare_preview()
            branding.preview = self.env["ir.qweb"]._render(
                "customer_portal_shares.portal_branding_preview", {"brand": brand}
            )

    def _prepare_preview(self):
        """Return what pages would show: of what is typed as well, which nobody has checked."""
        welcome = html_sanitize(self.welcome or "", sanitize_style=True)
        url = self.copyright_url
        return {
            "name": self.company_id.name,
            "logo": self._get_preview_logo(),
            "welcome": "" if is_html_empty(welcome) else welcome,
            "copyright": self.copyright_text or "",
            "copyright_url": url if url and is_safe_address(url) else "",
            "links": [
                (link.name, link.url)
                for link in self.link_ids
                if link.name and link.url and is_safe_address(link.url)
            ],
        }

    def _get_preview_logo(self):
        logo = self.with_context(bin_size=False).logo
        try:
            return image_data_uri(make_logo(logo)) if logo else self._get_company_logo()
        except NotALogo:
            return self._get_company_logo()

    def _get_company_logo(self):
        # sudo: res.company - its logo is shown to everybody
        logo = self.company_id.sudo().with_context(bin_size=False).logo_web
        return image_data_uri(logo) if logo else ""

    # -- opened by portal managers, for whom companies are closed

    @api.model
    def action_open(self):
        """Open the branding of the current company."""
        self.check_access("write")
        company = self.env.company
        branding = self.search([("company_id", "=", company.id)], limit=1)
        if not branding:
            # sudo: customer.portal.branding - nobody makes them by hand
            branding = self.sudo().create({"company_id": company.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Branding"),
            "res_model": self._name,
            "res_id": branding.id,
            "views": [(False, "form")],
        }

    def write(self, vals):
        self.check_access("write")
        if not self.env.su and vals.keys() - EDITABLE:
            raise AccessError(self.env._("The company of a branding cannot change."))
        vals = dict(vals)
        commands = vals.pop("link_ids", [])
        for branding in self:
            branding._write_links(commands)
        # sudo: res.company - the fields of the branding, of a company that the user works in
        super(CustomerPortalBranding, self.sudo()).write(vals)
        return True

    def _write_links(self, commands):
        """Do what a form says of the links, by the user's own rights to links."""
        Link = self.env["customer.portal.link"]
        own = Link.search([("company_id", "=", self.company_id.id)])
        for command in commands:
            code, link_id, *rest = command
            if code == Command.CREATE:
                Link.create({**rest[0], "company_id": self.company_id.id})
            elif code == Command.UPDATE:
                (own & Link.browse(link_id)).write(
                    {name: rest[0][name] for name in rest[0] if name != "company_id"}
                )
            elif code in (Command.DELETE, Command.UNLINK):
                (own & Link.browse(link_id)).unlink()
        if commands:
            self.invalidate_recordset(["link_ids", "preview"])

    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        self.check_access("write")
        if field_name not in EDITABLE:
            raise AccessError(self.env._("The company of a branding cannot change."))
        # sudo: res.company - as above
        return super(CustomerPortalBranding, self.sudo())._update_field_translations(
            field_name, translations, *args, **kwargs
        )

    # -- what pages show

    @api.model
    def _get_for_page(self, *records):
        """Return the branding of a page, see :meth:`res.company._get_portal_branding`.

        :param records: what the page is of, each a record, or anything else: the first one with a
            company decides; then the website, then the user's company
        """
        return self._pick_page_company_sudo(*records)._get_portal_branding()

    @api.model
    def _pick_page_company_sudo(self, *records):
        for record in records:
            company_sudo = self._get_record_company_sudo(record)
            if company_sudo:
                return company_sudo
        return self._get_address_company_sudo() or self._get_site_company_sudo()

    @api.model
    def _get_record_company_sudo(self, record):
        # sudo: any model, res.company - the company of what the page shows anyway
        if not isinstance(record, models.BaseModel) or len(record) != 1:
            return self.env["res.company"].sudo()
        if record._name == "res.company":
            return record.sudo()
        field = record._fields.get("company_id")
        if not field or field.comodel_name != "res.company":
            return self.env["res.company"].sudo()
        return record.sudo().company_id

    @api.model
    def _get_address_company_sudo(self):
        """Return the company of the share that a visitor logs in for, or of their invitation.

        Empty for other pages.
        """
        # sudo: res.company - none
        nothing_sudo = self.env["res.company"].sudo()
        if not request:
            return nothing_sudo
        target = request.params.get("redirect")
        if found := _SHARE.match(target) if isinstance(target, str) else None:
            return self.env["customer.portal.share"]._get_company_sudo(found["token"])
        token = request.params.get("token")
        if isinstance(token, str):
            # sudo: res.users - whose company the page of an invitation names anyway
            signed = read_invitation(self.env(su=True), token)
            user_ids = signed[1] if signed and len(signed) == 4 else []
            users_sudo = self.env["res.users"].sudo().browse(user_ids)
            return users_sudo.exists().company_id[:1]
        return nothing_sudo

    @api.model
    def _get_site_company_sudo(self):
        website = getattr(request, "website", None) if request else None
        # sudo: res.company - what everybody sees
        return website.sudo().company_id if website else self.env.company.sudo()

    @api.model
    def _get_for_share(self, sender):
        """Return the branding of a page of a share.

        :param sender: who shares, a dict, or None on the page that tells nothing: it is not of
            the first company, where there are several
        """
        # sudo: res.company - what everybody sees
        Company = self.env["res.company"].sudo()
        if sender:
            return Company.browse(sender["company_id"])._get_portal_branding()
        has_site = request and getattr(request, "website", None)
        if has_site or Company.search_count([], limit=2) == 1:
            return self._get_site_company_sudo()._get_portal_branding()
        return {}
