"""Answers that all controllers of the suite give alike: for people, or as JSON."""

import werkzeug.exceptions

from odoo.http import request

from ..exceptions import make_refusal
from ..tools.incoming import forget_files

#: ids above do not fit a PostgreSQL integer: no such record
MAX_ID = 2**31 - 1


def wants_json():
    """Tell whether the client asked for JSON rather than for a page."""
    accepted = request.httprequest.accept_mimetypes
    return accepted.best_match(["text/html", "application/json"]) == "application/json"


def fail(status, code, message):
    """End the request with an error; what it wrote is rolled back.

    :param status: int, HTTP status
    :param code: str, for programs
    :param message: str, for people
    :raise PortalRefusal: always
    """
    raise make_refusal(status, message, code=code)


def abort(response, seconds=0):
    """End the request with a response of ours; what it wrote is rolled back.

    :param int seconds: to wait before the next try; 0 where there is no such thing
    """
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    forget_files(request.httprequest)
    werkzeug.exceptions.abort(response)


def not_found():
    """End the request the same way for what is absent and for what is forbidden."""
    fail(
        404,
        "not_found",
        request.env._("This page does not exist, or you may not see it."),
    )


def parse_id(text):
    """Return a record id sent by a client.

    :param text: str, int or None
    :return: int, or None where nothing was sent
    """
    if text is None or text == "":
        return None
    digits = str(text).strip()
    if (
        not (digits.isascii() and digits.isdigit())
        or not 0 < int(digits[:20]) <= MAX_ID
    ):
        not_found()
    return int(digits)
