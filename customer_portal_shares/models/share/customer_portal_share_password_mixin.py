import unicodedata

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.customer_portal_docs.tools.parsing import parse_digits

#: Fewest characters of a share's password, unless ``auth_password_policy`` wants more.
MIN_PASSWORD_LENGTH = 8
#: Most: hashing takes time for each character.
MAX_PASSWORD_LENGTH = 512
#: Most as it is typed: what looks like one character may be several.
MAX_TYPED_LENGTH = 4 * MAX_PASSWORD_LENGTH


def normalize(password):
    """Return a password in the one form that all its spellings have.

    What looks the same is typed as one or as several characters, by keyboard and system.
    https://www.rfc-editor.org/rfc/rfc8265#section-4.2
    """
    return unicodedata.normalize("NFKC", password)


class HashedPassword(str):
    """A password that is hashed already. A client's text never is one."""


class CustomerPortalSharePasswordMixin(models.AbstractModel):
    """A password that is set, never read, and checked as those of users are.

    Who writes ``password`` sets it, or removes it with an empty one, as programs do.
    ``new_password`` is the form's: a form tells a field that was emptied again as it tells one
    that was meant to be empty, so an empty one changes nothing there.
    """

    _name = "customer.portal.share.password.mixin"
    _description = "Protected by a Password"

    # create() and write() take the values of both and keep the hash
    password = fields.Char(
        compute="_compute_password",
        readonly=False,
        copy=False,
        exportable=False,
        help="It can be replaced or removed, but never shown again.",
    )
    new_password = fields.Char(
        compute="_compute_password",
        readonly=False,
        copy=False,
        exportable=False,
        help="It can be replaced, but never shown again.",
    )
    password_hint = fields.Char(compute="_compute_password_hint")
    password_hash = fields.Char(copy=False, readonly=True, groups=fields.NO_ACCESS)
    has_password = fields.Boolean(
        string="Password Protected",
        compute="_compute_has_password",
        search="_search_has_password",
        compute_sudo=True,
    )

    def _compute_password(self):
        self.password = self.new_password = False

    @api.depends("has_password")
    @api.depends_context("lang")
    def _compute_password_hint(self):
        hint = self._get_password_hint()
        for record in self:
            record.password_hint = (
                self.env._(
                    "Leave empty to keep the current password. %(hint)s", hint=hint
                )
                if record.has_password
                else hint
            )

    @api.depends("password_hash")
    def _compute_has_password(self):
        for record in self:
            record.has_password = bool(record.password_hash)

    @api.model
    def _search_has_password(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: the model - whether, and not which
        query = self.sudo()._search([("password_hash", "!=", False)])
        return [("id", "in" if True in value else "not in", query)]

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        passwords = [self._pop_password(vals) for vals in vals_list]
        records = super().create(vals_list)
        for record, password in zip(records, passwords, strict=True):
            if password:
                record._set_password(password)
        return records

    def write(self, vals):
        vals = dict(vals)
        password = self._pop_password(vals)
        result = super().write(vals)
        if password is not None:
            for record in self:
                record._set_password(password)
        return result

    @api.model
    def _pop_password(self, vals):
        """Take the password out of what is to be written.

        :param dict vals: changed in place
        :return: str; False to remove the password, None to leave it as it is
        """
        password = vals.pop("password", False) or False if "password" in vals else None
        return vals.pop("new_password", None) or password

    def _set_password(self, password):
        """Keep the hash of a password, False or empty for no password.

        :raise ValidationError: too short or too long
        """
        password_hash = False
        if isinstance(password, HashedPassword):
            password_hash = str(password) or False
        elif password:
            # (a number by RPC, as Odoo takes it for any text)
            password = normalize(str(password))
            self._check_password_quality(password)
            password_hash = self._get_crypt_context().hash(password)
        # sudo: the model - the caller has written the record with own rights
        self.sudo().write({"password_hash": password_hash})

    @api.model
    def _check_password_quality(self, password):
        length = self._get_min_password_length()
        if not password.strip():
            raise ValidationError(
                self.env._("A password cannot consist of spaces only.")
            )
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
    def _get_password_hint(self):
        """Return what people are told before they choose a password."""
        return self.env._(
            "At least %(count)s characters", count=self._get_min_password_length()
        )

    @api.model
    def _get_min_password_length(self):
        # sudo: ir.config_parameter - the policy of auth_password_policy, where it is installed
        parameters = self.env["ir.config_parameter"].sudo()
        policy = parameters.get_param("auth_password_policy.minlength")
        return parse_digits(policy) or MIN_PASSWORD_LENGTH

    @api.model
    def _get_crypt_context(self):
        # sudo: res.users - it reads how many rounds to hash
        return self.env["res.users"].sudo()._crypt_context()

    def _is_password(self, password):
        """Tell whether this is the password. Takes as long as hashing it."""
        self.ensure_one()
        if not password or len(password) > MAX_TYPED_LENGTH or "\0" in password:
            return False
        if len(normalize(password)) > MAX_PASSWORD_LENGTH:
            return False
        context = self._get_crypt_context()
        # kept before passwords were brought into one form: as they were typed then
        forms = [normalize(password), password]
        forms += [unicodedata.normalize(form, password) for form in ("NFC", "NFD")]
        return any(
            context.verify(form, self.password_hash) for form in dict.fromkeys(forms)
        )
