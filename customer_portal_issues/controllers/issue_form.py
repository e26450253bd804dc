"""The forms of issues: what was typed, and the files that come with it."""

from odoo.http import request

from odoo.addons.customer_portal_docs.controllers.form_files import (
    find_kept_files,
    get_accept,
    get_files,
    keep_files,
)
from odoo.addons.customer_portal_docs.exceptions import InvalidInput, PortalRefusal
from odoo.addons.customer_portal_docs.tools.filesizes import format_size
from odoo.addons.customer_portal_docs.tools.refusals import told_beside

#: A form may be as big as that many of the largest files.
MAX_FORM_FILES = 10
#: What programs are told of a field.
FIELD_JSON_KEYS = ("key", "label", "type", "required", "max_length", "value")


def get_typed_values(params, binder_sudo, is_visitor):
    """Return what was typed into the form of a binder, as the form reads it.

    :return: dict of str, or of list of str where several may be ticked
    """
    typed = {key: value for key, value in params.items() if isinstance(value, str)}
    sent = request.httprequest.form
    for key in binder_sudo._get_portal_list_keys(is_visitor):
        if key in sent:
            typed[key] = sent.getlist(key)
    return typed


def prepare_issue_file_values(company_sudo):
    """Return what a form says of the files it takes.

    :param company_sudo: that the issue or the binder belongs to
    """
    company_sudo._fetch_portal_settings()
    return {
        "accept": get_accept(company_sudo),
        "max_size": format_size(company_sudo._get_portal_document_max_bytes()),
    }


def get_kept_for(team_sudo):
    """Return what the files of a binder's form are kept for until it comes again."""
    return f"issue:{team_sudo.id}"


def read_issue(team_sudo, parse):
    """Return the files of a form, and the values of its issue.

    :param parse: callable from whether there are files to the values, and what is wrong
        with them by field
    :return: list of (str file name, :class:`IncomingFile`), dict
    :raise PortalRefusal: with all that is wrong
    """
    company_sudo = team_sudo._get_portal_company_sudo()
    with told_beside("attachments"):
        files, refusal = _get_kept_issue_files(team_sudo, company_sudo)
    vals, errors = parse(bool(files or refusal))
    if refusal:
        refusal.errors = {**errors, "attachments": refusal.message}
        refusal.message = " ".join(dict.fromkeys(refusal.errors.values()))
        raise refusal
    if errors:
        raise InvalidInput(errors=errors)
    return files, vals


def _get_kept_issue_files(team_sudo, company_sudo):
    """Return the files of a form, and those that it had brought before.

    :return: list of (str file name, :class:`IncomingFile`), and the refusal that says what
        is wrong with them, or None
    """
    files, shown = find_kept_files(get_kept_for(team_sudo))
    request.portal_kept_files, request.portal_new_files = shown, []
    try:
        new = get_optional_issue_files("attachments", company_sudo)
    except PortalRefusal as refusal:
        if refusal.code == "unexpected_file":
            raise
        request.portal_new_files = refusal.accepted_files
        return files, refusal
    request.portal_new_files = new
    return files + new, None


def keep_issue_files(team_sudo):
    """Keep the files that were fine, for when the form comes again."""
    new = getattr(request, "portal_new_files", ())
    if new:
        kept = keep_files(new, get_kept_for(team_sudo))
        request.portal_kept_files += kept
        request.portal_are_files_kept = bool(kept)


def get_optional_issue_files(field, company_sudo):
    """Return the files of a form that need not have any, each checked.

    :param company_sudo: whose settings say what is accepted
    """
    parts = request.httprequest.files
    chosen = any(part.filename for part in parts.getlist(field))
    if not chosen and not set(parts) - {field}:
        return []
    files = get_files(field, company_sudo)
    if any(incoming.is_too_big for _filename, incoming in files):
        # read when nothing said yet who sends it, and not kept
        message = request.env._("The file was not kept. Please send it again.")
        raise InvalidInput(message, code="file_not_kept")
    return files


def prepare_issue_form_values(binder_sudo, params, errors, *, is_visitor):
    """Return what the fields of a form need, of either form."""
    return {
        "binder": binder_sudo,
        "form_fields": binder_sudo._get_portal_form(params, errors, is_visitor),
        "form_error": errors.get(""),
        "has_errors": bool(errors),
        # a browser does not send them once more by itself
        "had_files": any(part.filename for part in request.httprequest.files.values())
        and not getattr(request, "portal_are_files_kept", False),
        "kept_files": getattr(request, "portal_kept_files", []),
        "format_size": format_size,
        **prepare_issue_file_values(binder_sudo._get_portal_company_sudo()),
    }


def make_form_response(values, **more):
    """Answer a program with what a form asks for.

    :param dict values: of its page, see :func:`prepare_issue_form_values`
    :param more: what has to be sent besides
    """
    fields = [
        {
            **{key: field[key] for key in FIELD_JSON_KEYS},
            "options": [
                {"value": value, "label": label} for value, label in field["options"]
            ],
        }
        for field in values["form_fields"]
    ]
    return request.make_json_response({"fields": fields, **more})
