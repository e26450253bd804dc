import hashlib

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Fewest characters of a share's password, unless ``auth_password_policy`` wants more.
MIN_PASSWORD_LENGTH = 8
#: Most: hashing takes time for each character.
MAX_PASSWORD_LENGTH = 512


class HashedPassword(str):
    """A password that is hashed already. A client's text never is one."""


class CustomerPortalShare(models.Model):
    """The password of a share: set, never read, checked as those of users are."""

    _inherit = "customer.portal.share"

    # create() and write() take its value and keep the hash
    password = fields.Char(
        compute="_compute_password",
        readonly=False,
        copy=False,
        exportable=False,
        help="At least 8 characters. It can be replaced, and never be read again.",
    )
    password_hash = fields.Char(copy=False, readonly=True, groups=fields.NO_ACCESS)
    has_password = fields.Boolean(
        string="Password Protected",
        compute="_compute_has_password",
        search="_search_has_password",
        compute_sudo=True,
    )

    def _compute_password(self):
        self.password = False

    @api.depends("password_hash")
    def _compute_has_password(self):
        for share in self:
            share.has_password = bool(share.password_hash)

    @api.model
    def _search_has_password(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: customer.portal.share - whether, and not which
        query = self.sudo()._search([("password_hash", "!=", False)])
        return [("id", "in" if True in value else "not in", query)]

    def _set_password(self, password):
        """Keep the hash of a password, None or empty for no password.

        :raise ValidationError: too short or too long
        """
        password_hash = False
        if isinstance(password, HashedPassword):
            password_hash = str(password) or False
        elif password:
            self._check_password_quality(password)
            password_hash = self._get_crypt_context().hash(password)
        # sudo: customer.portal.share - the caller has written the share with own rights
        self.sudo().write({"password_hash": password_hash})

    @api.model
    def _check_password_quality(self, password):
        length = self._get_min_password_length()
        if len(password) < length:
            raise ValidationError(
                self.env._(
                    "The password is too short: at least %(count)s characters.",
                    count=length,
                )
            )
        if len(password) > MAX_PASSWORD_LENGTH or "\0" in password:
            raise ValidationError(
                self.env._(
                    "The password is too long: at most %(count)s characters.",
                    count=MAX_PASSWORD_LENGTH,
                )
            )

    @api.model
    def _get_min_password_length(self):
        # sudo: ir.config_parameter - the policy of auth_password_policy, where it is installed
        parameters = self.env["ir.config_parameter"].sudo()
        policy = parameters.get_param("auth_password_policy.minlength", "0")
        configured = int(policy) if policy.isascii() and policy.isdigit() else 0
        return configured or MIN_PASSWORD_LENGTH

    @api.model
    def _get_crypt_context(self):
        # sudo: res.users - it reads how many rounds to hash
        return self.env["res.users"].sudo()._crypt_context()

    def _is_password(self, password):
        """Tell whether this is the share's password. Takes as long as hashing it."""
        self.ensure_one()
        if not password or len(password) > MAX_PASSWORD_LENGTH or "\0" in password:
            return False
        return self._get_crypt_context().verify(password, self.password_hash)

    def _get_password_mark(self):
        """Return what a visitor's session keeps of a right password.

        Another password or another link makes it worthless.
        """
        self.ensure_one()
        secret = f"{self.token_digest}:{self.password_hash}"
        return hashlib.sha256(secret.encode()).hexdigest()
