import json
import secrets
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.http import request
from odoo.tools import SQL

from ..exceptions import Conflict
from ..tools.incoming import forget_files
from ..tools.tokens import digest
from ..tools.transactions import anew

#: The hidden field that holds a form's key.
FIELD = "form_once"
#: Characters of a key that a client may send.
MAX_KEY_LENGTH = 100
#: After which whoever began to work on a form is taken for dead, unless they still hold its lock.
CLAIM_SECONDS = 60
#: That the second of two waits for the answer of the first.
WAIT_SECONDS = 20
#: That an answer is given again.
KEPT_SECONDS = 24 * 3600

#: That somebody who waits looks back: an answer is dated before it can be seen.
MARGIN_SECONDS = 5

_CLAIM = """
    INSERT INTO customer_portal_once AS kept (key_digest, is_answer, date)
         SELECT %(digest)s, FALSE, clock_timestamp() AT TIME ZONE 'UTC'
          WHERE pg_try_advisory_xact_lock(%(lock)s)
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

    # -- the current request

    @api.model
    def _dispatch_once(self, endpoint, dispatch):
        """Return what the route answers, or what it has answered to the same form.

        :param endpoint: the route; ``portal_once=True`` says that its forms are done once
        :param dispatch: callable that takes the route, and returns its answer
        """
        key_digest = self._get_request_digest(endpoint)
        if not key_digest:
            return dispatch(endpoint)
        answer = self._claim_request(key_digest)
        if answer:
            return self._repeat_answer(answer)
        try:
            response = dispatch(endpoint)
            self._keep_response(key_digest, response)
        except Exception:
            request.env.cr.rollback()  # as whoever handles it does
            self._forget_request(key_digest)
            raise
        return response

    @api.model
    def _get_request_digest(self, endpoint):
        """Return what tells the form apart that was sent, or None where it may be sent again."""
        key = request.params.pop(FIELD, None)
        sent = request.httprequest
        if not endpoint.routing.get("portal_once") or sent.method != "POST":
            return None
        has_key = isinstance(key, str) and 0 < len(key) <= MAX_KEY_LENGTH
        sender = self._get_request_sender()
        if not has_key and not sender:
            return None
        request.portal_once_has_key = has_key
        return self._get_digest(
            request.env.uid,
            None if has_key else sender,
            sent.full_path,
            sorted(sent.form.items(multi=True)),
            [
                (name, part.filename, *self._get_content_signs(part.stream))
                for name, part in sent.files.items(multi=True)
            ],
        )

    @api.model
    def _get_request_sender(self):
        """Return what tells apart who sends a form without a key, or None: it may be anybody."""
        sent = request.httprequest
        return sent.cookies.get("session_id") or sent.args.get("access_token")

    @api.model
    def _get_content_signs(self, stream):
        return getattr(stream, "size", None), getattr(stream, "checksum", None)

    @api.model
    def _claim_request(self, key_digest):
        # Odoo calls the route once more where PostgreSQL could not finish
        if getattr(request, "portal_once_digest", None) != key_digest:
            answer = self._claim(key_digest, request.portal_once_has_key)
            request.portal_once_digest = None if answer else key_digest
            if answer:
                return answer
        self._hold(key_digest)
        return None

    @api.model
    def _keep_response(self, key_digest, response):
        status = getattr(response, "status_code", 0)
        is_json = getattr(response, "mimetype", "") == "application/json"
        if status in (302, 303):
            answer = {"status": status, "location": response.headers["Location"]}
        elif is_json and 200 <= status < 300:
            answer = {"status": status, "body": response.get_data(as_text=True)}
        else:
            self._forget_request(key_digest)
            return
        self._keep_answer(key_digest, answer)

    @api.model
    def _forget_request(self, key_digest):
        request.portal_once_digest = None
        self._forget_claim(key_digest)

    @api.model
    def _repeat_answer(self, answer):
        forget_files(request.httprequest)
        if "location" in answer:
            return request.redirect(answer["location"], code=answer["status"])
        return request.make_response(
            answer["body"],
            [("Content-Type", "application/json; charset=utf-8")],
            status=answer["status"],
        )

    # -- claims and answers

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
                values = {"digest": key_digest, "seconds": CLAIM_SECONDS}
                env.cr.execute(_CLAIM, {**values, "lock": self._get_lock(key_digest)})
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
    def _hold(self, key_digest):
        """Show that somebody is at work on the form, until the transaction ends.

        Who only claims the form has the lock for a moment.
        """
        self.env.cr.execute(
            SQL("SELECT pg_advisory_xact_lock(%s)", self._get_lock(key_digest))
        )

    @api.model
    def _get_lock(self, key_digest):
        return int(key_digest[:15], 16)

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
