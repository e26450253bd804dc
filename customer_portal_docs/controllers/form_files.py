"""The files of a form: what is accepted, and what is kept while the form is mended."""

import logging

from odoo.http import request

from ..exceptions import (
    InvalidInput,
    PortalRefusal,
    StorageFull,
    TooLarge,
    UnsupportedType,
)
from ..tools.filenames import clean_filename
from ..tools.filesizes import format_size
from ..tools.incoming import MAX_FILES
from .responses import wants_json

_logger = logging.getLogger(__name__)


def get_accept(company_sudo=None):
    """Return what a file field accepts, as its ``accept`` wants it.

    :param company_sudo: whose settings say so; the current company's if None
    """
    # sudo: res.company - the settings of the company
    company_sudo = company_sudo or request.env.company.sudo()
    extensions = company_sudo._get_portal_document_extensions()
    return ",".join(f".{extension}" for extension in extensions)


def get_limits(company_sudo=None):
    """Return what the template ``portal_file_limits`` and a file field tell of the settings.

    :param company_sudo: as above
    """
    # sudo: res.company - as above
    company_sudo = company_sudo or request.env.company.sudo()
    max_bytes = company_sudo._get_portal_document_max_bytes()
    return {
        "accept": get_accept(company_sudo),
        "extensions": company_sudo._get_portal_document_extensions(),
        "max_bytes": max_bytes,
        "max_size": format_size(max_bytes),
    }


def get_files(field, company_sudo=None):
    """Return the files of a form field, each checked.

    :param company_sudo: whose settings say what is accepted; the current company's if None
    :return: list of (str file name, :class:`IncomingFile`)
    :raise PortalRefusal: none, or one that is not accepted; it has those that are
    """
    parts = request.httprequest.files
    if set(parts) - {field}:
        message = request.env._(
            "A file was sent in a field that does not accept files."
        )
        raise InvalidInput(message, code="unexpected_file")
    files = [
        (clean_filename(part.filename), part.stream)
        for part in parts.getlist(field)
        if part.filename
    ]
    if not files:
        message = request.env._("Please choose a file to upload.")
        raise InvalidInput(message, code="no_file")
    # those that the form had brought before are as many more
    count = len(files) + len(_get_kept_keys())
    if count > MAX_FILES:
        message = request.env._(
            "These are %(count)s files. At most %(limit)s can be sent at a time: please send "
            "the others in a second form.",
            count=count,
            limit=MAX_FILES,
        )
        raise TooLarge(message, code="too_many_files")
    accepted, refusals = [], []
    for filename, incoming in files:
        try:
            check_file(filename, incoming, company_sudo)
            if not incoming.is_too_big:
                accepted.append((filename, incoming))
        except PortalRefusal as refusal:
            refusals.append(refusal)
    for refusal in refusals:
        refusal.accepted_files = accepted
        raise refusal
    return files


def find_kept_files(kept_for):
    """Return the files that the form had brought before, see :func:`keep_files`.

    :return: list of (str file name, :class:`IncomingFile`), and list of dicts as the form
        shows them
    """
    Upload = request.env["customer.portal.upload"]
    files, shown = [], []
    for key, upload_sudo in Upload._find_kept_sudo(_get_kept_keys(), kept_for).items():
        incoming = upload_sudo._get_incoming()
        files.append((upload_sudo.filename, incoming))
        shown.append({"key": key, "name": upload_sudo.filename, "size": incoming.size})
    return files, shown


def forget_kept_files(kept_for):
    """Forget them: they are stored."""
    Upload = request.env["customer.portal.upload"]
    for upload_sudo in Upload._find_kept_sudo(_get_kept_keys(), kept_for).values():
        upload_sudo._discard()


def _get_kept_keys():
    return list(dict.fromkeys(request.httprequest.form.getlist("kept")))


def keep_files(files, kept_for):
    """Keep files until their form comes again; where it cannot be, they are chosen again."""
    if wants_json():
        return []
    try:
        return request.env["customer.portal.upload"]._keep_files(files, kept_for)
    except OSError:
        _logger.warning("Files of a form could not be kept", exc_info=True)
        return []


def check_file(filename, incoming, company_sudo=None):
    """Refuse a file that came in and is not accepted.

    :param incoming: :class:`IncomingFile`
    :param company_sudo: whose settings say what is accepted; the current company's if None
    :raise PortalRefusal: it is not, or there is no room for it
    """
    if incoming.error:
        raise_storage_full(incoming.error)
    check_size(filename, incoming.size, company_sudo)
    check_type(filename, is_program=incoming.is_program, company_sudo=company_sudo)


def check_size(filename, size, company_sudo=None):
    """Refuse a file that is too big, or empty.

    :param int size: in bytes
    :raise PortalRefusal: it is
    """
    # sudo: res.company - the settings of the company
    company_sudo = company_sudo or request.env.company.sudo()
    max_bytes = company_sudo._get_portal_document_max_bytes()
    if size > max_bytes:
        message = request.env._(
            "“%(filename)s” is too big: %(size)s. The largest file accepted is %(limit)s. "
            "Please choose a smaller one and try again; contact us if the problem persists.",
            filename=filename,
            size=format_size(size),
            limit=format_size(max_bytes),
        )
        raise TooLarge(message)
    if not size:
        message = request.env._(
            "“%(filename)s” is empty. Please check the file and try again; "
            "contact us if the problem persists.",
            filename=filename,
        )
        raise InvalidInput(message, code="empty_file")


def check_type(filename, *, is_program, company_sudo=None):
    """Refuse a file of a type that is not accepted.

    :raise UnsupportedType: it is
    """
    # sudo: res.company - the settings of the company
    company_sudo = company_sudo or request.env.company.sudo()
    if not company_sudo._accepts_portal_document(filename, is_program=is_program):
        raise UnsupportedType(_get_type_message(filename, company_sudo))


def _get_type_message(filename, company_sudo):
    extensions = company_sudo._get_portal_document_extensions()
    if extensions:
        return request.env._(
            "“%(filename)s” is of a type that is not accepted here. Accepted: %(types)s. "
            "Please choose another file and try again; contact us if the problem persists.",
            filename=filename,
            types=", ".join(extensions),
        )
    return request.env._(
        "“%(filename)s” is a program or script; these are not accepted here. "
        "Please choose another file and try again; contact us if the problem persists.",
        filename=filename,
    )


def raise_storage_full(error):
    """Tell people that a file could not be stored, and the log why.

    :param OSError error: why
    :raise StorageFull: always
    """
    _logger.error("An upload could not be stored: %s", error)
    message = request.env._(
        "The file could not be stored on our side. Nothing was saved. "
        "Please try again; contact us if the problem persists."
    )
    raise StorageFull(message)
