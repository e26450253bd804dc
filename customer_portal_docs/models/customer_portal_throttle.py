from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, hmac

from ..exceptions import Throttled
from ..tools.transactions import own_transaction


class Limit(NamedTuple):
    """How often something may happen.

    :ivar int most: uses within the window; 0 for no limit
    :ivar int seconds: of the window, from the first use on
    """

    most: int
    seconds: int


#: To ask and to count are one statement: it locks the rows, in one order, so that requests at the
#: same moment, of any worker or host, wait for each other, and not for ever. Where one limit is
#: reached nothing is counted: who hammers in one place does not use up what others may do.
_COUNT = """
    WITH used (digest, seconds, most) AS (
        SELECT * FROM unnest(%(digests)s, %(seconds)s, %(mosts)s)
    ), kept AS (
        SELECT key_digest, count, window_end FROM customer_portal_throttle
         WHERE key_digest = ANY(%(digests)s) ORDER BY key_digest FOR UPDATE
    ), reached AS (
        SELECT ceil(extract(epoch FROM max(window_end) - %(now)s))::int AS wait
          FROM kept JOIN used ON digest = key_digest
         WHERE count >= most AND window_end > %(now)s
    ), counted AS (
        INSERT INTO customer_portal_throttle AS kept (key_digest, count, window_end)
             SELECT digest, 1, %(now)s + seconds * interval '1 second' FROM used
              WHERE (SELECT wait FROM reached) IS NULL ORDER BY digest
        ON CONFLICT (key_digest) DO UPDATE
                SET count = CASE WHEN kept.window_end <= %(now)s
                                 THEN 1 ELSE kept.count + 1 END,
                    window_end = CASE WHEN kept.window_end <= %(now)s
                                      THEN EXCLUDED.window_end ELSE kept.window_end END
          RETURNING key_digest, count, window_end
    )
    SELECT wait FROM reached WHERE wait IS NOT NULL
     UNION ALL
    SELECT ceil(extract(epoch FROM window_end - %(now)s))::int
      FROM counted JOIN used ON digest = key_digest WHERE count > most
"""
_WAIT = """
    SELECT max(ceil(extract(epoch FROM window_end - %(now)s))::int)
      FROM customer_portal_throttle kept
      JOIN unnest(%(digests)s, %(mosts)s) AS used (digest, most) ON digest = key_digest
     WHERE count >= most AND window_end > %(now)s
"""
#: In the order of the counts, which would wait for this one for ever else.
_LOCK = """
    SELECT key_digest FROM customer_portal_throttle
     WHERE key_digest = ANY(%(digests)s) ORDER BY key_digest FOR UPDATE
"""
_FORGET = """
    WITH forgotten AS (
        DELETE FROM customer_portal_throttle WHERE key_digest = %(digest)s RETURNING count
    )
    UPDATE customer_portal_throttle kept SET count = greatest(kept.count - forgotten.count, 0)
      FROM forgotten WHERE kept.key_digest = ANY(%(others)s)
"""


class CustomerPortalThrottle(models.Model):
    """How often something happened within a window, for whom: by network, person or thing.

    A use is a tuple of the name of a limit and its key, or of these and the most uses, where a
    setting says how many; 0 for no limit. The keys are kept as digests: the table tells nobody
    who did what, nor in which company, so there is nothing for a rule of companies to go by.
    System administrators alone read it.
    """

    _name = "customer.portal.throttle"
    _description = "Count of What Somebody Did in the Portal"
    _log_access = False

    key_digest = fields.Char(required=True)
    count = fields.Integer(required=True)
    window_end = fields.Datetime(required=True, help="UTC")

    _key_digest_uniq = models.UniqueIndex("(key_digest)")
    _window_end_idx = models.Index("(window_end)")

    @api.model
    def _get_limits(self):
        """Return all limits by name; each addon adds its own.

        :rtype: dict of str to :class:`Limit`
        """
        return {
            "discussion": Limit(60, 3600),
            # beside messages
            "message_file": Limit(300, 3600),
            "request_upload": Limit(300, 3600),
            # staff are told of each
            "request_change": Limit(60, 3600),
            "address_link": Limit(3, 3600),
            "address_link_day": Limit(4, 24 * 3600),
            # from all accounts: who owns it may know of none
            "address_link_to": Limit(12, 24 * 3600),
            # whose mailbox it is nobody knows
            "receipt_to_claimed": Limit(10, 3600),
            "receipt_to_mailbox": Limit(20, 3600),
        }

    @api.model
    def _count(self, *uses):
        """Count one more use of each, in a transaction of its own, which stands.

        Where one limit is reached nothing is counted.

        :return: int, seconds to wait; 0 where no limit is passed
        """
        if not any(self._get_limit(*use).most for use in uses):
            return 0
        with own_transaction(self.env) as env:
            return env[self._name]._count_here(*uses)

    @api.model
    def _check(self, message, *uses):
        """Count as :meth:`_count` does, and refuse what passes a limit.

        :param str message: what people are told then
        :raise Throttled: with the seconds to wait
        """
        if seconds := self._count(*uses):
            raise Throttled(message, retry_after=seconds)

    @api.model
    def _check_change(self, name, key):
        """Count a change that a customer makes, and refuse it where there were many.

        :raise Throttled: with the seconds to wait
        """
        message = self.env._(
            "You have made too many changes in a short time. Please wait a while and try again."
        )
        self._check(message, (name, key))

    @api.model
    def _count_here(self, *uses):
        """Count as :meth:`_count` does, in a transaction that :func:`own_transaction` began."""
        used = self._get_used(uses)
        if not used:
            return 0
        values = {
            "digests": list(used),
            "seconds": [limit.seconds for limit in used.values()],
            "mosts": [limit.most for limit in used.values()],
            "now": fields.Datetime.now(),
        }
        self.env.cr.execute(_COUNT, values)
        return max((max(wait, 1) for (wait,) in self.env.cr.fetchall()), default=0)

    @api.model
    def _get_wait(self, *uses):
        """Return how many seconds to wait where a limit is reached, else 0; count nothing."""
        used = self._get_used(uses)
        if not used:
            return 0
        values = {
            "digests": list(used),
            "mosts": [limit.most for limit in used.values()],
            "now": fields.Datetime.now(),
        }
        self.env.cr.execute(_WAIT, values)
        [(seconds,)] = self.env.cr.fetchall()
        return seconds or 0

    @api.model
    def _forget(self, use, *others):
        """Forget what was counted of one use, of the others as well: it turned out to be fine."""
        with own_transaction(self.env) as env:
            env[self._name]._forget_here(use, *others)

    @api.model
    def _forget_here(self, use, *others):
        """Forget as :meth:`_forget` does, in this transaction, see :meth:`_count_here`."""
        digests = [self._get_digest(*each[:2]) for each in (use, *others)]
        self.env.cr.execute(_LOCK, {"digests": digests})
        locked = {digest for (digest,) in self.env.cr.fetchall()}
        # what is counted since is not locked: to wait for it now would be out of order
        if digests[0] in locked:
            others = [digest for digest in digests[1:] if digest in locked]
            self.env.cr.execute(_FORGET, {"digest": digests[0], "others": others})

    @api.model
    def _get_used(self, uses):
        """Return the limits of uses by the digest of each, but for those without a limit."""
        limits = [(use, self._get_limit(*use)) for use in uses]
        return {
            self._get_digest(*use[:2]): limit for use, limit in limits if limit.most
        }

    @api.model
    def _get_limit(self, name, key, most=None):
        limit = self._get_limits()[name]
        return limit if most is None else limit._replace(most=most)

    @api.model
    def _get_digest(self, name, key):
        return hmac(self.env(su=True), "customer_portal_docs.throttle", f"{name}:{key}")

    @api.autovacuum
    def _gc_windows(self):
        self.env.cr.execute(
            SQL(
                "DELETE FROM customer_portal_throttle WHERE window_end <= %s",
                fields.Datetime.now(),
            )
        )
