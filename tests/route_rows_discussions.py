"""Rows of the route matrix: Odoo's routes of discussions and of its editor.

``test_thread_doors.py`` and ``test_other_servers.py`` try them.

Those that are calls answer 415 to a form: it is not what they are asked with.
"""

_NO_CALL = "415 415 415 415 415 415 415"
_WAY_IN = "login home home home 303 303 303"

_CALLS = (
    "POST /html_editor/attachment/add_url",
    "POST /html_editor/link_preview_external",
    "POST /html_editor/link_preview_internal",
    "POST /html_editor/save_library_media",
    "POST /mail/link_preview",
    "POST /mail/link_preview/hide",
    "POST /mail/message/post",
    "POST /mail/message/update_content",
    "POST /mail/partner/from_email",
    "POST /mail/thread/recipients",
    "POST /mail/thread/recipients/get_suggested_recipients",
    "POST /web_editor/attachment/add_url",
    "POST /web_editor/save_library_media",
)
_CALLS_BY_ANY_VERB = (
    "/html_editor/generate_text",
    "/html_editor/media_library_search",
    "/mail/message/translate",
    "/web/domain/validate",
    "/web_editor/generate_text",
)
_AVATAR = (
    "/mail/avatar/mail.message/<int:res_id>/author_avatar/<int:width>x<int:height>"
)
_AVATAR_OF_NONE = "/mail/avatar/mail.message/{absent}/author_avatar/50x50"

ROWS = {
    **{route: {route.split(" ")[1]: _NO_CALL} for route in _CALLS},
    **{
        f"{verb} {path}": {path: _NO_CALL}
        for path in _CALLS_BY_ANY_VERB
        for verb in ("GET", "POST")
    },
    "GET /mail/view": {
        "/mail/view": _WAY_IN,
        "/mail/view?model=customer.portal.document&res_id={shared}": (
            "login 303 303 home 303 303 303"
        ),
        "/mail/view?message_id={absent}": _WAY_IN,
    },
    "POST /mail/view": {"/mail/view": "login home home home 303 303 303"},
    f"GET {_AVATAR}": {_AVATAR_OF_NONE: "200 200 200 200 200 200 200"},
    f"POST {_AVATAR}": {_AVATAR_OF_NONE: "200 200 200 200 200 200 200"},
}
