"""Rows of the route matrix: Odoo's routes of discussions, which ``test_thread_doors.py`` tries.

Those that are calls answer 415 to a form: it is not what they are asked with.
"""

_NO_CALL = "415 415 415 415 415 415 415"
_WAY_IN = "login home home home 303 303 303"

_CALLS = (
    "POST /mail/link_preview",
    "POST /mail/link_preview/hide",
    "POST /mail/message/post",
    "POST /mail/message/translate",
    "POST /mail/message/update_content",
    "POST /mail/partner/from_email",
    "POST /mail/thread/recipients",
    "POST /mail/thread/recipients/get_suggested_recipients",
)
_AVATAR = (
    "/mail/avatar/mail.message/<int:res_id>/author_avatar/<int:width>x<int:height>"
)
_AVATAR_OF_NONE = "/mail/avatar/mail.message/{absent}/author_avatar/50x50"

ROWS = {
    **{route: {route.split(" ")[1]: _NO_CALL} for route in _CALLS},
    "GET /mail/message/translate": {"/mail/message/translate": _NO_CALL},
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
