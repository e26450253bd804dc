from datetime import timedelta

from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Hours in which visitors confirm their address; so long the time is kept for them.
CONFIRM_HOURS = 2
#: The first key of PostgreSQL's advisory locks of people.
_LOCK_SPACE = 1_912_431


class CustomerPortalAppointmentHold(models.Model):
    """The time of one person that is kept for one appointment: PostgreSQL lets no two overlap.

    The constraint sees what others have just committed, which Odoo's level of isolation hides
    from a query. It needs no extension: a person is a range of numbers, in which the minutes
    follow each other. What stays free after an appointment belongs to it.
    """

    _name = "customer.portal.appointment.hold"
    _description = "Time Kept for an Appointment"
    _log_access = False

    appointment_id = fields.Many2one(
        "customer.portal.appointment", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    start = fields.Datetime(required=True)
    stop = fields.Datetime(required=True)
    buffer_minutes = fields.Integer(required=True, default=0)
    until = fields.Datetime(help="UTC. Empty: for good.")

    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (int8range(
            user_id::bigint * 4294967296 + extract(epoch FROM start)::bigint / 60,
            user_id::bigint * 4294967296 + extract(epoch FROM stop)::bigint / 60
                + buffer_minutes
        ) WITH &&)""",
        "This time has just been taken.",
    )

    @api.model
    def _lock(self, users):
        """Have all others who want time of these people wait until this transaction is over."""
        for user_id in sorted(users.ids):
            self.env.cr.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, user_id]
            )

    @api.model
    def _get_spans(self, users, start, stop, buffer, without=None):
        """Return when people are kept for appointments, with what stays free around them.

        :param buffer: :class:`timedelta`, at least so much stays free
        :param without: an appointment that does not count
        :return: list of (start, stop)
        """
        self.flush_model()
        longest = timedelta(days=1)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT start, stop, buffer_minutes FROM customer_portal_appointment_hold
                 WHERE user_id = ANY(%s) AND start < %s AND stop > %s
                   AND (until IS NULL OR until > %s) AND appointment_id != %s
                """,
                users.ids,
                stop + longest,
                start - longest,
                fields.Datetime.now(),
                without.id if without else 0,
            )
        )
        spans = []
        for held_start, held_stop, minutes in rows:
            around = max(buffer, timedelta(minutes=minutes))
            spans.append((held_start - around, held_stop + around))
        return spans

    @api.model
    def _get_lapsed(self, users, start, stop):
        """Return the appointments whose time was kept long enough, near a span."""
        now, longest = fields.Datetime.now(), timedelta(days=1)
        domain = (
            Domain("user_id", "in", users.ids)
            & Domain("until", "<=", now)
            & Domain("start", "<", stop + longest)
            & Domain("stop", ">", start - longest)
        )
        return self.search(domain).appointment_id

    @api.model
    def _keep(self, appointment, until=None, must=True):
        """Keep the time of an appointment for it alone.

        :param until: naive UTC; by the state if None, False for good
        :param must: bool, whether to refuse where it is somebody else's
        :return: bool, whether it could be kept
        :raise Conflict: it is somebody else's
        """
        appointment.ensure_one()
        if until is None:
            until = self._get_until(appointment)
        calendar = appointment.calendar_id
        users = calendar._get_people()
        self._lock(users)
        # sudo: customer.portal.appointment.hold - nobody's but ours
        lapsed_sudo = self.sudo()._get_lapsed(
            users, appointment.start, appointment.stop
        )
        (lapsed_sudo - appointment)._expire()
        is_kept = self._try_to_keep(appointment, until)
        if must and not is_kept:
            calendar._raise_taken()
        appointment.hold_until = until
        return is_kept

    @api.model
    def _get_until(self, appointment):
        """Return until when the time of an appointment in this state is kept, naive UTC."""
        hours = appointment.calendar_id.hold_hours
        if appointment.state == "unconfirmed":
            hours = min(hours, CONFIRM_HOURS)
        return fields.Datetime.now() + timedelta(hours=hours)

    @api.model
    def _try_to_keep(self, appointment, until):
        """Keep the time of an appointment, and no other; the caller has called :meth:`_lock`.

        :param until: naive UTC datetime, False for good
        :return: bool, whether it could be kept
        """
        calendar = appointment.calendar_id
        people = calendar._get_people()
        if not people:
            self._drop(appointment)
            return True
        rows = [
            SQL(
                "(%s, %s, %s, %s, %s, %s)",
                appointment.id,
                user_id,
                appointment.start,
                appointment.stop,
                calendar.buffer_minutes,
                until or None,
            )
            for user_id in sorted(people.ids)
        ]
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                self._drop(appointment)
                self.env.cr.execute(
                    SQL(
                        """INSERT INTO customer_portal_appointment_hold
                           (appointment_id, user_id, start, stop, buffer_minutes, until)
                           VALUES %s""",
                        SQL(", ").join(rows),
                    ),
                    log_exceptions=False,
                )
        except ExclusionViolation:
            return False
        self.invalidate_model()
        return True

    @api.model
    def _drop(self, appointments):
        """Keep the time of appointments no longer."""
        if appointments:
            self.env.cr.execute(
                "DELETE FROM customer_portal_appointment_hold WHERE appointment_id = ANY(%s)",
                [appointments.ids],
            )
            self.invalidate_model()

    @api.autovacuum
    def _gc_holds(self):
        self.search([("stop", "<", fields.Datetime.now() - timedelta(days=2))]).unlink()
