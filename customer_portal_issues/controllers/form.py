import logging
from functools import partial

from odoo.exceptions import UserError
from odoo.http import Controller, request, route

from odoo.addons.customer_portal_docs.controllers.form_files import (
    forget_kept_files,
    raise_storage_full,
)
from odoo.addons.customer_portal_docs.controllers.responses import (
    not_found,
    wants_json,
)
from odoo.addons.customer_portal_docs.exceptions import (
    InvalidInput,
    PortalRefusal,
    Throttled,
)
from odoo.addons.customer_portal_docs.tools.refusals import shown_by, told_beside

from ..models.helpdesk_ticket_team_form import MAX_SECONDS, MIN_SECONDS
from .issue_form import (
    MAX_FORM_FILES,
    get_kept_for,
    get_typed_values,
    keep_issue_files,
    make_form_response,
    prepare_issue_form_values,
    read_issue,
)

_logger = logging.getLogger(__name__)

#: A field that people do not see and programs fill in.
HONEYPOT = "homepage"
#: What a captcha's provider is told the form is.
CAPTCHA_ACTION = "portal_issue_form"
#: What the captchas of google_recaptcha and website_cf_turnstile tell the pages, and the field
#: that their scripts add to a form.
CAPTCHA_FIELDS = {
    "recaptcha_public_key": "recaptcha_token_response",
    "turnstile_site_key": "turnstile_captcha",
}


class IssueForm(Controller):
    """The web form where anybody reports an issue, on its own or inside another site's page."""

    @route(
        "/issues/new/<string:form_token>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        readonly=True,
        save_session=False,
        sitemap=False,
    )
    def issue_form(self, form_token, **params):
        team_sudo = _get_issue_form_sudo(form_token)
        if params.get("sent"):
            answer = team_sudo._get_signed("sent", params.get("number"))
            number, is_told = answer or (None, False)
            return _render_issue_form(
                "portal_issue_thanks",
                team_sudo,
                {"binder": team_sudo, "number": number, "is_told": is_told},
            )
        user = request.env.user
        known = (
            {}
            if user._is_public()
            else {"partner_name": user.name, "email": user.email}
        )
        known = {**team_sudo._get_portal_form_defaults(is_visitor=True), **known}
        values = _prepare_visitor_form_values(team_sudo, known, {})
        if wants_json():
            response = make_form_response(
                values, form_key=values["form_key"], send_after_seconds=MIN_SECONDS
            )
            return _set_form_headers(response, team_sudo)
        return _render_issue_form("portal_issue_form", team_sudo, values)

    # Without Odoo's CSRF check and without a session: inside another site's page the browser
    # sends no cookie (SameSite=Lax), so a token of the session could never come back. There is
    # nothing to forge either: whoever sends the form is a visitor, logged in or not, and may
    # do no more than anybody with the form's address. What is checked instead is the signed key
    # that each form is given out with: that it is ours, how old it is, and that it is sent once.
    #
    # The captcha is asked inside, not by the route's `captcha=`, which ends in a page that has
    # lost what was typed.
    @route(
        "/issues/new/<string:form_token>",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
        save_session=False,
        portal_upload="_get_form_max_bytes",
        portal_upload_files=MAX_FORM_FILES,
    )
    def issue_form_send(self, form_token, **params):
        team_sudo = _get_issue_form_sudo(form_token)
        typed = get_typed_values(params, team_sudo, is_visitor=True)
        # before the fields, which the visitor may have to mend: a program mends nothing
        if typed.get(HONEYPOT):
            _logger.info("An issue form was filled in by a program")
            return _thank_for_issue(team_sudo)
        with shown_by(partial(_render_refused_form, team_sudo, typed)):
            try:
                answer = _take_issue_form(team_sudo, typed)
            except Throttled:
                raise
            except PortalRefusal:
                keep_issue_files(team_sudo)
                _count_form_try(team_sudo)
                raise
        forget_kept_files(get_kept_for(team_sudo))
        return _thank_for_issue(team_sudo, answer)

    def _get_form_max_bytes(self, form_token):
        """A public form takes files if it asks for some, from who has not sent too much."""
        Team = request.env["helpdesk.ticket.team"]
        team_sudo = Team._get_portal_form_sudo(form_token)
        if "attachments" not in team_sudo._get_portal_fields_sudo(True).mapped("kind"):
            return None
        address = request.httprequest.remote_addr
        limits = team_sudo._get_portal_form_limits(address, None)
        tries = team_sudo._get_portal_form_tries(address)
        if request.env["customer.portal.throttle"]._get_wait(*limits, tries):
            return None
        return team_sudo._get_portal_company_sudo()._get_portal_document_max_bytes()


def _get_issue_form_sudo(form_token):
    """Return the binder whose form has this key, sudoed; 404 where there is none or it is off."""
    team_sudo = request.env["helpdesk.ticket.team"]._get_portal_form_sudo(form_token)
    return team_sudo or not_found()


def _take_issue_form(team_sudo, typed):
    """Return the number of the issue that is made of a form, or was when it was sent before,
    and whether its visitor gets a mail.

    :raise PortalRefusal: something is to be mended, or there were too many
    """
    _check_form_tries(team_sudo)
    _check_form_key(team_sudo, typed)
    files, vals = _read_issue_form(team_sudo, typed)
    _check_form_captcha()
    is_new, is_told = _admit_issue(team_sudo, vals, typed["form_key"])
    if not is_new:
        return team_sudo._get_form_answer(typed["form_key"])
    issue_sudo = _create_form_issue(team_sudo, vals, files, typed["form_key"], is_told)
    return issue_sudo.number, is_told and bool(vals.get("partner_email"))


def _check_form_tries(team_sudo):
    tries = team_sudo._get_portal_form_tries(request.httprequest.remote_addr)
    seconds = request.env["customer.portal.throttle"]._get_wait(tries)
    if seconds:
        _refuse_for_a_while(seconds)


def _count_form_try(team_sudo):
    tries = team_sudo._get_portal_form_tries(request.httprequest.remote_addr)
    request.env["customer.portal.throttle"]._count(tries)


def _refuse_for_a_while(seconds):
    message = request.env._(
        "Too many reports have come from here in a short time. Please try again later."
    )
    raise Throttled(message, errors={"": message}, retry_after=seconds)


def _check_form_key(team_sudo, typed):
    age = team_sudo._get_form_key_age(typed.get("form_key"))
    if age is None or age > MAX_SECONDS:
        typed.pop("form_key", None)
        message = request.env._(
            "This page was open for too long. Nothing was sent yet: please send it again."
        )
        raise InvalidInput(message, code="form_expired", errors={"": message})
    if age < MIN_SECONDS:
        message = request.env._(
            "That was very quick. Please check what you wrote, and send it again."
        )
        raise InvalidInput(message, code="too_quick", errors={"": message})


def _read_issue_form(team_sudo, typed):
    """Return the files of a form, and the values of its issue.

    :raise PortalRefusal: with all that is wrong
    """
    parse = partial(_parse_issue_form, team_sudo, typed)
    return read_issue(team_sudo, parse)


def _parse_issue_form(team_sudo, typed, has_files):
    shown = team_sudo._get_portal_fields_sudo(is_visitor=True).mapped("kind")
    if has_files and "attachments" not in shown:
        message = request.env._("A file was sent in a form that does not accept files.")
        raise InvalidInput(message, code="unexpected_file", errors={"": message})
    return team_sudo._parse_portal_form(typed, has_files, is_visitor=True)


def _check_form_captcha():
    # Odoo calls the route once more where PostgreSQL could not finish, and no provider takes the
    # same answer twice
    if getattr(request, "portal_issue_has_captcha", False):
        return
    fields = _get_captcha_fields()
    if fields and not any(request.params.get(field) for field in fields):
        # without asking the provider, who would let a worker wait
        message = request.env._(
            "We could not check that a person sends this. Please switch on JavaScript in your "
            "browser, and send it again."
        )
        raise InvalidInput(message, code="captcha", errors={"": message})
    try:
        request.env["ir.http"]._verify_request_recaptcha_token(CAPTCHA_ACTION)
    except UserError as error:
        message = str(error)
        raise InvalidInput(message, code="captcha", errors={"": message}) from error
    request.portal_issue_has_captcha = True


def _admit_issue(team_sudo, vals, form_key):
    """Count the issue; tell whether its form is new, and whether a mail may go out.

    :raise Throttled: there were too many
    """
    seconds, is_new, is_told = team_sudo._admit_issue(
        request.httprequest.remote_addr,
        vals.get("partner_email"),
        form_key,
        # Odoo calls the route once more where PostgreSQL could not finish
        getattr(request, "portal_issue_is_told", None),
    )
    if seconds:
        _refuse_for_a_while(seconds)
    request.portal_issue_is_told = is_told
    return is_new, is_told


def _create_form_issue(team_sudo, vals, files, form_key, is_told):
    try:
        return team_sudo._create_visitor_issue(vals, files, form_key, is_told)
    except OSError as error:
        with told_beside("attachments"):
            raise_storage_full(error)


def _thank_for_issue(team_sudo, answer=None):
    """Answer the same to everybody, programs and those who sent the form twice included.

    :param answer: number of the issue, and whether a mail is on its way; None for programs,
        whose issue there is not
    """
    if wants_json():
        return request.make_json_response({"sent": True}, status=201)
    query = {"sent": 1, **({"embed": 1} if _is_form_embedded() else {})}
    if answer:
        # in the address: inside another site's page there is no session
        query["number"] = team_sudo._sign("sent", answer)
    return request.redirect_query(request.httprequest.path, query)


def _render_refused_form(team_sudo, typed, refusal):
    values = _prepare_visitor_form_values(team_sudo, typed, refusal.errors)
    return _render_issue_form(
        "portal_issue_form", team_sudo, values, status=refusal.http_status
    )


def _is_form_embedded():
    return request.httprequest.args.get("embed") == "1"


def _get_captcha_fields():
    """Return the fields that the scripts of the configured captchas add; they need JavaScript."""
    info = request.env["ir.http"].get_frontend_session_info()
    return [field for key, field in CAPTCHA_FIELDS.items() if info.get(key)]


def _prepare_visitor_form_values(team_sudo, typed, errors):
    age = team_sudo._get_form_key_age(typed.get("form_key"))
    is_current = age is not None and age < MAX_SECONDS
    return {
        **prepare_issue_form_values(team_sudo, typed, errors, is_visitor=True),
        # the same once more, so that who mends a field need not wait
        "form_key": typed["form_key"] if is_current else team_sudo._make_form_key(),
        "honeypot": HONEYPOT,
        "captcha_action": CAPTCHA_ACTION,
    }


def _render_issue_form(template, team_sudo, values, **options):
    embedded = _is_form_embedded()
    needs_script = bool(_get_captcha_fields())
    response = request.render(
        f"customer_portal_issues.{template}",
        {
            **values,
            "embedded": embedded,
            "needs_script": needs_script,
            # in another site's page scripts may keep nothing, and the form needs none
            "layout": "customer_portal_issues.portal_embedded_layout"
            if embedded and not needs_script
            else "portal.frontend_layout",
            "no_header": embedded,
            "no_footer": embedded,
            "form_url": request.httprequest.path + ("?embed=1" if embedded else ""),
        },
        **options,
    )
    return _set_form_headers(response, team_sudo)


def _set_form_headers(response, team_sudo):
    response.headers["Content-Security-Policy"] = team_sudo._get_portal_frame_policy()
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    # each form has a key of its own
    response.headers["Cache-Control"] = "no-store"
    return response
