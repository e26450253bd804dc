import contextlib
import re

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime

from odoo.addons.customer_portal_docs.exceptions import (
    Forbidden,
    LoginRequired,
    NotFound,
    PasswordRequired,
    Throttled,
)
from odoo.addons.customer_portal_docs.tools.filenames import clean_line
from odoo.addons.customer_portal_docs.tools.filesizes import format_size
from odoo.addons.customer_portal_docs.tools.memo import Memo, remember
from odoo.addons.customer_portal_docs.tools.networks import get_network
from odoo.addons.customer_portal_docs.tools.tokens import digest
from odoo.addons.customer_portal_docs.tools.transactions import anew

from ...tools.days import make_day_formatter

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_SHARE_PATH = re.compile(r"/share/([A-Za-z0-9_-]{43})(?:[/?#]|$)", re.ASCII)
#: First key of this model's advisory locks; the second is the share's id.
_LOCK_SPACE = 0x63707368
_ANNOUNCE_LOCK_SPACE = 0x63707361
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
#: States by the reason why a link is shut; the others are no matter of the share's own.
_STATES = {
    "inactive": "inactive",
    "owner_archived": "inactive",
    "owner_elsewhere": "inactive",
    "expired": "expired",
}
#: Reasons that neither the state nor who looks explains.
_TOLD_REASONS = ("owner_archived", "owner_elsewhere", "web_links_off")


class CustomerPortalShare(models.Model):
    """The gate: who may open a share, do what there, and see what of its items."""

    _inherit = "customer.portal.share"

    # -- why a link is shut

    @api.model
    def _get_shut_reason_sql(
        self, alias, is_recipient=None, is_owner_active=None, is_owner_of_company=None
    ):
        """Return the one expression that says why a link is shut to the current user, or NULL.

        No joins: to plan one takes PostgreSQL longer than to look each thing up.

        :param str alias: of the share's table, or of rows with the same columns
        :param SQL is_recipient: condition, where it is known already
        :param SQL is_owner_active: the owner's ``active``, where it is known already
        :param SQL is_owner_of_company: condition, where it is asked for anyway
        """
        user, share = self.env.user, SQL.identifier(alias)
        if user._is_public():
            is_recipient = SQL("TRUE")  # who has not logged in is asked to
        if not is_recipient:
            is_recipient = SQL(
                """(%(share)s.user_id = %(uid)s OR EXISTS (
                    SELECT FROM customer_portal_share_user_rel
                     WHERE share_id = %(share)s.id AND user_id = %(uid)s))""",
                uid=user.id,
                share=share,
            )
        return SQL(
            """
            CASE WHEN %(share)s.active IS NOT TRUE THEN 'inactive'
                 WHEN %(share)s.expires_at <= %(now)s THEN 'expired'
                 WHEN %(is_owner_active)s IS NOT TRUE
                 THEN 'owner_archived'
                 WHEN %(is_owner_of_company)s IS NOT TRUE
                 THEN 'owner_elsewhere'
                 WHEN %(share)s.access = 'public' AND (
                    SELECT portal_share_web_links FROM res_company
                     WHERE id = %(share)s.company_id) IS NOT TRUE
                 THEN 'web_links_off'
                 WHEN %(share)s.access = 'secured' AND NOT %(is_recipient)s
                 THEN 'not_recipient'
            END
            """,
            share=share,
            now=fields.Datetime.now(),
            is_recipient=is_recipient,
            is_owner_active=is_owner_active
            or SQL("(SELECT active FROM res_users WHERE id = %s.user_id)", share),
            is_owner_of_company=is_owner_of_company
            or SQL(
                """(SELECT TRUE FROM res_company_users_rel
                     WHERE cid = %(share)s.company_id
                       AND user_id = %(share)s.user_id)""",
                share=share,
            ),
        )

    @api.model
    def _get_open_domain(self):
        """Return the domain of the shares that are open to the current user."""

        def is_open(model, alias, query):
            self.env.flush_all()
            return SQL("(%s) IS NULL", self._get_shut_reason_sql(alias))

        return Domain.custom(to_sql=is_open)

    def _get_shut_reasons(self):
        """Return why the link of each share is shut, as the records say it, saved or not.

        :return: dict of record to str or None
        """
        if not self:
            return {}
        self.env["res.users"].flush_model(["active", "company_ids"])
        self.env["res.company"].flush_model(["portal_share_web_links"])
        rows = [
            SQL(
                "(%s, %s::int, %s::bool, %s::text, %s::int, %s::int, %s::timestamp)",
                number,
                share._origin.id or None,
                share.active,
                share.access or None,
                share.user_id._origin.id or None,
                share.company_id._origin.id or None,
                share.expires_at or None,
            )
            for number, share in enumerate(self)
        ]
        query = SQL(
            """SELECT number, %s FROM (VALUES %s) AS share
               (number, id, active, access, user_id, company_id, expires_at)""",
            self._get_shut_reason_sql("share"),
            SQL(", ").join(rows),
        )
        records = list(self)
        return {
            records[number]: reason for number, reason in self.env.execute_query(query)
        }

    @api.depends(
        "active",
        "expires_at",
        "user_id.active",
        "user_id.company_ids",
        "access",
        "company_id.portal_share_web_links",
    )
    def _compute_state(self):
        for share, reason in self._get_shut_reasons().items():
            share.state = _STATES.get(reason, "active")
            share.shut_reason = reason if reason in _TOLD_REASONS else False

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        states = [state for state in value if state]

        def has_state(model, alias, query):
            self.env.flush_all()
            cases = SQL(" ").join(
                SQL("WHEN %s THEN %s", reason, state)
                for reason, state in _STATES.items()
            )
            return SQL(
                "(CASE %s %s ELSE 'active' END) = ANY(%s)",
                self._get_shut_reason_sql(alias),
                cases,
                states,
            )

        return Domain.custom(
            to_sql=has_state, predicate=lambda share: share.state in states
        )

    @api.depends("active", "state", "access", "user_id")
    @api.depends_context("lang")
    def _compute_shut_warning(self):
        reasons = self._get_shut_reasons()
        for share in self:
            is_on = share._origin and share.active and share.state != "expired"
            share.shut_warning = (
                share._get_shut_warning(reasons[share]) if is_on else False
            )

    def _get_shut_warning(self, reason):
        """Return in words what keeps the gate shut for everybody, or None."""
        if reason == "web_links_off":
            return self.env._(
                "Web links are switched off in the settings: this one opens for nobody."
            )
        if reason == "owner_archived":
            return self.env._(
                "The owner is archived: choose another one, or the link opens for nobody."
            )
        if reason == "owner_elsewhere":
            return self.env._(
                "The owner does not belong to the company of the share: choose another one, or "
                "the link opens for nobody."
            )
        # sudo: customer.portal.share - whoever reads the share, it opens as its owner's
        if not self._origin.sudo()._has_readable_items():
            return self.env._(
                "The owner may no longer read anything that is shared here: the link opens for "
                "nobody."
            )
        return None

    # -- the gate

    @api.model
    def _open_sudo(self, token, unlocked=(), operation="view"):
        """Return the share of a link for the current user, who may do ``operation`` there.

        The one gate of all that a share shows. Unknown, malformed, inactive, expired, switched
        off, of an owner who is gone or who may no longer read what is shared, and not for this
        user: all the same.

        :param str token: of the link
        :param unlocked: what the visitor's session keeps of the passwords that were right
        :param str operation: ``unlock`` (the password is not asked for), ``enter`` (the page,
            which shows what the share allows), ``view`` (lists, and what a browser shows),
            ``download`` or ``upload``
        :return: the share, sudoed
        :raise PortalRefusal: with the answer to give, and the share where the visitor may know
        """
        share_sudo = self._find_sudo(token)
        if not share_sudo or not share_sudo._has_readable_items():
            raise NotFound()
        if operation == "unlock":
            return share_sudo
        if share_sudo.password_hash and share_sudo._get_unlock_digest() not in unlocked:
            raise share_sudo._refuse(PasswordRequired)
        if operation != "enter":
            share_sudo._check_operation(operation)
        return share_sudo

    def _refuse(self, kind, message="", **more):
        """Return a refusal that tells of this share.

        :param kind: class of :class:`PortalRefusal`
        """
        refusal = kind(message, **more)
        refusal.share = self
        return refusal

    @api.model
    def _find_sudo(self, token):
        """Return the open share with this token for the current user, or an empty record.

        One query with all conditions, so that no answer takes longer than another.

        :raise LoginRequired: the share wants the visitor to log in
        """
        share_sudo = self._look_up_sudo(token)
        if share_sudo.access == "secured" and self.env.user._is_public():
            raise LoginRequired()
        return share_sudo

    @api.model
    def _look_up_sudo(self, token):
        self.env.flush_all()
        rows = self.env.execute_query_dict(self._get_gate_query(token))
        # sudo: customer.portal.share - visitors have no access of their own; these are the rules
        share_sudo = self.sudo().browse(row["id"] for row in rows)._with_request_cache()
        for row in rows:  # one or none
            share_sudo._keep_gate_row(row)
        return share_sudo

    @api.model
    def _get_login_notice(self, path):
        """Return who shares what with whom, for the login page that a secured link leads to.

        Who has the link is told no more than what the mail said that it came with, and that
        is addressed to one: recipients may be of different customers, and are told of none
        but themselves.

        :param path: where to go after the login, anything that a client may have sent
        :return: str, empty where that is no open share that wants a login
        """
        found = _SHARE_PATH.match(path) if isinstance(path, str) else None
        # sudo: customer.portal.share - by its key, or no record at all
        share_sudo = self._look_up_sudo(found[1]) if found else self.sudo()
        if share_sudo.access != "secured" or not share_sudo._has_readable_items():
            return ""
        sender = share_sudo._get_sender()
        users_sudo = share_sudo.user_ids
        return self.env._(
            "%(owner)s, %(company)s, shares “%(name)s” with %(people)s. Log in to open it.",
            owner=sender["owner"],
            company=sender["company"],
            name=share_sudo.name,
            people=users_sudo.name
            if len(users_sudo) == 1
            else self.env._("%(count)s people", count=len(users_sudo)),
        )

    def _keep_gate_row(self, row):
        """Keep what :meth:`_get_gate_query` has read, so that nothing reads it again.

        1.9 ms in all, where ``search_fetch`` and a statement for the header take 2.3 ms.
        """
        for name in _PAGE_FIELDS:
            self._fields[name]._insert_cache(self, [row[name]])
        self._cached("header", lambda: row["header"])

    @api.model
    def _get_gate_query(self, token):
        """Return the statement that finds an open share, and all that every page asks of it.

        Not by the ORM: to put the statement together takes it longer than all else in the gate.
        """
        return SQL(
            f"""
            SELECT {", ".join(_PAGE_FIELDS)}, share.id, %(header)s AS header
              FROM customer_portal_share share
             WHERE token_digest = %(digest)s AND (%(reason)s) IS NULL
            """,
            header=self._get_header_sql("share"),
            digest=self._get_digest(token),
            reason=self._get_shut_reason_sql("share"),
        )

    @api.model
    def _get_digest(self, token):
        """Return what a share is found by; of text that is no token, what none is found by."""
        return digest(token if _TOKEN.fullmatch(token or "") else "")

    @api.model
    def _get_company_sudo(self, token):
        """Return the company of an open share, sudoed: who has the link sees that one's logo."""
        rows = self.env.execute_query_dict(self._get_gate_query(token))
        # sudo: customer.portal.share - its company, for who knows the token
        return self.sudo().browse(row["id"] for row in rows).company_id

    def _check_operation(self, operation):
        """Refuse what the share does not allow.

        :raise Forbidden: 403
        """
        if operation == "upload":
            if not self._takes_uploads():
                message = self.env._("Files cannot be added to this share.")
                raise self._refuse(Forbidden, message, code="upload_not_allowed")
        elif self._is_drop():
            message = self.env._("Files can be sent here, but not be seen.")
            raise self._refuse(Forbidden, message, code="view_not_allowed")
        elif operation == "download" and not self.allow_download:
            message = self.env._(
                "What is shared here can be viewed, but not downloaded."
            )
            raise self._refuse(Forbidden, message, code="download_not_allowed")

    def _takes_uploads(self):
        return self.allow_upload and self.company_id.portal_share_uploads

    def _is_drop(self):
        """Tell whether visitors may send files and see nothing."""
        return self.allow_upload and not self.allow_download

    @api.model
    def _get_no_drop_sql(self, alias):
        """Return the condition that visitors see what is in a share, see :meth:`_is_drop`.

        :param str alias: of the share's table
        """
        share = SQL.identifier(alias)
        return SQL("(%s.allow_download OR %s.allow_upload IS NOT TRUE)", share, share)

    def _is_view_only(self):
        """Tell whether visitors see pictures of files, and never a file."""
        return not self.allow_download and not self.allow_upload

    def _shows_content(self):
        """Tell whether what is in a file is shown: where downloads are counted, to see one is one."""
        return self._is_view_only() or not (self.download_limit or self._is_drop())

    def _get_watermark(self, address):
        """Return what is written across the pages that a visitor looks at, or an empty string.

        :param str address: where the visitor is
        """
        if not self._is_view_only() or not self.company_id.portal_share_watermark:
            return ""
        user = self.env.user
        who = address if user._is_public() else user.partner_id.name
        now = format_datetime(
            self.env, fields.Datetime.now(), tz=self._get_zone(), dt_format="short"
        )
        return clean_line(f"{who} · {now}")

    # -- the password

    def _try_password(self, password, address):
        """Return what the visitor's session keeps of the right password.

        :param str password: as typed
        :param str address: where the visitor is
        :raise PasswordRequired: 401 for a wrong one
        :raise Throttled: 429 after too many
        """
        if not self.password_hash:
            return self._get_unlock_digest()
        Throttle, uses = self._get_password_throttle(address)
        self.env.flush_all()
        # to hash takes long: no transaction waits for it, nor for others who count
        with anew(self.env):
            wait_seconds = Throttle._count_here(*uses)
        self.env.invalidate_all()
        if wait_seconds:
            message = self.env._(
                "There were too many wrong passwords. Please try again in %(minutes)s "
                "minutes.",
                minutes=-(-wait_seconds // 60),
            )
            raise self._refuse(
                Throttled, message, code="too_many_attempts", retry_after=wait_seconds
            )
        if not self._is_password(password):
            message = self.env._("This password is not right. Please try again.")
            raise self._refuse(PasswordRequired, message, code="wrong_password")
        unlock_digest = self._get_unlock_digest()
        with anew(self.env):
            Throttle._forget_here(*uses)
        return unlock_digest

    def _get_password_throttle(self, address):
        """Return the throttle, and what one try of the password from an address counts for."""
        return self.env["customer.portal.throttle"], (
            ("share_password_address", f"{self.id}:{get_network(address)}"),
            ("share_password", self.id),
        )

    def _get_unlock_digest(self):
        """Return what a visitor's session keeps of a right password.

        Another password or another link makes it worthless.
        """
        self.ensure_one()
        return digest(f"{self.token_digest}:{self.password_hash}")

    # -- counting

    @contextlib.contextmanager
    def _counting(self):
        """Let one request at a time count something of this share, and keep what it counted.

        Ends the current transaction before and after: its snapshot would not show what the
        others have counted in the meantime, and what was counted stays counted however the
        request ends. The lock goes with the connection if the process dies.
        """
        self.ensure_one()
        cr = self.env.cr
        self.env.flush_all()
        cr.execute("SELECT pg_advisory_lock(%s, %s)", [_LOCK_SPACE, self.id])
        try:
            self._restart_transaction()
            yield
            self._restart_transaction()
        finally:
            cr.rollback()
            cr.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK_SPACE, self.id])

    def _lock_announcing(self):
        """Let nobody else announce a file for this share until the transaction ends.

        Not the lock of :meth:`_counting`, which lasts as long as a file is stored: an upload that
        is stored has been announced.
        """
        self.ensure_one()
        self.env.cr.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)", [_ANNOUNCE_LOCK_SPACE, self.id]
        )

    def _restart_transaction(self):
        self.env.flush_all()
        # what has been written is meant to stay, see _counting
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.invalidate_all()

    def _get_downloads_left(self):
        """Return how many files may still be fetched, or None where that is not limited."""
        if (
            not self.download_limit
            or not self.allow_download
            or not self._has_downloads()
        ):
            return None
        return max(0, self.download_limit - self.download_count)

    def _has_downloads(self):
        kinds = (self.env[name] for name in self._get_shared_models())
        return any(kind._share_has_files or kind._share_has_exports for kind in kinds)

    def _filter_downloadable(self):
        """Return those of these shares from which something may still be fetched."""
        return self.filtered(
            lambda share: share.allow_download and share._get_downloads_left() != 0
        )

    def _spend_downloads(self, count=1):
        """Count files that a visitor fetches; see the log, which keeps the limits."""
        self.env["customer.portal.share.access"]._spend_downloads(self, count)

    # -- what one request knows of it

    def _with_request_cache(self):
        """Return the share as one request sees it, which asks for each thing once.

        Only for who has passed the gate: what is kept does not change any more.
        """
        return self.with_context(portal_share_cache=Memo())

    def _cached(self, name, read):
        return remember(self, "portal_share_cache", (self.id, name), read)

    def _get_header(self):
        """Return what every page says of the share, and the keys of its items.

        :return: dict of ``owner``, ``company`` and ``company_id``, ``tz`` of the owner and
            ``website`` of the company, or None, and ``items``, see :meth:`_get_item_keys`
        """
        self.ensure_one()
        return self._cached("header", self._read_header)

    def _read_header(self):
        self.env.flush_all()
        query = SQL(
            "SELECT %s FROM customer_portal_share WHERE id = %s",
            self._get_header_sql("customer_portal_share"),
            self.id,
        )
        [(header,)] = self.env.execute_query(query)
        return header

    @api.model
    def _get_header_sql(self, alias):
        """Return the column of the items and the sender, which each request asks for.

        One, where the ORM takes six statements, of the widest tables there are. No joins: to
        plan those would take longer.

        :param str alias: of the share's table
        """
        return SQL(
            """
            (SELECT jsonb_build_object('owner', name, 'tz', COALESCE(tz, (
                        SELECT tz FROM res_partner WHERE id = (
                            SELECT partner_id FROM res_company
                             WHERE id = %(share)s.company_id)))) FROM res_partner
              WHERE id = (SELECT partner_id FROM res_users WHERE id = %(share)s.user_id))
            || (SELECT jsonb_build_object(
                       'company', name, 'company_id', id, 'website', (
                       SELECT website FROM res_partner WHERE id = company.partner_id))
                  FROM res_company company WHERE id = %(share)s.company_id)
            || jsonb_build_object('items', ARRAY(
                SELECT jsonb_build_array(res_model, res_id) FROM customer_portal_share_item
                 WHERE share_id = %(share)s.id ORDER BY id))
            """,
            share=SQL.identifier(alias),
        )

    def _get_sender(self):
        """Return who shares, as every page says it; see :meth:`_get_header`."""
        return self._get_header()

    def _get_zone(self):
        """Return the name of the time zone of the pages: the viewer's, else the owner's, else the company's."""
        zone = self.env.user._get_portal_tz()
        return zone or self._get_header()["tz"] or "UTC"

    def _get_formatters(self):
        """Return the functions by which templates write sizes and days for the visitor.

        Where a visitor who is not logged in is, nobody knows: days are the owner's.
        """
        zone = self._get_zone()
        return {
            "format_size": format_size,
            "format_day": make_day_formatter(self.env, zone),
        }

    # -- its items, read with the owner's rights and no others

    def _get_item_keys(self):
        """Return what is shared, a list of (str model, int id) in the order of the share."""
        return [tuple(key) for key in self._get_header()["items"]]

    def _get_shared_models(self):
        """Return the names of the models of the items, in the order of the share."""
        return self._cached("models", self._read_shared_models)

    def _read_shared_models(self):
        shareable = self._get_shareable_models()
        names = dict.fromkeys(model for model, _id in self._get_item_keys())
        return [name for name in names if name in shareable]

    def _get_shared_ids(self, res_model):
        return [id_ for model, id_ in self._get_item_keys() if model == res_model]

    def _as_owner(self, res_model):
        """Return a model with the owner's rights: what is shared is read with no others."""
        self.ensure_one()
        companies = self.company_id.ids if self._is_owner_of_company() else []
        context = {
            **self.env.context,
            "allowed_company_ids": companies,
            "active_test": True,
        }
        return self.env(user=self.user_id.id, context=context, su=False)[res_model]

    def _is_owner_of_company(self):
        return self.company_id.id in self.user_id._get_company_ids()

    def _may_owner_read(self, records):
        return self._is_owner_of_company() and records.has_access("read")

    def _get_company_domain(self, records):
        if "company_id" not in records._fields:
            return Domain.TRUE

        def is_of_company(model, alias, query):
            return SQL(
                "(%(company)s = %(id)s OR %(company)s IS NULL)",
                company=model._field_to_sql(alias, "company_id", query),
                id=self.company_id.id,
            )

        # in SQL: each page waits for it, and the ORM thinks about each condition
        return Domain.custom(to_sql=is_of_company)

    def _get_shared_records(self, res_model):
        """Return the items of one model that the owner may read now, in the order of the share."""
        model = self._as_owner(res_model)
        return self._cached(res_model, lambda: model._get_share_records(self))

    def _find_shared(self, res_model, res_id):
        """Return a record that visitors may open, as the owner, or an empty record."""
        return self._as_owner(res_model)._find_in_share(self, res_id)

    def _read_shown_names(self):
        """Return the names of the items that visitors see, in the order of the share."""
        if self._is_drop():
            return []
        names = {
            (record._name, record.id): record._get_share_name()
            for res_model in self._get_shared_models()
            for record in self._get_shared_records(res_model)
        }
        return [names[key] for key in self._get_item_keys() if key in names]

    def _has_readable_items(self):
        return any(
            self._as_owner(name)._has_share_records(self)
            for name in self._get_shared_models()
        )
