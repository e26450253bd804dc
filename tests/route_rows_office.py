"""Rows of the route matrix: colleagues, of whom the ``owner`` takes care, and invitations."""

_NOBODY = "login 404 404 404 404 404 404"
_TRUSTED = "login 200 404 404 404 404 404"
_CHANGED = "login 303 404 404 404 404 404"
_EVERYONE = "200 200 200 200 200 200 200"

ROWS = {
    "GET /my/colleagues": {
        "/my/colleagues": _TRUSTED,
        "/my/colleagues?done=%00": _TRUSTED,
    },
    "GET /my/colleagues/page/<int:page>": {
        "/my/colleagues/page/1": _TRUSTED,
        "/my/colleagues/page/0": "login 400 404 404 404 404 404",
        "/my/colleagues/page/99999999999999999999": _TRUSTED,
    },
    "POST /my/colleagues/invite": {"/my/colleagues/invite": _CHANGED},
    "POST /my/colleagues/<int:user_id>/<string:act>": {
        "/my/colleagues/{workmate}/invite": _CHANGED,
        "/my/colleagues/{workmate}/deactivate": _CHANGED,
        "/my/colleagues/{workmate}/promote": _NOBODY,
        "/my/colleagues/{myself}/deactivate": _NOBODY,
        "/my/colleagues/{other_customer}/deactivate": _NOBODY,
        "/my/colleagues/{absent}/deactivate": _NOBODY,
        "/my/colleagues/99999999999999999999/deactivate": _NOBODY,
    },
    "POST /portal/invitation": {
        "/portal/invitation": _EVERYONE,
        "/portal/invitation?token=x": _EVERYONE,
        "/portal/invitation?token=%C3%A9": _EVERYONE,
    },
}


def create_records(case):
    """Return the accounts that the rows name.

    :param case: the test case's class, with its personas
    """
    case.owner.portal_is_administrator = True
    workmate = case._create_customer("test_workmate", case.brightwater)
    return {
        "workmate": workmate.id,
        "myself": case.owner.id,
        "other_customer": case.stranger.id,
    }
