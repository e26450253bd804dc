"""Rows of the route matrix: the home of the portal, and its logo."""

_ALL = "login 200 200 200 200 200 200"

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
}
