"""The rows of document requests in the matrix of routes and roles.

They are to the ``owner``, whose colleague sees what is not for the contact alone; and to a contact
without a login, by a personal link.
"""

import base64

from odoo.fields import Command

_ALL, _NOBODY = "login 200 200 200 200 200 200", "login 404 404 404 404 404 404"
_MALFORMED = "login 400 400 400 400 400 400"
_EVERYONE, _NO_ONE = "200 200 200 200 200 200 200", "404 404 404 404 404 404 404"
_STAFF = "login 404 404 404 404 200 200"
_LINES = "/my/requests/<int:request_id>/lines/<int:line_id>/form"

ROWS = {
    "GET /my/requests": {
        "/my/requests": _ALL,
        "/my/requests?sortby=zzz&filterby=zzz&search=%25%00": _ALL,
    },
    "GET /my/requests/page/<int:page>": {
        "/my/requests/page/1": _ALL,
        "/my/requests/page/0": _MALFORMED,
        "/my/requests/page/99999999999999999999": _ALL,
    },
    "GET /my/requests/<int:request_id>": {
        "/my/requests/{request}": "login 200 200 404 404 200 200",
        "/my/requests/{request}?done=zzz&received=x": "login 200 200 404 404 200 200",
        "/my/requests/{private_request}": "login 200 404 404 404 200 200",
        "/my/requests/{draft_request}": _STAFF,
        "/my/requests/{guest_request}": _STAFF,
        "/my/requests/{guest_request}?access_token={request_key}": _EVERYONE,
        "/my/requests/{request}?access_token={request_key}": "404 200 200 404 404 200 200",
        "/my/requests/{request}?access_token=%C3%A9": "404 200 200 404 404 200 200",
        "/my/requests/{absent}?access_token={request_key}": _NO_ONE,
        "/my/requests/{absent}": _NOBODY,
    },
    f"GET {_LINES}": {
        "/my/requests/{request}/lines/{request_line}/form": "login 200 200 404 404 200 200",
        "/my/requests/{request}/lines/{guest_line}/form": _NOBODY,
        "/my/requests/{guest_request}/lines/{guest_line}/form?access_token={request_key}": _NO_ONE,
        "/my/requests/{request}/lines/{absent}/form": _NOBODY,
        "/my/requests/{absent}/lines/{request_line}/form": _NOBODY,
    },
    "GET /my/requests/<int:request_id>/attachments/<int:attachment_id>": {
        "/my/requests/{request}/attachments/{question_file}": "login 200 200 404 404 200 200",
        "/my/requests/{guest_request}/attachments/{question_file}": _NOBODY,
        "/my/requests/{guest_request}/attachments/{question_file}?access_token={request_key}": _NO_ONE,
        "/my/requests/{request}/attachments/{absent}": _NOBODY,
        "/my/requests/{absent}/attachments/{question_file}": _NOBODY,
    },
    "POST /my/requests/<int:request_id>": {
        "/my/requests/{request}": "login 400 400 404 404 400 400",
        "/my/requests/{request}?request_line_id={request_line}": "login 303 303 404 404 303 303",
        "/my/requests/{request}?request_line_id={guest_line}": _NOBODY,
        "/my/requests/{request}?request_line_id=x": _NOBODY,
        "/my/requests/{guest_request}?access_token={request_key}&request_line_id={guest_line}": (
            "303 303 303 303 303 303 303"
        ),
        "/my/requests/{request}?access_token={request_key}&request_line_id={request_line}": (
            "404 303 303 404 404 303 303"
        ),
        "/my/requests/{absent}": _NOBODY,
    },
    "POST /my/documents/<int:document_id>/acknowledge": {
        "/my/documents/{to_accept}/acknowledge": "login 303 303 404 404 403 403",
        "/my/documents/{shared}/acknowledge": "login 400 400 404 404 403 403",
        "/my/documents/{strangers}/acknowledge": "login 404 404 400 404 403 403",
        "/my/documents/{absent}/acknowledge": _NOBODY,
        "/my/documents/{to_accept}/acknowledge?version=x": _NOBODY,
    },
    "GET /customer_portal_docs/acknowledgements/<int:document_id>.csv": {
        "/customer_portal_docs/acknowledgements/{to_accept}.csv": _STAFF,
        "/customer_portal_docs/acknowledgements/{absent}.csv": _NOBODY,
    },
}


def create_records(case):
    """Make what the rows ask for; return the values of their placeholders.

    :param case: a class with the personas of the suite
    """
    Request = case.env["customer.portal.request"].with_user(case.document_user)
    guest = case.env["res.partner"].create(
        {"name": "Gus Berg", "email": "gus@example.com"}
    )

    def create(partner, **vals):
        return Request.create(
            {
                "name": "Accounts",
                "partner_id": partner.id,
                "line_ids": [Command.create({"name": "Ledger"})],
                **vals,
            }
        )

    owner = case.owner.partner_id
    shared, private, draft = (
        create(owner),
        create(owner, visibility="contact"),
        create(owner),
    )
    by_link = create(guest)
    shared.line_ids.write(
        {"form_file": base64.b64encode(b"form"), "form_filename": "form.txt"}
    )
    (shared | private | by_link).action_send()
    Attachment = case.env["ir.attachment"].with_user(case.document_user)
    question_file = Attachment.create({"name": "question.txt", "raw": b"question"})
    shared.message_post(
        body="Like this?",
        attachment_ids=question_file.ids,
        subtype_xmlid="mail.mt_comment",
    )
    return {
        "question_file": question_file.id,
        "to_accept": case._create_document(case.owner, acknowledgement=True).id,
        "request": shared.id,
        "request_line": shared.line_ids.id,
        "private_request": private.id,
        "draft_request": draft.id,
        "guest_request": by_link.id,
        "guest_line": by_link.line_ids.id,
        "request_key": by_link._get_link_sudo()._get_token(),
    }
