from odoo import api, models


class CustomerPortalHome(models.AbstractModel):
    """The customer's appointments, and the times that were proposed for them."""

    _inherit = "customer.portal.home"

    @api.model
    def _get_waiting(self):
        return [*super()._get_waiting(), *self._get_proposals()]

    @api.model
    def _get_proposals(self):
        proposed_sudo = self.env["customer.portal.appointment"]._search_proposed_sudo(
            self._new_limit
        )
        if not proposed_sudo:
            return []
        return [
            {
                "title": self.env._("Another time was proposed"),
                "url": "/my/appointments",
                "count": len(proposed_sudo),
                "sequence": 30,
                "lines": [
                    {
                        "title": appointment.subject,
                        "url": f"/my/appointments/{appointment.id}",
                        "text": self.env._("Please accept it, or ask for another one"),
                        "date": appointment.start,
                    }
                    for appointment in proposed_sudo[: self._line_limit]
                ],
            }
        ]

    @api.model
    def _get_cards(self):
        Appointment = self.env["customer.portal.appointment"]
        return [
            *super()._get_cards(),
            {
                "title": self.env._("Appointments"),
                "url": "/my/appointments",
                "text": self.env._("See, move or cancel your appointments with us"),
                "icon": "/customer_portal_shares/static/src/calendar/img/appointments.svg",
                "count": Appointment._count_mine(self._count_limit),
                "new": 0,
                "sequence": 50,
            },
        ]
