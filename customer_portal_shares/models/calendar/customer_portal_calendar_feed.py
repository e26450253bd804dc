import hashlib
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import hmac

from odoo.addons.customer_portal_docs.exceptions import PortalRefusal

from ...tools.ics import Entry, make_feed

#: What a feed holds: so many days before and after today.
DAYS_BEFORE, DAYS_AFTER = 30, 370
#: The most feeds that one person has of one shared calendar.
MAX_FEEDS = 10


class CustomerPortalCalendarFeed(models.Model):
    """The address from which the calendar program of one person fetches a shared calendar.

    Such programs cannot log in. The key opens what its owner may open at that moment, and no
    more: the gate of the share is asked each time, as that person.
    """

    _name = "customer.portal.calendar.feed"
    _description = "Calendar Feed of One Person"
    _inherit = ["customer.portal.personal.link.mixin"]
    _order = "id desc"

    share_id = fields.Many2one(
        "customer.portal.share",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    calendar_id = fields.Many2one(
        "customer.portal.calendar",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="share_id.company_id")
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: a visitor of the web link.",
    )
    password_mark = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    link_digest = fields.Char(readonly=True, groups=fields.NO_ACCESS)

    def _has_reason(self):
        """Tell whether its owner may open the share with the calendar now."""
        try:
            return bool(self._open_calendar())
        except PortalRefusal:
            return False

    def _open_calendar(self):
        """Return the calendar as the share's owner sees it, through the gate of the share.

        :raise PortalRefusal: not open to the feed's owner
        """
        share_sudo, user = self.share_id, self.user_id
        if user and not user.active or share_sudo.token_digest != self.link_digest:
            return self.env["customer.portal.calendar"]
        person = user or self.env.ref("base.public_user")
        opened_sudo = (
            self.env["customer.portal.share"]
            .with_user(person)
            ._open_sudo(share_sudo.token, [self.password_mark], "view")
        )
        shared = opened_sudo._get_shared_records("customer.portal.calendar")
        return shared.filtered(lambda calendar: calendar.id == self.calendar_id.id)

    @api.model
    def _make(self, share_sudo, calendar, user):
        """Return a new feed of a person, sudoed; the eldest ends where there are too many.

        :param user: res.users, empty for a visitor
        """
        # sudo: customer.portal.calendar.feed - of who has passed the share's gate
        feeds_sudo = self.sudo()
        if user:
            own = self._get_own_domain(share_sudo, calendar, user)
            feeds_sudo.search(own, offset=MAX_FEEDS - 1)._revoke_link()
        return feeds_sudo.create(
            {
                "share_id": share_sudo.id,
                "calendar_id": calendar.id,
                "user_id": user.id,
                "password_mark": share_sudo.password_hash
                and share_sudo._get_unlock_digest(),
                "link_digest": share_sudo.token_digest,
            }
        )

    @api.model
    def _find_own_sudo(self, share_sudo, calendar, known_ids):
        """Return the feeds that the current user has made of a calendar of a share, sudoed.

        :param known_ids: list of int, those that the session of a visitor has made
        """
        user = self.env.user
        if user._is_public():
            own = self._get_own_domain(share_sudo, calendar, user.browse())
            own &= Domain("id", "in", known_ids)
        else:
            own = self._get_own_domain(share_sudo, calendar, user)
        # sudo: customer.portal.calendar.feed - one's own
        return self.sudo().search(own)

    @api.model
    def _get_own_domain(self, share_sudo, calendar, user):
        return Domain(
            [
                ("share_id", "=", share_sudo.id),
                ("calendar_id", "=", calendar.id),
                ("user_id", "=", user.id),
            ]
        )

    def _get_url(self):
        return f"{self.get_base_url()}/calendar/feed/{self._get_token()}.ics"

    def _get_entries(self):
        """Return what the feed holds now: what the page shows, with ids that tell nothing.

        :rtype: list of :class:`Entry`
        """
        # sudo: customer.portal.calendar - opened by the gate, see _has_reason
        calendar_sudo = self.calendar_id.sudo()
        today = datetime.combine(fields.Date.today(), time.min)
        shown = calendar_sudo._get_shown_events(
            today - timedelta(days=DAYS_BEFORE), today + timedelta(days=DAYS_AFTER)
        )
        key = hmac(self.env(su=True), self._name, str(self.id))
        counts, entries, busy = {}, [], self.env._("Busy")
        for event in shown:
            # of two that are alike the second one has another id, and the same one tomorrow
            number = counts[event] = counts.get(event, 0) + 1
            text = f"{key}|{event.start}|{event.stop}|{event.title}|{number}"
            uid = hashlib.sha256(text.encode()).hexdigest()[:32]
            entries.append(Entry(uid, event.start, event.stop, event.title or busy))
        return entries

    def _get_content(self, entries):
        today = datetime.combine(fields.Date.today(), time.min)
        return make_feed(self.calendar_id.sudo().name, entries, today)

    def _get_etag(self, entries):
        """Return what is another one when the content is."""
        text = repr((self.calendar_id.sudo().name, fields.Date.today(), entries))
        return hashlib.sha256(text.encode()).hexdigest()

    def action_revoke(self):
        """Let the addresses give nothing any more."""
        self.share_id.check_access("write")
        self._revoke_link()
        return True
