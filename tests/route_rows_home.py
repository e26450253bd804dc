"""Rows of the route matrix: the home of the portal."""

_ALL = "login 200 200 200 200 200 200"

ROWS = {
    "GET /my": {"/my": _ALL},
    "GET /my/home": {"/my/home": _ALL},
    "POST /my/home/seen": {"/my/home/seen": "login 204 204 204 204 204 204"},
}
