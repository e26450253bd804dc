"""Answers that all controllers of the suite give alike: for people, or as JSON."""

import contextlib
from datetime import datetime
from urllib.parse import urlsplit

import werkzeug.exceptions

from odoo.exceptions import UserError
from odoo.http import SAFE_HTTP_METHODS, Response, content_disposition, request

from ..exceptions import InvalidInput, PortalRefusal, make_refusal
from ..tools.filenames import clean_filename
from ..tools.incoming import forget_files
from ..tools.parsing import parse_digits
from ..tools.portal_lists import DONE

#: ids above do not fit a PostgreSQL integer: no such record
MAX_ID = 2**31 - 1
_ID_DIGITS = len(str(MAX_ID))
#: The code for programs of a refusal that comes from before our code, by its HTTP status.
CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    413: "too_big",
    415: "file_type_refused",
    422: "refused",
    429: "throttled",
    500: "server_error",
}
#: What goes out with each page of the portal, unless the page says something else: no other
#: site shows it in a frame or learns its address, which may hold a key, and no search engine; and
#: no cache gives it to the next one.
PAGE_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
PAGE_POLICY = "frame-ancestors 'self'"
#: The same of a page whose address may hold the key of a personal link.
KEY_PAGE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def wants_json():
    """Tell whether the client asked for JSON rather than for a page."""
    accepted = request.httprequest.accept_mimetypes
    return accepted.best_match(["text/html", "application/json"]) == "application/json"


def is_reading(_controller, _rule, _args):
    """Say that a page only reads: a replica may serve it.

    Not the page that a form of ours has led to: a replica that is a moment behind would show what
    was before, or nothing.

    Core takes the word of a function alone, where its own route was not declared so.
    """
    # (without a request, of how routes are declared)
    return DONE.isdisjoint(request.httprequest.args if request else ())


def fail(status, code, message):
    """End the request with an error; what it wrote is rolled back.

    :param status: int, HTTP status
    :param code: str, for programs
    :param message: str, for people
    :raise PortalRefusal: always
    """
    raise make_refusal(status, message, code=code)


@contextlib.contextmanager
def answering_json():
    """Have what a block refuses answered as JSON, whoever asks: scripts of Odoo's read it."""
    try:
        yield
    except PortalRefusal as refusal:
        refusal.page = refusal.page or _answer_refusal
        raise
    except UserError as error:
        refusal = PortalRefusal(str(error))
        refusal.http_status, refusal.page = error.http_status, _answer_refusal
        raise refusal from error


def _answer_refusal(refusal):
    return request.make_json_response(refusal.get_json(), status=refusal.http_status)


def make_json_refusal(error, code=None, message=None):
    """Return as JSON what an exception of HTTP says.

    :param error: :class:`werkzeug.exceptions.HTTPException`
    :param str code: for programs; that of the status if None
    :param str message: for people; that of the status if None
    """
    ours = {
        400: request.env._(
            "The request could not be understood. Please reload the page and try again."
        ),
        403: request.env._("You are not allowed to do that."),
        404: request.env._("This page does not exist, or you may not see it."),
        405: request.env._("This page does not accept this kind of request."),
        408: request.env._("Sending took too long. Please try again."),
        413: request.env._("More was sent than is accepted."),
        500: request.env._(
            "Something went wrong on our side. Please try again; contact us if the "
            "problem persists."
        ),
    }
    answer = {
        "error": code or CODES.get(error.code) or error.name.lower().replace(" ", "_"),
        "message": message or ours.get(error.code) or str(error.description),
    }
    headers = [
        header
        for header in error.get_headers()
        if header[0] in ("Allow", "Retry-After")
    ]
    response = request.make_json_response(answer, headers=headers, status=error.code)
    protect_page(response)
    return response


def render_page(portal, template, values, status=200):
    """Return a page with what all pages of the portal have.

    :param portal: the :class:`CustomerPortal` whose route is answered: modules extend it
    """
    layout = portal._prepare_portal_layout_values()
    return request.render(template, {**layout, **values}, status=status)


def has_zone():
    """Tell whether who asks has said which time zone they are in."""
    return bool(request.env.user._get_portal_tz())


def use_zone(zone):
    """Show times to who has no zone of their own in this one, on this page.

    The page says which zone that is: ``customer_portal_docs.portal_time_zone``.

    :param str zone: its name
    """
    if not has_zone():
        request.update_context(tz=zone)


def use_company_zone(company_sudo):
    """Show times to who has no zone of their own as a company has them.

    :param company_sudo: whose thing is shown
    """
    if not has_zone():
        use_zone(company_sudo._get_portal_tz())


def is_portal_page():
    """Tell whether what was asked for is of the portal: a route of ours, or below ``/my``."""
    is_ours = getattr(request, "is_of_portal_suite", False)
    return is_ours or f"{request.httprequest.path}/".startswith("/my/")


def protect_page(response):
    """Give a page of the portal its headers, as far as it has none of its own."""
    if not is_portal_page():
        return
    for name, value in PAGE_HEADERS.items():
        response.headers.setdefault(name, value)
    policy = response.headers.get("Content-Security-Policy", "")
    if "frame-ancestors" not in policy:
        response.headers["Content-Security-Policy"] = "; ".join(
            filter(None, [policy, PAGE_POLICY])
        )


def get_way_back():
    """Return the address to come back to after a login: a str, local to this server.

    What forms are sent to is often no page: then it is the page that the form was on, or else the
    nearest one above.
    """
    sent = request.httprequest
    own = sent.full_path.rstrip("?")
    if sent.method in SAFE_HTTP_METHODS:
        return own
    parts = sent.path.split("/")
    above = ("/".join(parts[:count]) for count in range(len(parts) - 1, 1, -1))
    return next(filter(_is_page, (_get_page_before(), own, *above)), "/my")


def _get_page_before():
    """Return the path and query that the browser says the form was on, empty for none of ours."""
    sent = request.httprequest
    try:
        url = urlsplit(sent.referrer or "")
    except ValueError:
        return ""
    if f"{url.scheme}://{url.netloc}/" != sent.host_url:
        return ""
    lang = getattr(request, "lang", None)
    path = url.path.removeprefix(f"/{lang.url_code}") if lang else url.path
    return f"{path}?{url.query}" if url.query else path


def _is_page(address):
    """Tell whether a path of ours, with its query, can be asked for."""
    path = address.partition("?")[0]
    routes = request.env["ir.http"].routing_map()
    adapter = routes.bind_to_environ(request.httprequest.environ)
    # two slashes are another server
    return path[:1] == "/" != path[1:2] and adapter.test(path, method="GET")


def get_unsent_notice(params):
    """Return what to say where a login has led back to a form that was not sent, None elsewhere.

    :param dict params: of the page's address
    """
    if not params.get("unsent"):
        return None
    return request.env._(
        "You were logged out in the meantime, and nothing was sent. Please check what you wrote, "
        "choose your files again, and send it."
    )


def make_archive_response(archive, title):
    """Return a ZIP that is made while it is sent.

    :param archive: :class:`Archive`
    :param str title: what the ZIP is called, without extension
    """
    return Response(
        archive,
        headers={
            "Content-Type": "application/zip",
            "Content-Disposition": content_disposition(clean_filename(f"{title}.zip")),
            "Content-Length": str(archive.size),
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'",
        },
        direct_passthrough=True,
    )


def abort(response, seconds=0):
    """End the request with a response of ours; what it wrote is rolled back.

    :param int seconds: to wait before the next try; 0 where there is no such thing
    """
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    forget_files(request.httprequest)
    protect_page(response)
    werkzeug.exceptions.abort(response)


def not_found():
    """End the request the same way for what is absent and for what is forbidden."""
    fail(
        404,
        "not_found",
        request.env._("This page does not exist, or you may not see it."),
    )


def is_csrf_token(text):
    """Tell whether a text is the session's token; core's own check takes ASCII only."""
    is_text = isinstance(text, str) and text.isascii()
    return is_text and request.validate_csrf(text)


def check_page_csrf(params, code="session_changed"):
    """Refuse a form that another site sends in the name of who is logged in.

    :param dict params: of the form
    :param str code: for programs
    :raise InvalidInput: it is none of ours
    """
    if not is_csrf_token(params.get("csrf_token")):
        message = request.env._("This page was open for too long. Please try again.")
        raise InvalidInput(message, code=code)


def parse_id(text):
    """Return a record id sent by a client.

    :param text: str, int or None
    :return: int, or None where nothing was sent
    """
    if text is None or text == "":
        return None
    record_id = parse_digits(str(text).strip(), _ID_DIGITS)
    if not record_id or record_id > MAX_ID:
        not_found()
    return record_id


def parse_moment(text):
    """Return the moment of a page of ours that a client sends back.

    :param text: str or None, as ``isoformat`` writes it (files are taken out of what routes get)
    :return: datetime, naive and in UTC, or None where nothing was sent
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min
    if moment.tzinfo or moment.year < 2000:
        fail(400, "malformed", request.env._("This is not a valid time."))
    return moment


def parse_count(text):
    """Return how many files an address says were sent just now, 0 for what is no number."""
    return parse_digits(text, 3) or 0
