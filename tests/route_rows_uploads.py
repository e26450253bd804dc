"""Rows of the route matrix: Odoo's own doors for files, which ask for more than a file."""

_NOBODY = "login 404 404 404 404 404 404"

ROWS = {
    "POST /mail/attachment/upload": {
        "/mail/attachment/upload": "404 404 404 404 404 404 404",
        "/mail/attachment/upload?thread_model=x&thread_id={shared}": (
            "404 404 404 404 404 404 404"
        ),
        # without the field that the file belongs in
        "/mail/attachment/upload?thread_model=customer.portal.document&thread_id={shared}": (
            "400 400 400 400 400 400 400"
        ),
    },
    "POST /web/binary/upload_attachment": {
        "/web/binary/upload_attachment": _NOBODY,
        "/web/binary/upload_attachment?model=customer.portal.document&id={shared}": _NOBODY,
    },
}
