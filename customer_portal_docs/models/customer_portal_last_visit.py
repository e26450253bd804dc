from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Who looks at the home again after this long begins a new visit.
_PAUSE = timedelta(minutes=30)


class CustomerPortalLastVisit(models.Model):
    """When somebody was last in the portal: what came since is new to them.

    Not ``login_date``, which changes in the midst of a visit, when a session ends. A row for each
    user, written by their browser once the home is shown, and at a login. To the microsecond, as
    ``create_date``: nothing is told twice, and nothing is lost that came after the page was made.
    """

    _name = "customer.portal.last.visit"
    _description = "Last Visit of the Portal"
    _log_access = False
    _rec_name = "user_id"

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    seen_date = fields.Datetime(
        required=True, help="When the user last looked at the home."
    )
    previous_date = fields.Datetime(help="When the visit before this one ended.")

    _user_unique = models.UniqueIndex("(user_id)")

    @api.model
    def _note(self, seen=None):
        """Keep that the current user is here.

        :param seen: datetime or None, when the page that they saw was made, naive and in UTC: what
            came while it was on its way is not on it. Now, where it is None or later.
        :return: True
        """
        # to the microsecond, by the clock that create_date is of
        now = self.env.cr.now()
        seen = min(seen or now, now)
        # one statement: two tabs at the same moment are no conflict
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_portal_last_visit AS kept (user_id, seen_date)
                     VALUES (%(user)s, %(seen)s)
                ON CONFLICT (user_id) DO UPDATE
                        SET previous_date = CASE WHEN kept.seen_date < %(pause)s
                                            THEN kept.seen_date ELSE kept.previous_date END,
                            seen_date = GREATEST(kept.seen_date, %(seen)s)
                """,
                user=self.env.uid,
                seen=seen,
                pause=seen - _PAUSE,
            )
        )
        # sudo: customer.portal.last.visit - the row was not written by the ORM
        self.sudo().invalidate_model()
        return True

    @api.model
    def _get_since(self):
        """Return when the current user's visit before this one ended, None for the first visit."""
        # sudo: customer.portal.last.visit - the user's own
        own_sudo = self.sudo().search_fetch(
            [("user_id", "=", self.env.uid)], ["seen_date", "previous_date"], limit=1
        )
        if own_sudo and own_sudo.seen_date < fields.Datetime.now() - _PAUSE:
            return own_sudo.seen_date
        return own_sudo.previous_date or None
