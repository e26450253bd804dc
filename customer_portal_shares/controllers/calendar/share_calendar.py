from datetime import timedelta
from functools import partial

from odoo import fields
from odoo.http import Controller, request, route

from odoo.addons.customer_portal_docs.controllers.responses import MAX_ID, wants_json
from odoo.addons.customer_portal_docs.exceptions import (
    Forbidden,
    InvalidInput,
    NotFound,
)
from odoo.addons.customer_portal_docs.tools.filenames import clean_line, clean_text
from odoo.addons.customer_portal_docs.tools.networks import get_network
from odoo.addons.customer_portal_docs.tools.refusals import shown_by
from odoo.addons.customer_portal_docs.tools.typed import check_length
from odoo.addons.customer_portal_docs.tools.zones import find_zone

from ...models.calendar.customer_portal_appointment import (
    MAX_NOTE_LENGTH,
    MAX_SUBJECT_LENGTH,
)
from ...models.calendar.customer_portal_calendar import MAX_DAYS
from ...tools.moments import (
    format_moment,
    parse_moment,
    parse_near_day,
    write_span,
)
from ...tools.visitors import MAX_NAME_LENGTH, parse_visitor
from ..share.gate import check_share_same_site, log_share, render_share, serve_share
from ..share.page import prepare_share_visitor_values

#: Days that programs get that do not say which.
DEFAULT_DAYS = 31
#: Feeds that the session of a visitor knows as its own.
MAX_SESSION_FEEDS = 20
_ROUTE = {"type": "http", "auth": "public", "sitemap": False}
_PAGE = {**_ROUTE, "website": True, "multilang": False}
# no CSRF token: the share's own token is one that no other site knows; and the gate checks the site
_FORM = {"portal_once": True, **_PAGE, "methods": ["POST"], "csrf": False}


class ShareCalendars(Controller):
    """Calendars under a share: the page, its JSON, and asking for an appointment."""

    @route("/share/<string:token>/calendar/<int:calendar_id>", methods=["GET"], **_PAGE)
    def share_calendar(self, token, calendar_id, **params):
        def answer(share_sudo, calendar_sudo):
            day = parse_near_day(request.env, params.get("date"))
            log_share(share_sudo, "view", calendar_sudo.name)
            if wants_json():
                [described] = calendar_sudo._prepare_share_json(share_sudo)
                return request.make_json_response(described)
            return _render_share_calendar(share_sudo, calendar_sudo, params, day)

        return _serve_share_calendar(token, calendar_id, answer)

    @route(
        "/share/<string:token>/calendar/<int:calendar_id>/events",
        methods=["GET"],
        **_ROUTE,
    )
    def share_calendar_events(self, token, calendar_id, start=None, end=None, **params):
        def answer(share_sudo, calendar_sudo):
            events = calendar_sudo._get_shown_events(*_parse_share_span(start, end))
            return request.make_json_response([event.get_json() for event in events])

        return _serve_share_calendar(token, calendar_id, answer)

    @route(
        "/share/<string:token>/calendar/<int:calendar_id>/slots",
        methods=["GET"],
        **_ROUTE,
    )
    def share_calendar_slots(self, token, calendar_id, start=None, end=None, **params):
        def answer(share_sudo, calendar_sudo):
            span = _parse_share_span(start, end)
            return request.make_json_response(
                [
                    {"start": format_moment(since), "end": format_moment(until)}
                    for since, until in calendar_sudo._get_slots(*span)
                ]
            )

        return _serve_share_calendar(token, calendar_id, answer)

    @route("/share/<string:token>/calendar/<int:calendar_id>/appointments", **_FORM)
    def share_calendar_request(self, token, calendar_id, **params):
        params = {key: value for key, value in params.items() if isinstance(value, str)}

        def answer(share_sudo, calendar_sudo):
            _check_may_request_appointment(calendar_sudo)
            day = parse_near_day(request.env, params.get("date"))
            page = partial(
                _render_refused_request,
                share_sudo=share_sudo,
                calendar_sudo=calendar_sudo,
                params=params,
                day=day,
            )
            with shown_by(page):
                appointment_sudo = _request_appointment(
                    share_sudo, calendar_sudo, params
                )
            return _confirm_share_request(share_sudo, appointment_sudo)

        return _serve_share_calendar(token, calendar_id, answer)

    @route("/share/<string:token>/calendar/<int:calendar_id>/feed", **_FORM)
    def share_calendar_feed(self, token, calendar_id, **params):
        def answer(share_sudo, calendar_sudo):
            day = parse_near_day(request.env, params.get("date"))
            feed_sudo = _make_share_feed(share_sudo, calendar_sudo)
            url = feed_sudo._get_url()
            if wants_json():
                answer = {"id": feed_sudo.id, "url": url}
                return request.make_json_response(answer, status=201)
            return _render_share_calendar(
                share_sudo, calendar_sudo, params, day, feed_url=url
            )

        return _serve_share_calendar(token, calendar_id, answer)

    @route(
        "/share/<string:token>/calendar/<int:calendar_id>/feed/<int:feed_id>/revoke",
        **_FORM,
    )
    def share_calendar_feed_revoke(self, token, calendar_id, feed_id, **params):
        def answer(share_sudo, calendar_sudo):
            own_sudo = _get_own_share_feeds(share_sudo, calendar_sudo)
            feed_sudo = own_sudo.filtered(lambda feed: feed.id == feed_id)
            if not feed_sudo:
                raise NotFound()
            feed_sudo._revoke_link()
            if wants_json():
                return request.make_json_response({"revoked": True})
            url = f"/share/{share_sudo.token}/calendar/{calendar_sudo.id}#feeds"
            return request.redirect(url, 303)

        return _serve_share_calendar(token, calendar_id, answer)


def _serve_share_calendar(token, calendar_id, answer):
    """Return what ``answer`` makes of a calendar of a share, or why there is nothing.

    :param answer: callable from the share and the calendar, both sudoed, to a response
    """

    def answer_share(share_sudo):
        if request.httprequest.method == "POST":
            check_share_same_site(share_sudo)
        calendar_sudo = _get_shared_calendar_sudo(share_sudo, calendar_id)
        return answer(share_sudo, calendar_sudo)

    return serve_share(token, "view", answer_share)


def _get_shared_calendar_sudo(share_sudo, calendar_id):
    """Return a calendar that the share shows, sudoed; 404 for any other.

    :raise NotFound: not in the share, or its owner may not read it
    """
    shared = share_sudo._get_shared_records("customer.portal.calendar")
    calendar = shared.filtered(lambda record: record.id == calendar_id)
    if not calendar or calendar_id > MAX_ID:
        raise NotFound()
    # sudo: customer.portal.calendar - the owner may read it, and so who passed the gate; what
    # is told of the events of its people is told by its own methods
    return calendar.with_env(request.env(su=True))


def _render_share_calendar(share_sudo, calendar_sudo, params, day, status=200, **more):
    zone = _get_share_zone(calendar_sudo, params.get("tz"))
    may_request = _may_request_appointment(calendar_sudo)
    values = {
        **prepare_share_visitor_values(share_sudo),
        **request.env["customer.portal.calendar.page"]._prepare_values(
            calendar_sudo, zone, day, may_request
        ),
        "title": calendar_sudo.name,
        "can_upload": False,
        "calendar_url": f"/share/{share_sudo.token}/calendar/{calendar_sudo.id}",
        "may_request": may_request,
        "is_visitor": request.env.user._is_public(),
        "picked": _get_picked_slot(calendar_sudo, params, zone),
        "typed": {},
        "errors": {},
        "sent": params.get("sent") == "1",
        "feeds": _get_own_share_feeds(share_sudo, calendar_sudo),
        "name_length": MAX_NAME_LENGTH,
        "subject_length": MAX_SUBJECT_LENGTH,
        "note_length": MAX_NOTE_LENGTH,
        **more,
    }
    return render_share(
        "customer_portal_shares.share_calendar_page", values, status=status
    )


def _get_share_zone(calendar_sudo, name=None):
    """Return the zone that a visitor chose, else their own, else the calendar's."""
    own = request.env.user._get_portal_tz()
    return find_zone(name, own, calendar_sudo._get_zone().key)


def _get_picked_slot(calendar_sudo, params, zone):
    """Return the time that was picked in the list, as the form shows it; None for none.

    :raise InvalidInput: what was sent is no time
    """
    text = params.get("slot") or params.get("start")
    if not text:
        return None
    start = _parse_picked_time(text)
    stop = start + timedelta(minutes=calendar_sudo.slot_minutes)
    label = write_span(request.env, start, stop, zone)
    return {"value": format_moment(start), "label": label}


def _parse_share_span(start, end):
    """Return the span that a program asks about, naive UTC.

    :raise InvalidInput: it is none, or too long
    """
    try:
        since = parse_moment(start) if start else fields.Datetime.now()
        until = parse_moment(end) if end else since + timedelta(days=DEFAULT_DAYS)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            request.env._("Start and end must be given in ISO 8601."), code="bad_time"
        ) from error
    if not since < until <= since + timedelta(days=MAX_DAYS):
        raise InvalidInput(
            request.env._(
                "The end must be after the start, by %(count)s days at most.",
                count=MAX_DAYS,
            ),
            code="bad_range",
        )
    return since, until


def _check_may_request_appointment(calendar_sudo):
    """Refuse who is offered no times.

    :raise Forbidden: the calendar takes no requests of theirs
    """
    if not _may_request_appointment(calendar_sudo):
        raise Forbidden(
            request.env._("Appointments cannot be asked for here."),
            code="requests_not_allowed",
        )


def _may_request_appointment(calendar_sudo):
    if request.env.user._is_public():
        return calendar_sudo.allow_requests and calendar_sudo.allow_visitor_requests
    return calendar_sudo.allow_requests


def _request_appointment(share_sudo, calendar_sudo, params):
    """Return a new appointment of who sent the form, sudoed.

    :raise InvalidInput: the form is not filled in, or the time is not offered
    :raise Throttled: too many visitors' requests
    :raise Conflict: the time has just been taken
    """
    start, vals = _parse_appointment(params)
    if request.env.user._is_public():
        vals.update(_parse_appointment_visitor(params))
        network = get_network(request.httprequest.remote_addr)
        _count_appointment(share_sudo, vals["visitor_email"], network)
        Throttle = request.env["customer.portal.throttle"]
        vals["network_key"] = Throttle._get_digest("appointment_network", network)
    else:
        vals["partner_id"] = request.env.user.partner_id.id
    zone = _get_share_zone(calendar_sudo, params.get("tz"))
    vals.update({"share_id": share_sudo.id, "link_digest": share_sudo.token_digest})
    vals.update({"tz": zone.key, "lang": request.env.lang})
    Appointment = request.env["customer.portal.appointment"]
    return Appointment._request(calendar_sudo, start, vals)


def _parse_appointment(params):
    """Return the start, naive UTC, and what the customer wrote, a dict."""
    start = _parse_picked_time(params.get("start"))
    subject, note = params.get("subject"), params.get("note")
    check_length(request.env, subject, MAX_SUBJECT_LENGTH, "subject")
    check_length(request.env, note, MAX_NOTE_LENGTH, "note")
    subject = clean_line(subject) or request.env._("Appointment")
    return start, {"subject": subject, "note": clean_text(note)}


def _parse_picked_time(text):
    """Return the start of a time of the list, naive UTC.

    :raise InvalidInput: it is none
    """
    try:
        return parse_moment(text)
    except (ValueError, OverflowError) as error:
        message = request.env._("Please choose one of the times shown.")
        raise InvalidInput(
            message, code="bad_time", errors={"start": message}
        ) from error


def _parse_appointment_visitor(params):
    name, email, errors = parse_visitor(request.env, params, "visitor_")
    if errors:
        raise InvalidInput(code="visitor_missing", errors=errors)
    return {"visitor_name": name, "visitor_email": email, "state": "unconfirmed"}


def _count_appointment(share_sudo, email, network):
    """Count a visitor's request.

    :raise Throttled: there were many
    """
    # Odoo calls the route once more where PostgreSQL could not finish
    if getattr(request, "portal_appointment_counted", False):
        return
    # what is free is asked of what is true now, not of what was when the request came in
    request.env["customer.portal.share"]._restart_transaction()
    request.env["customer.portal.throttle"]._check(
        request.env._(
            "Too many appointments have been asked for from here in a short time. Please try "
            "again later."
        ),
        ("appointment_network", network),
        ("appointment_email", email),
        ("appointment_share", share_sudo.id),
    )
    request.portal_appointment_counted = True


def _confirm_share_request(share_sudo, appointment_sudo):
    is_visitor = appointment_sudo.state == "unconfirmed"
    url = f"/my/appointments/{appointment_sudo.id}"
    if wants_json():
        more = {} if is_visitor else {"url": url}
        answer = {**appointment_sudo._get_portal_json(), **more}
        return request.make_json_response(answer, status=201)
    if is_visitor:
        calendar_id = appointment_sudo.calendar_id.id
        url = f"/share/{share_sudo.token}/calendar/{calendar_id}?sent=1"
    else:
        url += "?done=request"
    return request.redirect(url, 303)


def _render_refused_request(refusal, share_sudo, calendar_sudo, params, day):
    """Give the page back with all that was typed."""
    shown = dict(params)
    if "start" in refusal.errors or refusal.code in ("slot_taken", "outside_rules"):
        shown.pop("start", None)
    return _render_share_calendar(
        share_sudo,
        calendar_sudo,
        shown,
        day,
        status=refusal.http_status,
        typed=params,
        error=refusal.message,
        errors=refusal.errors,
    )


def _make_share_feed(share_sudo, calendar_sudo):
    user = request.env.user
    is_public = user._is_public()
    who = get_network(request.httprequest.remote_addr) if is_public else user.id
    message = request.env._("Please wait a while before you create another address.")
    request.env["customer.portal.throttle"]._check(
        message, ("calendar_feed", f"{is_public}:{who}")
    )
    Feed = request.env["customer.portal.calendar.feed"]
    person = user.browse() if is_public else user
    feed_sudo = Feed._make(share_sudo, calendar_sudo, person)
    if is_public:
        known = request.session.get("portal_calendar_feeds", [])
        known = [*known, feed_sudo.id][-MAX_SESSION_FEEDS:]
        request.session["portal_calendar_feeds"] = known
    return feed_sudo


def _get_own_share_feeds(share_sudo, calendar_sudo):
    """Return the addresses that who asks has made of a calendar of the share, sudoed."""
    known = request.session.get("portal_calendar_feeds", [])
    Feed = request.env["customer.portal.calendar.feed"]
    return Feed._find_own_sudo(share_sudo, calendar_sudo, known)
