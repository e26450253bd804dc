from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Longest name of a visitor or document that the log keeps, in characters.
_MAX_TEXT = 200
#: Range requests that come within so many hours of a download belong to it.
_DOWNLOAD_HOURS = 12


class CustomerPortalShareAccess(models.Model):
    """The log of a share: who, when, what, from where."""

    _name = "customer.portal.share.access"
    _description = "Visit of a Share"
    _order = "date desc, id desc"
    _rec_name = "item"
    _log_access = False

    share_id = fields.Many2one(
        "customer.portal.share", required=True, readonly=True, ondelete="cascade"
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Who was logged in.",
    )
    visitor = fields.Char(readonly=True, help="How visitors called themselves.")
    address = fields.Char(readonly=True, help="Where the visitor was (IP address).")
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
    item = fields.Char(string="What", readonly=True)
    item_key = fields.Char(
        readonly=True,
        help="The content that was fetched: what a download that goes on is recognised by.",
    )

    _newest_idx = models.Index("(share_id, date DESC, id DESC)")
    _date_idx = models.Index("(date)")

    @api.model
    def _add(self, share_sudo, action, visitor, item=None, item_key=None):
        """Write a line into the log of a share.

        :param share_sudo: the share
        :param str action: key of :attr:`action`
        :param dict visitor: ``partner_id``, ``address``, ``visitor``
        :param item: str or None, what it was about
        :param item_key: str or None, see :attr:`item_key`
        """
        # a visitor need not wait until the disk has it; a power cut costs the last lines
        self.env.cr.execute(SQL("SET LOCAL synchronous_commit TO off"))
        # sudo: customer.portal.share.access - nobody writes the log but this method
        self.sudo().create(
            {
                "share_id": share_sudo.id,
                "action": action,
                "item": (item or "")[:_MAX_TEXT] or False,
                "item_key": item_key,
                **visitor,
                "visitor": (visitor.get("visitor") or "")[:_MAX_TEXT] or False,
            }
        )

    @api.model
    def _has_begun(self, share_sudo, visitor, item_key):
        """Tell whether a visitor began to fetch this content some hours ago at most."""
        since = fields.Datetime.now() - timedelta(hours=_DOWNLOAD_HOURS)
        return bool(
            # sudo: customer.portal.share.access - see _add
            self.sudo().search_count(
                [
                    ("share_id", "=", share_sudo.id),
                    ("date", ">=", since),
                    ("item_key", "=", item_key),
                    ("action", "in", ["view", "download"]),
                    ("partner_id", "=", visitor["partner_id"]),
                    ("address", "=", visitor["address"]),
                ],
                limit=1,
            )
        )

    @api.autovacuum
    def _gc_accesses(self):
        for company in self.env["res.company"].search(
            [("portal_share_log_days", ">", 0)]
        ):
            limit = fields.Datetime.now() - timedelta(
                days=company.portal_share_log_days
            )
            # in SQL: there may be millions, and nothing depends on them
            self.env.cr.execute(
                SQL(
                    """
                    DELETE FROM customer_portal_share_access log
                    USING customer_portal_share share
                    WHERE log.share_id = share.id AND share.company_id = %s AND log.date < %s
                    """,
                    company.id,
                    limit,
                )
            )
        self.env.invalidate_all()
