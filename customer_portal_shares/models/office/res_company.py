from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import html_sanitize, is_html_empty, ormcache

from ...tools.addresses import is_safe_address
from ...tools.logos import MAX_SIZE, NotALogo, make_logo

#: What pages show: kept in memory until one of these changes.
_SHOWN = frozenset(
    {
        "name",
        "partner_id",
        "portal_logo",
        "portal_welcome",
        "portal_copyright",
        "portal_copyright_url",
        "portal_link_ids",
    }
)


class ResCompany(models.Model):
    """How the portal looks to the customers of a company."""

    _inherit = "res.company"

    portal_logo = fields.Image(
        max_width=MAX_SIZE[0],
        max_height=MAX_SIZE[1],
        help="Shown in the portal, on shares, forms and in e-mails; a PNG, JPEG, GIF or WebP. "
        "The company's logo if empty.",
    )
    portal_welcome = fields.Html(
        string="Portal Welcome Message",
        translate=True,
        sanitize_style=True,
        help="Shown on top of the portal's home, on the login page, on shares and in invitations "
        "by e-mail.",
    )
    portal_copyright = fields.Char(
        translate=True, help="Shown at the bottom of each page and e-mail."
    )
    portal_copyright_url = fields.Char(
        help="Where the copyright leads: a web address, an e-mail address or a path."
    )
    portal_link_ids = fields.One2many(
        "customer.portal.link", "company_id", string="Portal Navigation Links"
    )

    @api.constrains("portal_copyright_url")
    def _check_portal_copyright_url(self):
        for company in self:
            url = company.portal_copyright_url
            if url and not is_safe_address(url):
                raise ValidationError(self._get_address_refusal(url))

    @api.model
    def _get_address_refusal(self, url):
        return self.env._(
            "“%(url)s” is not a valid link. It must begin with https://, http:// or mailto:, "
            "or be a path such as /my/documents.",
            url=url[:100],
        )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._prepare_branding(vals) for vals in vals_list])

    def write(self, vals):
        result = super().write(self._prepare_branding(vals))
        if _SHOWN & vals.keys():
            self.env.registry.clear_cache()
        return result

    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        result = super()._update_field_translations(
            field_name, translations, *args, **kwargs
        )
        if field_name in _SHOWN:
            self.env.registry.clear_cache()
        return result

    def _prepare_branding(self, vals):
        """Return the values as they are kept.

        :raise UserError: the logo is no picture of pixels, whoever sends it
        """
        vals = dict(vals)
        if vals.get("portal_logo"):
            try:
                vals["portal_logo"] = make_logo(vals["portal_logo"])
            except NotALogo as error:
                raise UserError(
                    self.env._(
                        "The portal's logo has to be a PNG, JPEG, GIF or WebP picture of 10 MB "
                        "at most. An SVG file is none of these."
                    )
                ) from error
        if vals.get("portal_copyright_url"):
            vals["portal_copyright_url"] = vals["portal_copyright_url"].strip()
        return vals

    @api.depends("portal_logo")
    def _compute_uses_default_logo(self):
        # core's mails show a logo where this is false, by the address that answers the portal's
        result = super()._compute_uses_default_logo()
        self.filtered("portal_logo").uses_default_logo = False
        return result

    # -- what pages show

    def _get_portal_branding(self):
        """Return how pages look, in the language of the current user.

        :return: dict with ``company_id``, ``name``, ``logo`` (its address), ``welcome`` (safe
            HTML, empty where there is none), ``copyright``, ``copyright_url`` and ``links``
            (list of name and address); an empty one where there is no company
        """
        company_id = self[:1].id
        if not company_id:
            return {}
        return self._read_portal_branding(company_id, self.env.lang or "en_US")

    @api.model
    @ormcache("company_id", "lang")
    def _read_portal_branding(self, company_id, lang):
        # sudo: res.company, customer.portal.link - what everybody sees
        company_sudo = (
            self.sudo().with_context(lang=lang, bin_size=True).browse(company_id)
        )
        # whatever way it was written
        welcome = html_sanitize(company_sudo.portal_welcome or "", sanitize_style=True)
        written = int(company_sudo.write_date.timestamp())
        return {
            "company_id": company_id,
            "name": company_sudo.name,
            "has_logo": bool(company_sudo.portal_logo),
            "logo": f"/logo.png?company={company_id}&unique={written}",
            "welcome": "" if is_html_empty(welcome) else welcome,
            "copyright": company_sudo.portal_copyright or "",
            "copyright_url": company_sudo.portal_copyright_url or "",
            "links": [
                (link.name, link.url)
                for link in company_sudo.portal_link_ids
                if is_safe_address(link.url)
            ],
        }
