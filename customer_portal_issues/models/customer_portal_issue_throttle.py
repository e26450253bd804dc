from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from odoo import api, fields, models
from odoo.tools import SQL, hmac

#: Those who count the same wait for each other, where Odoo's own level of isolation would have
#: all but one of them fail. A count that a crash of the database forgets is no loss, and no disk
#: is waited for.
BEGIN = """
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    SET LOCAL synchronous_commit TO off
"""
#: Counting and asking whether the window is over are one statement: it locks the row, so that
#: requests at the same moment, of any worker or host, wait for each other.
COUNT = """
    INSERT INTO customer_portal_issue_throttle AS kept (key_digest, count, window_end)
         SELECT digest, 1, now() AT TIME ZONE 'UTC' + %(seconds)s * interval '1 second'
           FROM unnest(%(digests)s) AS digest
    ON CONFLICT (key_digest) DO UPDATE
            SET count = CASE WHEN kept.window_end < now() AT TIME ZONE 'UTC'
                             THEN 1 ELSE kept.count + 1 END,
                window_end = CASE WHEN kept.window_end < now() AT TIME ZONE 'UTC'
                                  THEN EXCLUDED.window_end ELSE kept.window_end END
      RETURNING key_digest, count,
                ceil(extract(epoch FROM window_end - now() AT TIME ZONE 'UTC'))::int
"""


class CustomerPortalIssueThrottle(models.Model):
    """How often something happened within an hour, for whom: by network or e-mail address.

    The keys are kept as digests: the table tells nobody who reported what, nor in which company,
    so there is nothing for a rule of companies to go by. System administrators alone read it.
    """

    _name = "customer.portal.issue.throttle"
    _description = "Count of What a Visitor Did"
    _log_access = False

    key_digest = fields.Char(required=True)
    count = fields.Integer(required=True)
    window_end = fields.Datetime(required=True, help="UTC")

    _key_digest_uniq = models.UniqueIndex("(key_digest)")

    _window_seconds = 3600

    @api.model
    def _count(self, limits):
        """Count one more use of each key.

        In a transaction of its own, which stands whatever becomes of the request.

        :param limits: dict of str key to int, the most uses within the hour; 0 for no limit
        :return: int, seconds to wait; 0 where no limit is passed
        """
        if not any(limits.values()):
            return 0
        with self.env.registry.cursor() as cr:
            self._begin(cr)
            return self._count_in(cr, limits)

    @api.model
    def _begin(self, cr):
        """Begin a transaction that counts, beside the request's."""
        # (the one cursor of a test has begun already)
        if cr.connection.info.transaction_status == TRANSACTION_STATUS_IDLE:
            cr.execute(BEGIN)

    @api.model
    def _count_in(self, cr, limits):
        """Count as :meth:`_count` does.

        :param cr: cursor of a transaction that :meth:`_begin` began
        """
        limits = {
            self._get_digest(key): limit for key, limit in limits.items() if limit
        }
        if not limits:
            return 0
        # in one order: two requests that count the same keys do not wait for each other for ever
        values = {"digests": sorted(limits), "seconds": self._window_seconds}
        cr.execute(COUNT, values)
        waits = [
            max(seconds, 1)
            for digest, count, seconds in cr.fetchall()
            if count > limits[digest]
        ]
        return max(waits, default=0)

    @api.model
    def _get_wait(self, limits):
        """Return how many seconds to wait where a limit is reached, else 0; count nothing.

        :param limits: as :meth:`_count` takes them
        """
        waits = [0]
        for key, limit in limits.items():
            query = SQL(
                """SELECT ceil(extract(epoch FROM window_end - now() AT TIME ZONE 'UTC'))::int
                     FROM customer_portal_issue_throttle
                    WHERE key_digest = %s AND count >= %s
                      AND window_end >= now() AT TIME ZONE 'UTC'""",
                self._get_digest(key),
                limit,
            )
            if limit:
                rows = self.env.execute_query(query)
                waits += [max(seconds, 1) for (seconds,) in rows]
        return max(waits)

    @api.model
    def _get_digest(self, key):
        return hmac(self.env(su=True), "customer_portal_issues.throttle", key)

    @api.autovacuum
    def _gc_windows(self):
        self.env.cr.execute(
            SQL(
                """DELETE FROM customer_portal_issue_throttle
                    WHERE window_end < now() AT TIME ZONE 'UTC'"""
            )
        )
