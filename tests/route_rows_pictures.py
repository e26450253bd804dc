"""Rows of the route matrix for pages of documents as pictures, in the portal and below shares."""

import route_rows_shares

# what may be seen redirects to the icon of its kind, or says that it cannot be shown: the small
# PDF of the matrix has no page
_THUMBNAILS = {
    "{shared}": "login 303 303 404 404 303 303",
    "{private}": "login 303 404 404 404 303 303",
    "{strangers}": "login 404 404 303 404 303 303",
    "{in_open_folder}": "login 303 303 404 404 303 303",
    "{in_closed_folder}": "login 404 404 404 404 303 303",
    "{other_company}": "login 404 404 404 404 404 404",
    "{absent}": "login 404 404 404 404 404 404",
}
_NOBODY = "login 404 404 404 404 404 404"
_NOT_ALLOWED, _ASKED = route_rows_shares._NOT_ALLOWED, route_rows_shares._ASKED
_NO_ONE, _EVERYONE = route_rows_shares._NO_ONE, route_rows_shares._EVERYONE
_RECIPIENT, _CLOSED = route_rows_shares._RECIPIENT, route_rows_shares._CLOSED
_UNSHOWN = "415 415 415 415 415 415 415"
_ICON = "303 303 303 303 303 303 303"

ROWS = {
    "GET /my/documents/<int:document_id>/thumbnail": {
        **{f"/my/documents/{key}/thumbnail": row for key, row in _THUMBNAILS.items()},
        "/my/documents/{shared}/thumbnail?access_token={token}": _ICON,
        "/my/documents/{absent}/thumbnail?access_token={token}": _NO_ONE,
    },
    "GET /my/documents/<int:document_id>/page/<int:page>": {
        "/my/documents/{shared}/page/1": "login 415 415 404 404 415 415",
        "/my/documents/{absent}/page/1": _NOBODY,
        "/my/documents/{shared}/page/1?width=7": _NOBODY,
        "/my/documents/{shared}/page/1?access_token={token}": _UNSHOWN,
    },
    "GET /share/<string:token>/document/<int:document_id>/thumbnail": {
        **route_rows_shares._at(
            "/document/{shared}/thumbnail",
            {
                "{web}": _ICON,
                "{view_only}": _ICON,
                "{secured}": "login 303 404 404 404 303 404",
                "{protected}": _ASKED,
                "{drop}": _NOT_ALLOWED,
                "{spent}": _ICON,
                **_CLOSED,
            },
        ),
        "/share/{web}/document/{private}/thumbnail": _NO_ONE,
        "/share/{web}/document/{absent}/thumbnail": _NO_ONE,
    },
    "GET /share/<string:token>/document/<int:document_id>/pages": {
        **route_rows_shares._at(
            "/document/{shared}/pages",
            {
                "{web}": _EVERYONE,
                "{view_only}": _EVERYONE,
                "{secured}": _RECIPIENT,
                "{protected}": _ASKED,
                "{drop}": _NOT_ALLOWED,
                "{spent}": _NO_ONE,
                **_CLOSED,
            },
        ),
        "/share/{view_only}/document/{private}/pages": _NO_ONE,
        "/share/{view_only}/document/{absent}/pages": _NO_ONE,
    },
    "GET /share/<string:token>/document/<int:document_id>/page/<int:page>": {
        **route_rows_shares._at(
            "/document/{shared}/page/1",
            {
                "{web}": _UNSHOWN,
                "{view_only}": _UNSHOWN,
                "{protected}": _ASKED,
                "{drop}": _NOT_ALLOWED,
                **_CLOSED,
            },
        ),
        "/share/{view_only}/document/{private}/page/1": _NO_ONE,
        "/share/{view_only}/document/{absent}/page/1": _NO_ONE,
    },
}
