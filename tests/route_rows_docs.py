"""Rows of the route matrix: what customers do with their own documents, and with several."""

_NOBODY = "login 404 404 404 404 404 404"
_OWNER = "login 303 404 404 404 404 404"

# what the owner put there, and not staff for the owner
_OWN = {
    "{own}": _OWNER,
    "{shared}": _NOBODY,
    "{strangers}": _NOBODY,
    "{in_open_folder}": _NOBODY,
    "{absent}": _NOBODY,
}


def _one(action):
    return {f"/my/documents/{key}/{action}": row for key, row in _OWN.items()}


def _several(action):
    return {
        **{f"/my/documents/{action}?ids={key}": row for key, row in _OWN.items()},
        f"/my/documents/{action}?ids={{own}},{{shared}}": _NOBODY,
        f"/my/documents/{action}": "login 400 400 400 400 400 400",
        f"/my/documents/{action}?ids=1;2": "login 400 400 400 400 400 400",
    }


ROWS = {
    "POST /my/documents/<int:document_id>/rename": _one("rename"),
    "POST /my/documents/<int:document_id>/details": {
        **_one("details"),
        "/my/documents/{own}/details?folder_id={open_folder}": _OWNER,
        "/my/documents/{own}/details?folder_id={closed_folder}": _NOBODY,
        "/my/documents/{own}/details?folder_id=x": _NOBODY,
    },
    "POST /my/documents/<int:document_id>/seen": {
        "/my/documents/{shared}/seen": "login 200 200 404 404 200 200",
        "/my/documents/{strangers}/seen": "login 404 404 200 404 200 200",
        "/my/documents/{absent}/seen": _NOBODY,
    },
    "POST /my/documents/uploaded": {
        "/my/documents/uploaded": "login 400 400 400 400 400 400",
        "/my/documents/uploaded?upload_key=%C3%A9": "login 400 400 400 400 400 400",
        "/my/documents/uploaded?upload_key=none-of-these": (
            "login 200 200 200 200 200 200"
        ),
    },
    "POST /my/documents/seen": {"/my/documents/seen": "login 303 303 303 303 303 303"},
    "GET /my/documents/zip": {
        "/my/documents/zip?ids={shared}": "login 200 200 404 404 200 200",
        "/my/documents/zip?ids={shared},{in_open_folder}": (
            "login 200 200 404 404 200 200"
        ),
        "/my/documents/zip?ids={private}": "login 200 404 404 404 200 200",
        "/my/documents/zip?ids={shared},{strangers}": "login 404 404 404 404 200 200",
        "/my/documents/zip?ids={absent}": _NOBODY,
        "/my/documents/zip?ids=0": _NOBODY,
        "/my/documents/zip": "login 400 400 400 400 400 400",
        "/my/documents/zip?ids=": "login 400 400 400 400 400 400",
        "/my/documents/zip?ids=1,": "login 400 400 400 400 400 400",
        "/my/documents/zip?ids=1,x": "login 400 400 400 400 400 400",
        "/my/documents/zip?ids=%C3%A9": "login 400 400 400 400 400 400",
    },
    "POST /my/documents/move": {
        **_several("move"),
        "/my/documents/move?ids={own}&folder_id={open_folder}": _OWNER,
        "/my/documents/move?ids={own}&folder_id={closed_folder}": _NOBODY,
        "/my/documents/move?ids={own}&folder_id={absent}": _NOBODY,
    },
    # last: what is withdrawn is there no more
    "POST /my/documents/<int:document_id>/withdraw": {
        key.replace("{own}", "{own_to_withdraw}"): row
        for key, row in _one("withdraw").items()
    },
    "POST /my/documents/withdraw": {
        key.replace("{own}", "{own_to_withdraw_too}"): row
        for key, row in _several("withdraw").items()
        if key != "/my/documents/withdraw?ids={own},{shared}"
    },
}


def create_records(case):
    """Return the ids of documents that the owner put there."""
    names = ("own", "own_to_withdraw", "own_to_withdraw_too")
    documents = (
        case.env["customer.portal.document"]
        .with_user(case.owner)
        .sudo()
        .create(
            [
                {
                    "name": name,
                    "partner_id": case.owner.partner_id.id,
                    "attachment_id": case._create_attachment().id,
                }
                for name in names
            ]
        )
    )
    return dict(zip(names, documents.ids, strict=True))
