import json
import secrets
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..exceptions import Conflict
from ..tools.tokens import digest
from ..tools.transactions import anew

#: The hidden field that holds a form's key.
FIELD = "form_once"
#: Characters of a key that a client may send.
MAX_KEY_LENGTH = 100
#: After which whoever began to work on a form is taken for dead.
CLAIM_SECONDS = 60
#: That the second of two waits for the answer of the first.
WAIT_SECONDS = 20
#: That an answer is given again.
KEPT_SECONDS = 24 * 3600

#: That somebody who waits looks back: an answer is dated before it can be seen.
MARGIN_SECONDS = 5

_CLAIM = """
    INSERT INTO customer_portal_once AS kept (key_digest, is_answer, date)
         VALUES (%(digest)s, FALSE, clock_timestamp() AT TIME ZONE 'UTC')
    ON CONFLICT (key_digest, is_answer) DO UPDATE SET date = EXCLUDED.date
          WHERE kept.date < now() AT TIME ZONE 'UTC' - %(seconds)s * interval '1 second'
             OR EXISTS (SELECT 1 FROM customer_portal_once AS answer
                         WHERE answer.key_digest = kept.key_digest AND answer.is_answer
                           AND answer.date > kept.date)
      RETURNING id
"""
_FIND = """
    SELECT answer FROM customer_portal_once
     WHERE key_digest = %s AND is_answer AND date >= COALESCE(%s, '-infinity'::timestamp)
"""
_FORGET = "DELETE FROM customer_portal_once WHERE key_digest = %s AND NOT is_answer"


class CustomerPortalOnce(models.Model):
    """What was answered to a form that was sent: sent twice, it is done once.

    A form is given out with a key of its own. Who sends it a second time as it was (a double click,
    an impatient browser, two tabs) gets the answer of the first time; somebody at work on it is
    waited for. What was changed meanwhile is another form, and so is one that was refused.
    Of forms without a key, two are one only where the second comes while the first is being done.
    A row claims a form, before anything is done; another holds the answer, with what was done.
    """

    _name = "customer.portal.once"
    _description = "Answer to a Form That Was Sent"
    _log_access = False

    key_digest = fields.Char(required=True)
    is_answer = fields.Boolean(required=True)
    date = fields.Datetime(required=True, index=True, help="UTC")
    answer = fields.Text(groups=fields.NO_ACCESS)

    _key_digest_uniq = models.UniqueIndex("(key_digest, is_answer)")

    @api.model
    def _make_key(self):
        """Return the key of one form that is given out."""
        return secrets.token_urlsafe(16)

    @api.model
    def _get_digest(self, *parts):
        """Return what tells apart who sends which form with which content."""
        return digest(json.dumps(parts))

    @api.model
    def _claim(self, key_digest, has_key=True):
        """Take the form, or return what the one who had it answered, a dict.

        :param bool has_key: without one, the answer counts only if it is given from now on
        :raise Conflict: somebody is at work on it for long
        """
        end, since, waited = time.monotonic() + WAIT_SECONDS, None, False
        if not has_key:
            self.env.cr.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
            [since] = self.env.cr.fetchone()
        while True:
            # before the request has done anything: of connections, there are few; and no disk is
            # waited for, as what the form does is written behind it in the same log
            with anew(self.env) as env:
                found = env.execute_query(SQL(_FIND, key_digest, since))
                if found:
                    return json.loads(found[0][0])
                env.cr.execute(_CLAIM, {"digest": key_digest, "seconds": CLAIM_SECONDS})
                if env.cr.rowcount:
                    # answered between the two
                    found = env.execute_query(SQL(_FIND, key_digest, since))
                    if not found:
                        return None
                    env.cr.execute(SQL(_FORGET, key_digest))
                    return json.loads(found[0][0])
            if time.monotonic() > end:
                message = self.env._("This is being sent already. Please wait a while.")
                raise Conflict(message)
            time.sleep(0.1)
            if since and not waited:
                since -= timedelta(seconds=MARGIN_SECONDS)
                waited = True

    @api.model
    def _forget_claim(self, key_digest):
        """Let the form be sent once more: nothing came of it, and nothing waits to be written."""
        with anew(self.env) as env:
            env.cr.execute(SQL(_FORGET, key_digest))

    @api.model
    def _keep_answer(self, key_digest, answer):
        """Keep what is answered, with all else that this transaction writes."""
        self.env.cr.execute(
            SQL(
                """INSERT INTO customer_portal_once (key_digest, is_answer, date, answer)
                   VALUES (%s, TRUE, clock_timestamp() AT TIME ZONE 'UTC', %s)
                   ON CONFLICT (key_digest, is_answer)
                   DO UPDATE SET date = EXCLUDED.date, answer = EXCLUDED.answer""",
                key_digest,
                json.dumps(answer),
            )
        )

    @api.autovacuum
    def _gc_answers(self):
        self.env.cr.execute(
            SQL(
                """DELETE FROM customer_portal_once
                    WHERE date < now() AT TIME ZONE 'UTC' - %s * interval '1 second'""",
                KEPT_SECONDS,
            )
        )
