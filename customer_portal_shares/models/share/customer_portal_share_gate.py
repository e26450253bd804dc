import re

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...exceptions import ShareRefused

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


#: What the gate and every page ask of a share, fetched with the one query that finds it.
_PAGE_FIELDS = (
    "name",
    "access",
    "active",
    "token",
    "token_digest",
    "password_hash",
    "user_id",
    "company_id",
    "expiration_date",
    "expires_at",
    "allow_download",
    "allow_upload",
    "download_limit",
    "download_count",
    "note",
    "first_access_date",
)


class CustomerPortalShare(models.Model):
    """The gate: who may open a share, and do what there."""

    _inherit = "customer.portal.share"

    obstacle = fields.Char(
        compute="_compute_obstacle",
        help="Why the link of a share that was not switched off opens for nobody.",
    )

    @api.depends("active", "state", "access", "user_id")
    def _compute_obstacle(self):
        for share in self:
            is_on = share._origin and share.active and share.state != "expired"
            share.obstacle = share._get_obstacle() if is_on else False

    def _get_obstacle(self):
        """Return in words what keeps the gate shut, or None."""
        # sudo: customer.portal.share - whoever reads the share, it opens as its owner's
        share_sudo = self._origin.sudo()
        if self.access == "public" and not share_sudo.company_id.portal_share_web_links:
            return self.env._(
                "Web links are switched off in the settings: this one opens for nobody."
            )
        # sudo: res.users - only whether the owner, who may not be saved yet, is there
        if not self.sudo().user_id.active:
            return self.env._(
                "The owner is archived: choose another one, or the link opens for nobody."
            )
        if not share_sudo._has_readable_items():
            return self.env._(
                "Of what is shared there is nothing left that the owner may read: the link "
                "opens for nobody."
            )
        return None

    @api.model
    def _open_sudo(self, token, marks=(), operation="view"):
        """Return the share of a link for the current user, who may do ``operation`` there.

        The one gate of all that a share shows. Unknown, malformed, inactive, expired, switched
        off, of an owner who is gone or who may no longer read what is shared, and not for this
        user: all the same.

        :param str token: of the link
        :param marks: what the visitor's session keeps of the passwords that were right
        :param str operation: ``unlock`` (the password is not asked for), ``enter`` (the page,
            which shows what the share allows), ``view`` (lists, and what a browser shows),
            ``download`` or ``upload``
        :return: the share, sudoed
        :raise ShareRefused: with the answer to give
        """
        share_sudo = self._find_sudo(token)
        if not share_sudo or not share_sudo._has_readable_items():
            raise ShareRefused(404, "not_found")
        if operation == "unlock":
            return share_sudo
        if share_sudo.password_hash and share_sudo._get_password_mark() not in marks:
            raise ShareRefused(401, "password_required", share=share_sudo)
        if operation != "enter":
            share_sudo._check_operation(operation)
        return share_sudo

    @api.model
    def _find_sudo(self, token):
        """Return the open share with this token for the current user, or an empty record.

        One query with all conditions, so that no answer takes longer than another.

        :raise ShareRefused: the share wants the visitor to log in
        """
        rows = self.env.execute_query_dict(self._get_gate_query(token))
        # sudo: customer.portal.share - visitors have no access of their own; these are the rules
        share_sudo = self.sudo().browse(row["id"] for row in rows)._with_memory()
        for row in rows:  # one or none
            share_sudo._keep_gate_row(row)
        if share_sudo.access == "secured" and self.env.user._is_public():
            raise ShareRefused(303, "login_required")
        return share_sudo

    def _keep_gate_row(self, row):
        """Keep what :meth:`_get_gate_query` has read, so that nothing reads it again."""
        for name in _PAGE_FIELDS:
            self._fields[name]._insert_cache(self, [row[name]])
        self._remember("outline", lambda: row["outline"])

    @api.model
    def _get_gate_query(self, token):
        """Return the statement that finds an open share, and all that every page asks of it.

        Not by the ORM: to put the statement together takes it longer than all else in the gate.
        """
        return SQL(
            f"""
            SELECT {", ".join(_PAGE_FIELDS)}, share.id, %(outline)s AS outline
              FROM customer_portal_share share
             WHERE token_digest = %(digest)s AND %(is_open)s
            """,
            outline=self._get_outline_sql("share"),
            digest=self._get_digest(token),
            is_open=self._get_open_sql("share"),
        )

    @api.model
    def _get_digest(self, token):
        """Return what a share is found by; of text that is no token, what none is found by."""
        return self._digest(token if _TOKEN.fullmatch(token or "") else "")

    @api.model
    def _get_open_domain(self):
        """Return the domain of the shares that are open to the current user."""
        return Domain.custom(
            to_sql=lambda model, alias, query: self._get_open_sql(alias)
        )

    @api.model
    def _get_open_sql(self, alias):
        """Return the condition that a share is open to the current user.

        No joins: to plan one takes PostgreSQL longer than to look each thing up.

        :param str alias: of the share's table
        """
        self.env.flush_all()
        user = self.env.user
        by_login = SQL("TRUE")  # who has not logged in is asked to
        if not user._is_public():
            by_login = SQL(
                """(%(share)s.user_id = %(uid)s OR EXISTS (
                    SELECT FROM customer_portal_share_user_rel
                     WHERE share_id = %(share)s.id AND user_id = %(uid)s))""",
                uid=user.id,
                share=SQL.identifier(alias),
            )
        return SQL(
            """
            (%(share)s.active
             AND (SELECT active FROM res_users WHERE id = %(share)s.user_id)
             AND (%(share)s.expires_at IS NULL OR %(share)s.expires_at > %(now)s)
             AND CASE %(share)s.access
                 WHEN 'public' THEN (SELECT portal_share_web_links FROM res_company
                                      WHERE id = %(share)s.company_id)
                 WHEN 'secured' THEN %(by_login)s END)
            """,
            share=SQL.identifier(alias),
            now=fields.Datetime.now(),
            by_login=by_login,
        )

    def _check_operation(self, operation):
        """Refuse what the share does not allow.

        :raise ShareRefused: 403
        """
        if operation == "upload":
            if not self._takes_uploads():
                raise ShareRefused(
                    403,
                    "upload_not_allowed",
                    self.env._("Files cannot be added to this share."),
                    share=self,
                )
        elif self._is_drop():
            raise ShareRefused(
                403,
                "view_not_allowed",
                self.env._("Files can be sent here, and not be seen."),
                share=self,
            )
        elif operation == "download" and not self.allow_download:
            raise ShareRefused(
                403,
                "download_not_allowed",
                self.env._("What is shared here can be looked at, not downloaded."),
                share=self,
            )

    def _takes_uploads(self):
        return self.allow_upload and self.company_id.portal_share_uploads

    def _is_drop(self):
        """Tell whether visitors may send files and see nothing."""
        return self.allow_upload and not self.allow_download
