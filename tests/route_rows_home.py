"""Rows of the route matrix: the home of the portal, its logo, and the user's own address."""

_ALL = "login 200 200 200 200 200 200"

_DEAD = "login 410 410 410 410 410 410"
#: nobody's address waits to be confirmed
_REFUSED = "login 400 400 400 400 400 400"
_LOGO = "200 200 200 200 200 200 200"

ROWS = {
    **{
        f"GET {path}": {
            path: _LOGO,
            f"{path}?company={{absent}}": _LOGO,
            f"{path}?company=%C3%A9": _LOGO,
        }
        for path in ("/web/binary/company_logo", "/logo", "/logo.png")
    },
    "GET /my": {"/my": _ALL},
    "GET /my/home": {"/my/home": _ALL},
    "POST /my/home/seen": {"/my/home/seen": "login 204 204 204 204 204 204"},
    "GET /my/email": {
        "/my/email": _ALL,
        "/my/email?done=%00": _ALL,
        "/my/email?token=": _DEAD,
        "/my/email?token=x": _DEAD,
        "/my/email?token=%C3%A9": _DEAD,
        "/my/email?token=AQAA": _DEAD,
    },
    "POST /my/email/link": {"/my/email/link": _REFUSED},
    "POST /my/email/confirm": {
        "/my/email/confirm": _DEAD,
        "/my/email/confirm?token=x": _DEAD,
        "/my/email/confirm?token=%C3%A9": _DEAD,
    },
}
