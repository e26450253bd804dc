from datetime import timedelta
from urllib.parse import urlencode

from odoo import fields
from odoo.http import request, route

from odoo.addons.customer_portal_docs.controllers.responses import (
    KEY_PAGE_HEADERS,
    MAX_ID,
    check_page_csrf,
    is_reading,
    render_page,
    wants_json,
)
from odoo.addons.customer_portal_docs.exceptions import (
    InvalidInput,
    LoginRequired,
    NotFound,
)
from odoo.addons.customer_portal_docs.tools.portal_lists import get_pages
from odoo.addons.customer_portal_docs.tools.refusals import shown_by
from odoo.addons.portal.controllers.portal import CustomerPortal

from ...tools.moments import parse_moment

#: rows on a page
PAGE_SIZE = 40
#: Days in which another time is looked for, and the most times that a page offers.
MOVE_DAYS = 366
MAX_MOVES = 200


class MyAppointments(CustomerPortal):
    """What a customer has asked for, and what became of it."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "portal_appointment_count" in counters:
            Appointment = request.env["customer.portal.appointment"]
            values["portal_appointment_count"] = Appointment._count_mine()
        return values

    @route(
        ["/my/appointments", "/my/appointments/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_my_appointments(self, page=1, **params):
        Appointment = request.env["customer.portal.appointment"]
        total, step = Appointment._count_mine(), PAGE_SIZE
        pages, offset = get_pages(
            request.env, total, page, step, url="/my/appointments"
        )
        appointments_sudo = Appointment._search_mine_sudo(limit=step, offset=offset)
        if wants_json():
            answer = {
                "appointments": [
                    {**one._get_portal_json(), "url": f"/my/appointments/{one.id}"}
                    for one in appointments_sudo
                ],
                "total": total,
                "page": pages["page"]["num"],
            }
            return request.make_json_response(answer)
        values = {
            "page_name": "portal_appointment",
            "appointments": appointments_sudo,
            "pager": pages,
            "default_url": "/my/appointments",
        }
        return render_page(
            self, "customer_portal_shares.portal_my_appointments", values
        )

    @route(
        "/my/appointments/<int:appointment_id>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        readonly=is_reading,
    )
    def portal_my_appointment(self, appointment_id, access_token=None, **params):
        appointment_sudo = _get_appointment_sudo(appointment_id, access_token)
        if wants_json():
            return request.make_json_response(appointment_sudo._get_portal_json())
        done = params.get("done")
        return _render_appointment(self, appointment_sudo, access_token, done=done)

    # without Odoo's CSRF check: whoever comes by a link has its key as the proof, and of who is
    # logged in the method checks it
    @route(
        "/my/appointments/<int:appointment_id>",
        type="http",
        auth="public",
        methods=["POST"],
        portal_once=True,
        website=True,
        csrf=False,
    )
    def portal_my_appointment_change(self, appointment_id, access_token=None, **params):
        params = {key: value for key, value in params.items() if isinstance(value, str)}
        appointment_sudo = _get_appointment_sudo(appointment_id, access_token)

        def page(refused):
            return _render_appointment(
                self,
                appointment_sudo,
                access_token,
                status=refused.http_status,
                error=refused.message,
            )

        with shown_by(page):
            if not appointment_sudo._is_link(access_token):
                check_page_csrf(params, code="session_expired")
            action = params.get("action") or ""
            Throttle = request.env["customer.portal.throttle"]
            Throttle._check_change("appointment_change", appointment_sudo.id)
            _change_appointment(appointment_sudo, action, params)
        if wants_json():
            return request.make_json_response(appointment_sudo._get_portal_json())
        key = {"access_token": access_token} if access_token else {}
        query = urlencode({**key, "done": action})
        return request.redirect(f"/my/appointments/{appointment_id}?{query}", 303)


def _get_appointment_sudo(appointment_id, access_token=None):
    """Return an appointment of the current user's, or of the link's owner, sudoed.

    :raise LoginRequired: a visitor without a link, who may log in
    :raise NotFound: there is none for them
    """
    Appointment = request.env["customer.portal.appointment"]
    if 0 < appointment_id <= MAX_ID:
        found_sudo = Appointment._find_mine_sudo(appointment_id, access_token)
        if found_sudo:
            return found_sudo
    if request.env.user._is_public() and not access_token:
        raise LoginRequired()
    raise NotFound(request.env._("This page does not exist, or you may not see it."))


def _change_appointment(appointment_sudo, action, params):
    """Do what the customer wants.

    :raise InvalidInput: nobody knows what that is
    """
    if action == "cancel":
        appointment_sudo._cancel_by_customer()
    elif action == "accept":
        appointment_sudo._accept_proposal()
    elif action == "confirm":
        appointment_sudo._confirm()
    elif action == "move":
        appointment_sudo._move(_parse_appointment_start(params))
    else:
        message = request.env._("Please choose what to do.")
        raise InvalidInput(message, code="bad_action")


def _parse_appointment_start(params):
    try:
        return parse_moment(params.get("start"))
    except (ValueError, OverflowError) as error:
        message = request.env._("Please choose one of the times shown.")
        raise InvalidInput(message, code="bad_time") from error


def _render_appointment(portal, appointment_sudo, access_token, status=200, **more):
    zone = appointment_sudo._get_customer_zone()
    may_change = appointment_sudo._may_customer_change()
    query = f"?{urlencode({'access_token': access_token})}" if access_token else ""
    values = {
        "page_name": "portal_appointment",
        "appointment": appointment_sudo,
        "may_change": may_change,
        "moves": _get_moves(appointment_sudo, zone) if may_change else [],
        "form_url": f"/my/appointments/{appointment_sudo.id}{query}",
        "calendar_url": appointment_sudo._get_calendar_url(),
        **more,
    }
    response = render_page(
        portal, "customer_portal_shares.portal_my_appointment", values, status
    )
    response.headers.update(KEY_PAGE_HEADERS)
    return response


def _get_moves(appointment_sudo, zone):
    """Return the other times by day, see :meth:`customer.portal.calendar.page._label_slots`."""
    calendar_sudo = appointment_sudo.calendar_id
    now = fields.Datetime.now()
    slots = calendar_sudo._get_slots(
        now, now + timedelta(days=MOVE_DAYS), appointment_sudo
    )
    others = [slot for slot in slots if slot[0] != appointment_sudo.start]
    Page = request.env["customer.portal.calendar.page"]
    return Page._label_slots(others[:MAX_MOVES], zone)
