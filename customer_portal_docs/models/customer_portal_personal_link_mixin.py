import re
import secrets

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import hmac

from ..tools.tokens import digest

#: Random bytes that a link's key is made of.
NONCE_BYTES = 32
TOKEN = re.compile(r"[0-9a-f]{64}")


class CustomerPortalPersonalLinkMixin(models.AbstractModel):
    """A personal link: what one person opens one thing with, without logging in.

    Its key is in nobody's database: it comes of the row's random nonce and Odoo's own secret,
    each time a mail needs it, and is looked up by its digest. It opens nothing once it is
    revoked, over, or without its reason.
    """

    _name = "customer.portal.personal.link.mixin"
    _description = "Personal Link of the Customer Portal"
    _inherit = "customer.portal.link.mixin"

    #: what the keys of a model are signed for; the model's name if None
    _link_scope = None

    # a link is made to be sent
    portal_link_date = fields.Date(default=lambda self: self._get_today())
    active = fields.Boolean(
        string="Valid", default=True, help="A link that is not valid opens nothing."
    )
    nonce = fields.Char(
        required=True,
        copy=False,
        groups=fields.NO_ACCESS,
        default=lambda self: secrets.token_hex(NONCE_BYTES),
    )
    key_digest = fields.Char(
        compute="_compute_key_digest",
        precompute=True,
        store=True,
        copy=False,
        groups=fields.NO_ACCESS,
    )

    _key_digest_uniq = models.UniqueIndex("(key_digest)")

    @api.depends("nonce")
    def _compute_key_digest(self):
        for link in self:
            link.key_digest = digest(link._sign_nonce())

    def _get_token(self):
        """Return the key of this link, 32 bytes in hexadecimal, as mails need it.

        A copy of a database has another secret, and so other keys: what is sent from now on opens,
        what was sent before does not any more.
        """
        token = self._sign_nonce()
        link_sudo = self.sudo()  # sudo: the model - the digest is hidden from all users
        if link_sudo.key_digest != digest(token):
            link_sudo.key_digest = digest(token)
        return token

    def _sign_nonce(self):
        # sudo: the model - the nonce is hidden from all users
        nonce = self.sudo().nonce
        return hmac(self.env(su=True), self._link_scope or self._name, nonce)

    @api.model
    def _find_link_sudo(self, token, domain=None):
        """Return the link with this key that is open now, sudoed, or an empty record.

        :param token: anything that a client may have sent
        :param domain: what else must be true of it, such as what it opens
        """
        # sudo: the model - whoever has the key has the link
        links_sudo = self.sudo()
        if not isinstance(token, str) or not TOKEN.fullmatch(token):
            return links_sudo.browse()
        found = Domain("key_digest", "=", digest(token)) & Domain(domain or [])
        link_sudo = links_sudo.search(found, limit=1)._filter_open()
        link_sudo._note_portal_link_use()
        return link_sudo

    def _filter_open(self):
        """Return those of these links that open something now."""
        return self.filtered(
            lambda link: (
                link.active and not link._is_portal_link_over() and link._has_reason()
            )
        )

    def _has_reason(self):
        """Tell whether what the link was given for is still there; each model says what."""
        self.ensure_one()
        return True

    def _revoke_link(self):
        """Let the links open nothing any more."""
        # sudo: the model - the caller has asked who may
        self.sudo().active = False

    def _renew_link(self):
        """Give each link a new key; the old one opens nothing any more."""
        # sudo: the model - the caller has asked who may
        for link in self.sudo():
            link.write({"nonce": secrets.token_hex(NONCE_BYTES), "active": True})
