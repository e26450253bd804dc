from dataclasses import dataclass
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.customer_portal_docs.exceptions import Gone

#: Longest name of a visitor or document that the log keeps, in characters.
_MAX_TEXT = 200
#: Range requests that come within so many hours of a download belong to it.
_DOWNLOAD_HOURS = 12
#: A download that broke off costs nothing to go on with where it got ahead by this part of the
#: file, and in proportion where it did not.
_FREE_STEP = 1 / 8
#: Downloads of one visitor that a Range request is looked up in: an office has one address.
_MAX_BEGUN = 20
#: Visitors who try again and again are noted once in so many minutes.
_REFUSED_MINUTES = 15
#: They, and those who try a closed link, are noted so often in that time, wherever they come from.
_REFUSED_LINES = 50
#: Why a visitor was refused: codes of refusals, and what the visitor is not told.
_REASONS = [
    ("wrong_password", "Wrong password"),
    ("too_many_attempts", "Too many wrong passwords"),
    ("view_not_allowed", "File drop: nothing can be seen"),
    ("download_not_allowed", "Downloads are not allowed"),
    ("upload_not_allowed", "Uploads are not allowed"),
    ("download_limit", "Download limit reached"),
    ("nothing_to_download", "Nothing to download"),
    ("content_missing", "The file is missing"),
    ("changed", "The file has changed"),
    ("cross_site", "Sent from another site"),
    ("no_file", "No file was sent"),
    ("empty_file", "The file was empty"),
    ("file_too_big", "The file was too big"),
    ("file_type_refused", "A file of a type that is not accepted"),
    ("no_preview", "The file cannot be shown"),
    ("unexpected_file", "A file where none is expected"),
    ("name_missing", "No name was given"),
    ("email_missing", "No e-mail address was given"),
    ("share_full", "The share is full"),
    ("storage_full", "The file could not be stored"),
    ("inactive", "The share is inactive"),
    ("owner_archived", "The owner is archived"),
    ("owner_elsewhere", "The owner does not belong to the company"),
    ("expired", "The share has expired"),
    ("web_links_off", "Web links are switched off"),
    ("not_recipient", "Not a recipient"),
    ("not_found", "Not in the share, or its owner may not see it"),
]
#: Those that are noted each time: what may happen only so often, or is worth knowing.
_EACH_TIME = frozenset(
    {
        "wrong_password",
        "view_not_allowed",
        "download_not_allowed",
        "upload_not_allowed",
        "download_limit",
        "nothing_to_download",
        "content_missing",
        "cross_site",
    }
)
#: Those of a link that answers "not found".
_CLOSED_REASONS = (
    "inactive",
    "owner_archived",
    "owner_elsewhere",
    "expired",
    "web_links_off",
    "not_recipient",
    "not_found",
)
#: How often the bytes of a file may be sent for one counted download: the second time for what
#: broke off, and for players and viewers that jump back. What a broken download goes on with
#: costs less of it, see :meth:`customer.portal.share.access._resume`.
_SENDINGS = 2


@dataclass
class Content:
    """What one answer sends of a file.

    :ivar str key: of the content
    :ivar str name: of the document, for the log
    :ivar int size: of the whole file, in bytes
    :ivar int start: of what is sent now, in bytes from the start of the file
    :ivar int sent: bytes that are sent now, at most
    :ivar bool may_go_on: whether the visitor asked for a piece
    """

    key: str
    name: str
    size: int
    start: int
    sent: int
    may_go_on: bool


class CustomerPortalShareAccess(models.Model):
    """The log of a share: who, when, what, from where."""

    _name = "customer.portal.share.access"
    _description = "Visit of a Share"
    _order = "date desc, id desc"
    _rec_name = "item"
    _log_access = False

    share_id = fields.Many2one(
        "customer.portal.share",
        readonly=True,
        ondelete="cascade",
        help="Empty for what was seen in the portal without a share.",
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The user who was logged in.",
    )
    visitor = fields.Char(readonly=True, help="The names that visitors gave.")
    address = fields.Char(readonly=True, help="The visitor's IP address.")
    action = fields.Selection(
        [
            ("view", "View"),
            ("download", "Download"),
            ("upload", "Upload"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
    )
    item = fields.Char(readonly=True, help="What was viewed, downloaded or uploaded.")
    reason = fields.Selection(
        _REASONS, readonly=True, help="Why the visitor was refused."
    )
    file_count = fields.Integer(
        string="Files", readonly=True, help="How many files a ZIP held."
    )
    what = fields.Char(compute="_compute_what")
    item_key = fields.Char(
        readonly=True,
        help="The content that was downloaded, by which a continued download is recognised.",
    )
    # not an integer: those end at 2 GB
    bytes_left = fields.Float(
        readonly=True,
        help="How much of a counted download may still be sent.",
    )
    bytes_done = fields.Float(
        readonly=True,
        help="How far a counted download had come when it was last continued.",
    )

    _newest_idx = models.Index("(share_id, date DESC, id DESC)")
    _date_idx = models.Index("(date)")
    # each picture and each piece of a file looks for what it goes on with
    _begun_idx = models.Index(
        "(share_id, item_key, address, date DESC, id DESC) WHERE item_key IS NOT NULL"
    )

    #: lines of a company that are removed in one transaction
    _gc_batch = 10_000
    #: newest lines of a share that its visits are counted in: a list of shares waits for it
    _counted_lines = 10_000

    @api.model
    def _count_visits(self, shares):
        """Return how often shares were visited, and when last.

        A visit is what one visitor does without a pause of half an hour, however many lines it
        has in the log. Of a share with very many lines, those of the newest are counted.

        :return: dict of share id to (int visits, datetime of the last line, bool whether there
            are more visits than these)
        """
        readable = shares._filtered_access("read")
        if not readable.ids:
            return {}
        # sudo: customer.portal.share.access - of shares that the user may read
        lines = self.sudo()._search(
            [("action", "!=", "refused")],
            order="date desc, id desc",
            limit=self._counted_lines + 1,
        )
        lines.add_where(SQL("%s = share.id", SQL.identifier(self._table, "share_id")))
        columns = [
            SQL.identifier(self._table, name)
            for name in ("partner_id", "address", "date")
        ]
        query = SQL(
            """
            SELECT share.id, visit.*
              FROM unnest(%s) AS share (id)
             CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE is_first), max(date), count(*) > %s
                  FROM (SELECT date, coalesce(date - lag(date) OVER (
                                   PARTITION BY partner_id, address ORDER BY date
                               ) > interval '30 minutes', TRUE) AS is_first
                          FROM (%s) AS line) AS line
                HAVING count(*) > 0) AS visit
            """,
            readable.ids,
            self._counted_lines,
            lines.select(*columns),
        )
        return {id_: visits for id_, *visits in self.env.execute_query(query)}

    @api.depends("action", "item", "reason", "file_count")
    @api.depends_context("lang")
    def _compute_what(self):
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        for line in self:
            # another addon may have a reason of its own
            reason = reasons.get(line.reason, line.reason)
            line.what = reason or line._get_item_text()

    def _get_item_text(self):
        if self.file_count:
            return self.env._(
                "ZIP of “%(name)s”: %(count)s files",
                name=self.item,
                count=self.file_count,
            )
        return self.item or (self.action == "view" and self.env._("Page of the share"))

    @api.model
    def _add(self, share_sudo, action, visitor, item=None, **more):
        """Write a line into the log of a share.

        :param share_sudo: the share, empty where there is none
        :param str action: key of :attr:`action`
        :param dict visitor: ``partner_id``, ``address``, ``visitor``
        :param item: str or None, what it was about
        :param more: values of :attr:`item_key`, :attr:`bytes_left`, :attr:`bytes_done`,
            :attr:`reason` and :attr:`file_count`, where there are any
        """
        values = {
            "share_id": share_sudo.id or None,
            "date": fields.Datetime.now(),
            "action": action,
            "item": (item or "")[:_MAX_TEXT] or None,
            "partner_id": visitor["partner_id"] or None,
            "address": visitor["address"],
            "visitor": (visitor.get("visitor") or "")[:_MAX_TEXT] or None,
            **more,
        }
        # nor need a visitor wait until the disk has it: a power cut costs the last lines, but
        # no file that came with one
        hurry = SQL("SET LOCAL synchronous_commit TO off;")
        # in SQL: each page that a visitor sees waits for it
        self.env.cr.execute(
            SQL(
                "%s INSERT INTO %s (%s) VALUES %s",
                SQL() if action == "upload" else hurry,
                SQL.identifier(self._table),
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
            )
        )
        share_sudo.invalidate_recordset(["access_ids"], flush=False)

    @api.model
    def _add_closed(self, token_digest, visitor):
        """Note that a visitor was told "not found" by a link that is known, once in a while.

        One and the same query for each link that a visitor may try, known or not, so that
        neither the answer nor its time tells which.

        :param str token_digest: of the link's token
        :param dict visitor: see :meth:`_add`
        """
        now = fields.Datetime.now()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_portal_share_access
                    (share_id, date, action, reason, partner_id, address)
                SELECT share.id, %(now)s, 'refused', COALESCE(%(reason)s, 'not_found'),
                    %(partner)s, %(address)s
                FROM customer_portal_share share
                CROSS JOIN LATERAL (
                    SELECT count(*) AS lines,
                        count(*) FILTER (WHERE address = %(address)s) AS lines_from_here
                    FROM (
                        SELECT address FROM customer_portal_share_access log
                        WHERE log.share_id = share.id AND log.date >= %(since)s
                            AND log.action = 'refused' AND log.reason = ANY(%(reasons)s)
                        LIMIT %(limit)s
                    ) recent
                ) hammered
                CROSS JOIN set_config('synchronous_commit', 'off', true)
                WHERE share.token_digest = %(digest)s
                    AND lines < %(limit)s AND lines_from_here = 0
                """,
                now=now,
                reason=self.env["customer.portal.share"]._get_shut_reason_sql("share"),
                partner=visitor["partner_id"] or None,
                address=visitor["address"],
                since=now - timedelta(minutes=_REFUSED_MINUTES),
                reasons=list(_CLOSED_REASONS),
                limit=_REFUSED_LINES,
                digest=token_digest,
            )
        )

    @api.model
    def _add_refusal(self, refusal, visitor, share_id, token_digest):
        """Note that a visitor was refused; who goes on hammering, once in a while.

        :param refusal: :class:`PortalRefusal`
        :param dict visitor: see :meth:`_add`
        :param share_id: int id of the share that the visitor may know of, or None
        :param str token_digest: of the link's token
        """
        if refusal.code == "password_required":
            return
        if not share_id:
            self._add_closed(token_digest, visitor)
            return
        # sudo: customer.portal.share - the visitor has passed its gate, or met it
        share_sudo = self.env["customer.portal.share"].sudo().browse(share_id)
        is_rare = refusal.code in _EACH_TIME
        if is_rare or not self._was_refused(share_sudo, visitor, refusal.code):
            self._add(share_sudo, "refused", visitor, reason=refusal.code)

    @api.model
    def _spend_downloads(self, share_sudo, count=1):
        """Count files that a visitor fetches.

        :param int count: number of files
        :raise Gone: more than are left
        """
        if not share_sudo.download_limit or not count:
            return
        with share_sudo._counting():
            left = share_sudo.download_limit - share_sudo.download_count
            if count <= left:
                share_sudo.download_count += count
        if count > left:
            raise self._get_spent_refusal(share_sudo, left)

    @api.model
    def _spend_content(self, share_sudo, action, visitor, content):
        """Count and log one file that a visitor fetches, unless this goes on with a fetch.

        :param str action: ``view`` or ``download``, for the log
        :param dict visitor: see :meth:`_add`
        :param content: :class:`Content`
        :raise Gone: none is left
        """
        if not share_sudo.download_limit:
            goes_on = content.may_go_on and self._search_begun_sudo(
                share_sudo, visitor, content.key, limit=1
            )
            if not goes_on:
                self._add(
                    share_sudo, action, visitor, content.name, item_key=content.key
                )
            return
        with share_sudo._counting():
            goes_on = content.may_go_on and self._resume(share_sudo, visitor, content)
            left = share_sudo.download_limit - share_sudo.download_count
            if left > 0 and not goes_on:
                share_sudo.download_count += 1
                self._add(
                    share_sudo,
                    action,
                    visitor,
                    content.name,
                    item_key=content.key,
                    bytes_left=_SENDINGS * content.size - content.sent,
                    bytes_done=content.start,
                )
        if not goes_on and left <= 0:
            raise self._get_spent_refusal(share_sudo, 0)

    @api.model
    def _add_look(self, share_sudo, visitor, name, attachment_id):
        """Log that a visitor looks at a document, once for all of its pages.

        :param dict visitor: see :meth:`_add`
        :param str name: of the document
        :param int attachment_id: of its file
        """
        key = str(attachment_id)
        if not self._search_begun_sudo(share_sudo, visitor, key, limit=1):
            self._add(share_sudo, "view", visitor, name, item_key=key)

    def _get_spent_refusal(self, share_sudo, left):
        message = self.env._(
            "The download limit of this share has been reached. Please ask the "
            "person who sent you the link."
        )
        if left > 0:
            message = self.env._(
                "Only %(count)s more can be downloaded here. Please download files one by one, "
                "or ask the person who sent you the link.",
                count=left,
            )
        return share_sudo._refuse(Gone, message, code="download_limit")

    @api.model
    def _resume(self, share_sudo, visitor, content):
        """Go on with a download that was counted: send a piece of it.

        The caller lets nobody else count meanwhile. Nobody but nginx knows what has arrived of a
        file that was sent to its end; where a visitor goes on is the best witness. Believed
        without bounds, it would make a file free for who skips its first byte: each of these
        pieces has to start further on, so that for one download it stays at some.

        :param content: :class:`Content`
        :return: whether there is such a download, of which so much may still be sent
        """
        left = [("bytes_left", ">", 0)]
        for begun_sudo in self._search_begun_sudo(
            share_sudo, visitor, content.key, left
        ):
            ahead = max(0, content.start - begun_sudo.bytes_done)
            cost = content.sent * max(0, 1 - ahead / (content.size * _FREE_STEP or 1))
            if cost <= begun_sudo.bytes_left:
                begun_sudo.bytes_left -= cost
                begun_sudo.bytes_done += ahead
                return True
        return False

    @api.model
    def _search_begun_sudo(
        self, share_sudo, visitor, item_key, domain=(), limit=_MAX_BEGUN
    ):
        since = fields.Datetime.now() - timedelta(hours=_DOWNLOAD_HOURS)
        # sudo: customer.portal.share.access - see _add
        return self.sudo().search(
            [
                *self._get_domain_of(share_sudo, visitor, since),
                ("item_key", "=", item_key),
                ("action", "in", ["view", "download"]),
                *domain,
            ],
            limit=limit,
        )

    @api.model
    def _was_refused(self, share_sudo, visitor, reason):
        """Tell whether the log has just noted that a visitor was refused for this reason.

        Or enough others: whoever hammers may have an address for each request.
        """
        since = fields.Datetime.now() - timedelta(minutes=_REFUSED_MINUTES)
        domain = [("action", "=", "refused"), ("reason", "=", reason)]
        here = self._get_domain_of(share_sudo, visitor, since)
        anywhere = [("share_id", "=", share_sudo.id), ("date", ">=", since)]
        # sudo: customer.portal.share.access - see _add
        access_sudo = self.sudo()
        return bool(access_sudo.search_count(here + domain, limit=1)) or (
            access_sudo.search_count(anywhere + domain, limit=_REFUSED_LINES)
            >= _REFUSED_LINES
        )

    @api.model
    def _get_domain_of(self, share_sudo, visitor, since):
        return [
            ("share_id", "=", share_sudo.id),
            ("date", ">=", since),
            ("partner_id", "=", visitor["partner_id"]),
            ("address", "=", visitor["address"]),
        ]

    @api.autovacuum
    def _gc_accesses(self):
        """Remove what is older than a company wants to keep it."""
        return self._gc_lines_of(
            "customer_portal_share", SQL("log.share_id = owner.id")
        )

    @api.model
    def _gc_lines_of(self, table, is_of_owner):
        """Remove old lines that are of the rows of a table, so many for each company.

        :param str table: of what has a company
        :param SQL is_of_owner: condition of a line ``log`` and its row ``owner``
        :return: (int lines removed, bool whether there may be more)
        """
        done, is_more = 0, False
        # sudo: res.company - how long each keeps its log, archived ones as well
        companies_sudo = self.env["res.company"].sudo().with_context(active_test=False)
        for company in companies_sudo.search([("portal_share_log_days", ">", 0)]):
            days = timedelta(days=company.portal_share_log_days)
            # in SQL: there may be millions, and nothing depends on them
            self.env.cr.execute(
                SQL(
                    """
                    DELETE FROM customer_portal_share_access WHERE id IN (
                        SELECT log.id FROM customer_portal_share_access log
                          JOIN %(table)s owner ON %(is_of_owner)s
                         WHERE owner.company_id = %(company)s AND log.date < %(limit)s
                         LIMIT %(batch)s)
                    """,
                    table=SQL.identifier(table),
                    is_of_owner=is_of_owner,
                    company=company.id,
                    limit=fields.Datetime.now() - days,
                    batch=self._gc_batch,
                )
            )
            done += self.env.cr.rowcount
            is_more = is_more or self.env.cr.rowcount == self._gc_batch
        self.env.invalidate_all()
        return done, is_more
