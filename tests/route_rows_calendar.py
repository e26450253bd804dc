"""The rows of calendars and appointments in the matrix of routes and roles.

The appointment is the ``owner``'s; a visitor has another one, by a link.
"""

from datetime import datetime, timedelta

from odoo import fields
from odoo.fields import Command

_ALL, _NOBODY = "login 200 200 200 200 200 200", "login 404 404 404 404 404 404"
_EVERYONE, _NO_ONE = "200 200 200 200 200 200 200", "404 404 404 404 404 404 404"
_MALFORMED, _UNREADABLE = "login 400 400 400 400 400 400", "400 400 400 400 400 400 400"
_RECIPIENT = "login 200 404 404 404 200 404"
_NOT_ALLOWED = "403 403 403 403 403 403 403"
_ASKED = "401 401 401 401 401 401 401"


def _calendar(answers, recipient, rest=""):
    """Return the rows of one path below a shared calendar."""
    below = f"/calendar/{{calendar}}{rest}"
    return {
        f"/share/{{web_calendar}}{below}": answers,
        f"/share/{{secured_calendar}}{below}": recipient,
        f"/share/{{protected_calendar}}{below}": _ASKED,
        f"/share/{{drop_calendar}}{below}": _NOT_ALLOWED,
        f"/share/{{web}}{below}": _NO_ONE,
        f"/share/{{unknown}}{below}": _NO_ONE,
        f"/share/%C3%A9{below}": _NO_ONE,
        f"/share/{{web_calendar}}/calendar/{{other_calendar}}{rest}": _NO_ONE,
        f"/share/{{web_calendar}}/calendar/{{absent}}{rest}": _NO_ONE,
    }


_PATH = "/share/<string:token>/calendar/<int:calendar_id>"
ROWS = {
    f"GET {_PATH}": {
        **_calendar(_EVERYONE, _RECIPIENT),
        "/share/{web_calendar}/calendar/{calendar}?tz=x&date=&slot=": _EVERYONE,
        "/share/{web_calendar}/calendar/{calendar}?date=x": _UNREADABLE,
        "/share/{web_calendar}/calendar/{calendar}?slot=x": _UNREADABLE,
    },
    f"GET {_PATH}/events": {
        **_calendar(_EVERYONE, _RECIPIENT, "/events"),
        "/share/{web_calendar}/calendar/{calendar}/events?start=x": _UNREADABLE,
    },
    f"GET {_PATH}/slots": {
        **_calendar(_EVERYONE, _RECIPIENT, "/slots"),
        "/share/{web_calendar}/calendar/{calendar}/slots?end=x": _UNREADABLE,
    },
    # visitors may not ask there, and what the matrix posts has no time
    f"POST {_PATH}/appointments": _calendar(
        "403 400 400 400 400 400 400",
        "login 400 404 404 404 400 404",
        "/appointments",
    ),
    f"POST {_PATH}/feed": _calendar(_EVERYONE, _RECIPIENT, "/feed"),
    f"POST {_PATH}/feed/<int:feed_id>/revoke": {
        "/share/{secured_calendar}/calendar/{calendar}/feed/{feed}/revoke": "login 303 404 404 404 404 404",
        "/share/{web_calendar}/calendar/{calendar}/feed/{feed}/revoke": _NO_ONE,
        "/share/{secured_calendar}/calendar/{calendar}/feed/{absent}/revoke": _NOBODY,
    },
    "GET /calendar/feed/<string:feed_token>.ics": {
        "/calendar/feed/{open_feed_key}.ics": _EVERYONE,
        "/calendar/feed/x.ics": _NO_ONE,
        "/calendar/feed/%C3%A9.ics": _NO_ONE,
        "/calendar/feed/%00.ics": _NO_ONE,
    },
    "GET /my/appointments": {"/my/appointments": _ALL},
    "GET /my/appointments/page/<int:page>": {
        "/my/appointments/page/1": _ALL,
        "/my/appointments/page/0": _MALFORMED,
        "/my/appointments/page/99999999999999999999": _ALL,
    },
    "GET /my/appointments/<int:appointment_id>": {
        "/my/appointments/{appointment}": "login 200 404 404 404 404 404",
        "/my/appointments/{visit}": _NOBODY,
        "/my/appointments/{visit}?access_token={visit_key}": _EVERYONE,
        "/my/appointments/{appointment}?access_token={visit_key}": "404 200 404 404 404 404 404",
        "/my/appointments/{appointment}?access_token=%C3%A9": "404 200 404 404 404 404 404",
        "/my/appointments/{absent}?access_token={visit_key}": _NO_ONE,
        "/my/appointments/{absent}": _NOBODY,
    },
    "POST /my/appointments/<int:appointment_id>": {
        "/my/appointments/{appointment}": "login 400 404 404 404 404 404",
        "/my/appointments/{visit}?access_token={visit_key}": "400 400 400 400 400 400 400",
        "/my/appointments/{visit}?access_token=x": _NO_ONE,
        "/my/appointments/{absent}": _NOBODY,
    },
}


def create_records(case):
    """Make what the rows ask for; return the values of their placeholders.

    :param case: a class with the personas of the suite
    """
    env = case.env
    calendar, other = env["customer.portal.calendar"].create(
        [{"name": "Consulting"}, {"name": "Other"}]
    )
    Share = env["customer.portal.share"].with_user(case.document_user)
    item = {"res_model": calendar._name, "res_id": calendar.id}
    secured = {"access": "secured", "user_ids": [Command.link(case.owner.id)]}
    shares = {}
    for name, vals in {
        "web": {},
        "secured": secured,
        "protected": {"password": "correct horse"},
        "drop": {"allow_download": False, "allow_upload": True},
    }.items():
        vals = {"name": name, "item_ids": [Command.create(item)], **vals}
        shares[name] = Share.create(vals).sudo()
        # the first visit writes this, beside the log
        shares[name].first_access_date = shares[name].create_date
    start = datetime.combine(fields.Date.today(), datetime.min.time())
    appointment, visit = env["customer.portal.appointment"].create(
        [
            {
                "calendar_id": calendar.id,
                "partner_id": case.owner.partner_id.id,
                "start": start + timedelta(days=20),
            },
            {
                "calendar_id": calendar.id,
                "visitor_name": "Vera",
                "visitor_email": "vera@example.com",
                "start": start + timedelta(days=21),
                "state": "unconfirmed",
            },
        ]
    )
    Feed = env["customer.portal.calendar.feed"]
    feed = Feed._make(shares["secured"], calendar, case.owner)
    open_feed = Feed._make(shares["web"], calendar, case.stranger)
    return {
        "calendar": calendar.id,
        "other_calendar": other.id,
        **{f"{name}_calendar": share.token for name, share in shares.items()},
        "appointment": appointment.id,
        "visit": visit.id,
        "visit_key": visit._get_link_sudo()._get_token(),
        "feed": feed.id,
        "open_feed_key": open_feed._get_token(),
    }
