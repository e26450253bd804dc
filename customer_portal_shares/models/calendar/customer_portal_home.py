from odoo import api, models
from odoo.tools import SQL


class CustomerPortalHome(models.AbstractModel):
    """The customer's appointments: times that were proposed, and what staff have answered."""

    _inherit = "customer.portal.home"

    @api.model
    def _get_waiting(self):
        return [*super()._get_waiting(), *self._get_proposals()]

    @api.model
    def _get_proposals(self):
        count = self._get_count("proposals")
        if not count:
            return []
        Appointment = self.env["customer.portal.appointment"]
        return [
            {
                "title": self.env._("Another time was proposed"),
                "url": "/my/appointments",
                "count": count,
                "sequence": 30,
                "lines": [
                    {
                        "title": appointment.subject,
                        "url": f"/my/appointments/{appointment.id}",
                        "text": self.env._("Please accept it, or ask for another one"),
                        "date": appointment.start,
                    }
                    for appointment in Appointment._search_proposed_sudo(
                        self._line_limit
                    )
                ],
            }
        ]

    @api.model
    def _get_counted(self):
        # sudo: customer.portal.appointment - customers have no access; the domain is the rule
        Appointment = self.env["customer.portal.appointment"].sudo()
        mine = Appointment._search(
            Appointment._get_mine_domain(), limit=self._count_limit
        )
        proposed = Appointment._search(
            Appointment._get_proposed_domain(), limit=self._new_limit
        )
        changed = Appointment._search(
            Appointment._get_changed_domain(self._get_since()), limit=self._new_limit
        )
        counted = {
            **super()._get_counted(),
            "appointments": mine.select(SQL("1")),
            "proposals": proposed.select(SQL("1")),
            "changed_appointments": changed.select(SQL("1")),
        }
        calendars = self._get_shared_rows("customer.portal.calendar")
        return {**counted, "calendars": calendars} if calendars else counted

    @api.model
    def _get_cards(self):
        cards = super()._get_cards()
        calendars = self._get_count("calendars")
        if calendars:
            cards.append(
                {
                    "title": self.env._("Calendars"),
                    "url": self._get_shared_url(
                        "customer.portal.calendar", "calendar", calendars
                    ),
                    "text": self.env._(
                        "See when we have time, and ask for an appointment"
                    ),
                    "icon": "/customer_portal_shares/static/src/calendar/img/appointments.svg",
                    "count": calendars,
                    "new": 0,
                    "sequence": 45,
                }
            )
        count = self._get_count("appointments")
        text = (
            self.env._("See, move or cancel your appointments with us")
            if count
            else self.env._("Appointments that you ask for will appear here")
        )
        cards.append(
            {
                "title": self.env._("Appointments"),
                "url": "/my/appointments",
                "text": text,
                "icon": "/customer_portal_shares/static/src/calendar/img/appointments.svg",
                "count": count,
                "new": self._get_count("changed_appointments"),
                "sequence": 50,
            }
        )
        return cards

    @api.model
    def _get_news(self, since):
        news = super()._get_news(since)
        if not self._get_count("changed_appointments"):
            return news
        changed_sudo = self.env["customer.portal.appointment"]._search_changed_sudo(
            since, self._news_limit
        )
        texts = {
            "accepted": self.env._("Appointment accepted"),
            "declined": self.env._("Appointment declined"),
            "cancelled": self.env._("Appointment cancelled"),
            "expired": self.env._("Request for an appointment expired"),
            "moved": self.env._("Appointment moved to another time"),
        }
        return [
            *news,
            *(
                {
                    "title": appointment.subject,
                    "url": f"/my/appointments/{appointment.id}",
                    "text": texts[appointment.portal_change],
                    "icon": "fa-calendar",
                    "date": appointment.portal_change_date,
                }
                for appointment in changed_sudo
            ),
        ]
