"""Rows of the route matrix for customer_portal_shares, and the shares that they name."""

from odoo.fields import Command

_EVERYONE = "200 200 200 200 200 200 200"
_NO_ONE = "404 404 404 404 404 404 404"
_RECIPIENT = "login 200 404 404 404 200 404"
_NOT_ALLOWED = "403 403 403 403 403 403 403"
_ASKED = "401 401 401 401 401 401 401"
_SPENT = "410 410 410 410 410 410 410"
_CLOSED = {
    "{inactive}": _NO_ONE,
    "{expired}": _NO_ONE,
    "{unknown}": _NO_ONE,
    "%C3%A9": _NO_ONE,
    "%00": _NO_ONE,
}


def _at(rest, rows):
    """Return the rows of one path below a share's."""
    return {f"/share/{key}{rest}": answers for key, answers in rows.items()}


ROWS = {
    "GET /my/shares": {
        "/my/shares": "login 200 200 200 200 200 200",
        "/my/shares?filterby=calendars&sortby=name&search=x": (
            "login 200 200 200 200 200 200"
        ),
        "/my/shares?filterby=%C3%A9&sortby=zzz&search=%25": (
            "login 200 200 200 200 200 200"
        ),
    },
    "GET /my/shares/page/<int:page>": {
        "/my/shares/page/1": "login 200 200 200 200 200 200",
        "/my/shares/page/0": "login 400 400 400 400 400 400",
        "/my/shares/page/99999999999999999999": "login 200 200 200 200 200 200",
    },
    "GET /share/<string:token>": _at(
        "",
        {
            "{web}": _EVERYONE,
            "{web}?page=&received=x": _EVERYONE,
            "{web}?page=x": "400 400 400 400 400 400 400",
            "{secured}": _RECIPIENT,
            "{protected}": _ASKED,
            "{drop}": _EVERYONE,
            "{view_only}": _EVERYONE,
            "{spent}": _EVERYONE,
            **_CLOSED,
        },
    ),
    "POST /share/<string:token>": _at(
        "",
        {
            "{web}": "303 303 303 303 303 303 303",
            "{secured}": "login 303 404 404 404 303 404",
            **_CLOSED,
        },
    ),
    "GET /share/<string:token>/document/<int:document_id>": {
        **_at(
            "/document/{shared}",
            {
                "{web}": _EVERYONE,
                "{secured}": _RECIPIENT,
                "{protected}": _ASKED,
                "{drop}": _NOT_ALLOWED,
                "{view_only}": _NOT_ALLOWED,
                "{spent}": _SPENT,
                **_CLOSED,
            },
        ),
        **_at(
            "/document/{shared}?download=1",
            {
                "{web}": _EVERYONE,
                "{secured}": _RECIPIENT,
                "{protected}": _ASKED,
                "{drop}": _NOT_ALLOWED,
                "{view_only}": _NOT_ALLOWED,
                "{spent}": _SPENT,
                **_CLOSED,
            },
        ),
        "/share/{web}/document/{in_open_folder}": _EVERYONE,
        "/share/{web}/document/{in_closed_folder}": _NO_ONE,
        "/share/{web}/document/{private}": _NO_ONE,
        "/share/{web}/document/{archived}": _NO_ONE,
        "/share/{web}/document/{other_company}": _NO_ONE,
        "/share/{web}/document/{absent}": _NO_ONE,
    },
    "GET /share/<string:token>/document/<int:document_id>/preview": {
        **_at(
            "/document/{shared}/preview",
            {
                "{web}": _EVERYONE,
                "{secured}": _RECIPIENT,
                "{protected}": _ASKED,
                "{drop}": _NOT_ALLOWED,
                "{view_only}": _NOT_ALLOWED,
                **_CLOSED,
            },
        ),
        "/share/{web}/document/{private}/preview": _NO_ONE,
        "/share/{web}/document/{absent}/preview": _NO_ONE,
    },
    "GET /share/<string:token>/folder/<int:folder_id>": {
        **_at(
            "/folder/{open_folder}",
            {
                "{web}": _EVERYONE,
                "{secured}": _RECIPIENT,
                "{protected}": _ASKED,
                "{drop}": _NOT_ALLOWED,
                **_CLOSED,
            },
        ),
        "/share/{web}/folder/{closed_folder}": _NO_ONE,
        "/share/{web}/folder/{absent}": _NO_ONE,
    },
    "GET /share/<string:token>/zip": {
        **_at(
            "/zip",
            {
                "{web}": _EVERYONE,
                "{secured}": _RECIPIENT,
                "{protected}": _ASKED,
                "{drop}": _NOT_ALLOWED,
                "{view_only}": _NOT_ALLOWED,
                "{spent}": _SPENT,
                **_CLOSED,
            },
        ),
        "/share/{web}/zip?folder={open_folder}": _EVERYONE,
        "/share/{web}/zip?folder={closed_folder}": _NO_ONE,
        "/share/{web}/zip?folder={absent}": _NO_ONE,
    },
    "POST /share/<string:token>/upload": {
        **_at(
            "/upload",
            {
                "{drop}": "303 303 303 303 303 303 303",
                "{web}": _NOT_ALLOWED,
                "{secured}": "login 403 404 404 404 403 404",
                "{protected}": _ASKED,
                **_CLOSED,
            },
        ),
    },
}
ID_PARAMETERS = {"GET /share/<string:token>/zip": ("folder",)}


def create_records(case):
    """Return the tokens of the shares that the rows name.

    :param case: the test case's class, with the documents' ids
    """
    Share = case.env["customer.portal.share"].with_user(case.document_user)
    document, folder = case.ids["shared"], case.ids["open_folder"]
    items = [
        Command.create({"res_model": "customer.portal.document", "res_id": document}),
        Command.create({"res_model": "customer.portal.folder", "res_id": folder}),
    ]
    secured = {"access": "secured", "user_ids": [Command.link(case.owner.id)]}
    kinds = {
        "web": {},
        "secured": secured,
        "protected": {"password": "correct horse"},
        "drop": {"allow_download": False, "allow_upload": True},
        "view_only": {"allow_download": False},
        "spent": {"download_limit": 1},
        "inactive": {"active": False},
        "expired": {"expiration_date": "2020-01-01"},
    }
    tokens = {"unknown": "x" * 43}
    for name, vals in kinds.items():
        share = Share.create({"name": name, "item_ids": items, **vals}).sudo()
        # the first visit writes this, beside the log
        share.first_access_date = share.create_date
        tokens[name] = share.token
        if name == "spent":
            share.download_count = 1
    return tokens
