"""The rows of customer_portal_issues in the matrix of routes and roles.

The binder trusts ``stranger``; what is reported in it is the ``owner``'s, who has a colleague.
"""

from odoo.fields import Command

ABSENT = 2_000_000_000
_ALL, _NOBODY = "login 200 200 200 200 200 200", "login 404 404 404 404 404 404"
_MALFORMED = "login 400 400 400 400 400 400"
_FORM = "200 200 200 200 200 200 200"
_NO_FORM = "404 404 404 404 404 404 404"
_TRUSTED = "login 404 404 200 404 404 404"
_ISSUE = {
    "{issue}": "login 200 200 200 404 404 404",
    "{own_issue}": "login 200 200 404 404 404 404",
    "{issue}%s?access_token={link_key}": "200 200 200 200 200 200 200",
    "{own_issue}%s?access_token={link_key}": "404 200 200 404 404 404 404",
    "{issue}%s?access_token=%%C3%%A9": "404 200 200 200 404 404 404",
    "{absent}%s?access_token={link_key}": _NO_FORM,
    "{absent}": _NOBODY,
}


def _issues(suffix=""):
    return {
        f"/my/ticket/{key % suffix if '%s' in key else key + suffix}": answers
        for key, answers in _ISSUE.items()
    }


_FORMS = {
    "/issues/new/{form}": _FORM,
    "/issues/new/{form}?embed=1": _FORM,
    "/issues/new/{form}?sent=1": _FORM,
    "/issues/new/{form_off}": _NO_FORM,
    "/issues/new/{absent}": _NO_FORM,
    "/issues/new/%C3%A9": _NO_FORM,
    "/issues/new/%00": _NO_FORM,
}
# a POST of the matrix brings a small file and nothing of what the forms ask for
_REFUSED_FORM = "400 400 400 400 400 400 400"

ROWS = {
    "GET /issues/new/<string:form_token>": _FORMS,
    "POST /issues/new/<string:form_token>": {
        path: _REFUSED_FORM if answers == _FORM else answers
        for path, answers in _FORMS.items()
    },
    "GET /my/binders": {"/my/binders": _ALL},
    "GET /my/binders/<int:team_id>": {
        "/my/binders/{binder}": _TRUSTED,
        "/my/binders/{binder}?sortby=zzz&filterby=zzz&status=zzz&search=%25%00": _TRUSTED,
        "/my/binders/{other_binder}": _NOBODY,
        "/my/binders/{absent}": _NOBODY,
    },
    "GET /my/binders/<int:team_id>/page/<int:page>": {
        "/my/binders/{binder}/page/1": _TRUSTED,
        "/my/binders/{binder}/page/0": "login 404 404 400 404 404 404",
        "/my/binders/{binder}/page/99999999999999999999": _TRUSTED,
        "/my/binders/{other_binder}/page/1": _NOBODY,
        "/my/binders/{absent}/page/1": _NOBODY,
    },
    "GET /my/binders/<int:team_id>/new": {
        "/my/binders/{binder}/new": _TRUSTED,
        "/my/binders/{other_binder}/new": _NOBODY,
        "/my/binders/{absent}/new": _NOBODY,
    },
    "POST /my/binders/<int:team_id>/new": {
        "/my/binders/{binder}/new": "login 404 404 400 404 404 404",
        "/my/binders/{other_binder}/new": _NOBODY,
        "/my/binders/{absent}/new": _NOBODY,
    },
    "GET /my/tickets": {
        "/my/tickets": "login 303 303 303 303 303 303",
        "/my/tickets?sortby=zzz&groupby=zzz&date_begin=x&date_end=y&search=%00": "login 303 303 303 303 303 303",
    },
    "GET /my/tickets/page/<int:page>": {
        "/my/tickets/page/1": "login 303 303 303 303 303 303",
        "/my/tickets/page/99999999999999999999": "login 303 303 303 303 303 303",
    },
    "GET /new/ticket": {"/new/ticket": "login 303 303 303 303 303 303"},
    "POST /new/ticket": {"/new/ticket": "login 303 303 303 303 303 303"},
    "GET /my/binders/new": {"/my/binders/new": _ALL},
    "GET /my/binders/page/<int:page>": {
        "/my/binders/page/1": _ALL,
        "/my/binders/page/0": _MALFORMED,
        "/my/binders/page/1?date_begin=x": _MALFORMED,
        "/my/binders/page/1?date_end=2026-02-30": _MALFORMED,
        "/my/binders/page/{absent}": _ALL,
        "/my/binders/page/99999999999999999999": _ALL,
    },
    "GET /my/ticket/<int:ticket_id>": _issues(),
    "GET /my/ticket/<int:ticket_id>/<access_token>": {
        "/my/ticket/{issue}/{link_key}": _FORM,
        "/my/ticket/{issue}/%C3%A9": "404 200 200 200 404 404 404",
        "/my/ticket/{own_issue}/{link_key}": "404 200 200 404 404 404 404",
        "/my/ticket/{absent}/{link_key}": _NO_FORM,
    },
    "GET /my/ticket/<int:ticket_id>/attachments/<int:attachment_id>": {
        **_issues("/attachments/{file}"),
        "/my/ticket/{own_issue}/attachments/{file}": _NOBODY,
        "/my/ticket/{own_issue}/attachments/{file}?access_token={link_key}": _NO_FORM,
        "/my/ticket/{issue}/attachments/{internal_file}": _NOBODY,
        "/my/ticket/{issue}/attachments/{internal_file}?access_token={link_key}": _NO_FORM,
        "/my/ticket/{issue}/attachments/{absent}": _NOBODY,
    },
    "POST /my/ticket/<int:ticket_id>/status": {
        "/my/ticket/{issue}/status?stage_id={stage}": "login 403 403 303 404 404 404",
        "/my/ticket/{issue}/status?stage_id={other_stage}": "login 403 403 400 404 404 404",
        "/my/ticket/{issue}/status?stage_id=x": "login 403 403 400 404 404 404",
        "/my/ticket/{own_issue}/status?stage_id={stage}": "login 403 403 404 404 404 404",
        "/my/ticket/{absent}/status?stage_id={stage}": _NOBODY,
    },
    "POST /my/ticket/<int:ticket_id>/seen": {
        "/my/ticket/{issue}/seen": "login 204 204 204 404 404 404",
        "/my/ticket/{own_issue}/seen": "login 204 204 404 404 404 404",
        "/my/ticket/{absent}/seen": _NOBODY,
    },
    "POST /my/ticket/<int:ticket_id>/messages": {
        "/my/ticket/{issue}/messages": "login 303 303 303 404 404 404",
        "/my/ticket/{own_issue}/messages": "login 303 303 404 404 404 404",
        "/my/ticket/{issue}/messages?access_token={link_key}": "303 303 303 303 303 303 303",
        "/my/ticket/{own_issue}/messages?access_token={link_key}": "404 303 303 404 404 404 404",
        "/my/ticket/{absent}/messages": _NOBODY,
    },
    "POST /ticket/close": {
        "/ticket/close?ticket_id={own_issue}&stage_id={stage}": "login 400 400 404 404 404 404",
        "/ticket/close?ticket_id={absent}&stage_id={stage}": _NOBODY,
        "/ticket/close?ticket_id=x&stage_id=x": _NOBODY,
        "/ticket/close": _NOBODY,
    },
    "POST /submitted/ticket": {"/submitted/ticket": "login 400 400 400 400 400 400"},
}


def create_records(case):
    """Make what the rows ask for; return the values of their placeholders.

    :param case: a class with the personas of the suite
    """
    env = case.env
    stage, other_stage = (
        env.ref(f"helpdesk_mgmt.helpdesk_ticket_stage_{name}")
        for name in ("in_progress", "rejected")
    )
    Team = env["helpdesk.ticket.team"]
    binder = Team.create(
        {
            "name": "Harbour lights",
            "portal_user_ids": [Command.link(case.stranger.id)],
            "portal_stage_ids": [Command.link(stage.id)],
        }
    )
    public = Team.create({"name": "Feedback", "portal_form": "public"})
    hidden = Team.create({"name": "Hidden", "portal_form": "public"})
    hidden.portal_form = "off"
    partner = case.owner.partner_id
    issue, own_issue = (
        env["helpdesk.ticket"].create(
            {
                "name": "Lamp is dark",
                "description": "Since Monday",
                "team_id": team.id,
                "partner_id": partner.id,
                "partner_email": partner.email,
            }
        )
        for team in (binder, public)
    )
    link = issue._create_portal_links()
    note = issue.message_post(
        body="Internal",
        attachments=[("secret.pdf", b"secret")],
        subtype_xmlid="mail.mt_note",
    )
    answer = issue.message_post(
        body="Public",
        attachments=[("plan.pdf", b"plan")],
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
    )
    return {
        "issue": issue.id,
        "own_issue": own_issue.id,
        "binder": binder.id,
        "other_binder": public.id,
        "form": public.portal_form_token,
        "form_off": hidden.portal_form_token,
        "stage": stage.id,
        "other_stage": other_stage.id,
        "link_key": link._get_token(),
        "file": answer.attachment_ids.id,
        "internal_file": note.attachment_ids.id,
    }
