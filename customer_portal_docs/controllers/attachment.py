"""Odoo's own doors for files, held to what our upload page holds to."""

from werkzeug.datastructures import FileStorage

from odoo.http import request, route

from odoo.addons.mail.controllers.attachment import AttachmentController
from odoo.addons.web.controllers.binary import Binary

from ..exceptions import InvalidInput
from ..tools.filenames import clean_filename
from ..tools.incoming import IncomingFile, UnreadFile
from ..tools.parsing import parse_digits
from .form_files import check_file, raise_storage_full
from .responses import MAX_ID, answering_json, not_found


class SafeAttachments(AttachmentController):
    """Files beside a message: of staff, of customers, and of who has a link."""

    @route(
        portal_upload="_get_attachment_max_bytes",
        portal_upload_files=1,
        portal_upload_field="ufile",
        max_content_length=None,
    )
    def mail_attachment_upload(
        self, ufile=None, thread_id=None, thread_model=None, is_pending=False, **params
    ):
        if not _is_thread(thread_model, thread_id):
            not_found()
        with answering_json():
            file = _get_unread_file(ufile)
            if not request.env.user._is_internal():
                _check_portal_attachment(self, thread_model, thread_id, file, params)
        return super().mail_attachment_upload(
            file, thread_id, thread_model, is_pending, **params
        )

    def _get_attachment_max_bytes(self):
        # which record it is for, and so which company's settings hold, is known when all is read
        if request.env.user._is_internal():
            return 0
        return request.env["res.company"]._get_portal_largest_max_bytes()


class SafeBinary(Binary):
    """Staff's way to give a file to any record; others have none here."""

    @route(methods=["POST"], portal_upload_field="ufile")
    def upload_attachment(self, model=None, id=None, ufile=None, callback=None):  # noqa: A002
        record_id = parse_digits(id, 10)
        is_known = model in request.env and record_id is not None
        is_known = is_known and record_id <= MAX_ID
        if not is_known or not ufile or not request.env.user._is_internal():
            not_found()
        return super().upload_attachment(model, id, ufile, callback)


def _is_thread(model, id_):
    # guests of a conversation send the number of a channel, others that of a record
    return (
        isinstance(model, str)
        and model in request.env
        and hasattr(request.env[model], "_get_thread_with_access")
        and 0 < (parse_digits(id_, 10) or 0) <= MAX_ID
    )


def _get_unread_file(ufile):
    incoming = ufile.stream if isinstance(ufile, FileStorage) else None
    if not isinstance(incoming, IncomingFile):
        message = request.env._("Please choose a file to upload.")
        raise InvalidInput(message, code="no_file")
    if incoming.error:
        raise_storage_full(incoming.error)
    return UnreadFile(clean_filename(ufile.filename), incoming)


def _check_portal_attachment(controller, thread_model, thread_id, file, params):
    """Let nothing in that a page of ours would not take either.

    :raise PortalRefusal: the file is not accepted
    :raise UserError: the record takes none now
    """
    thread = controller._get_thread_with_access_for_post(
        thread_model, thread_id, **params
    )
    if not thread:
        not_found()
    # sudo: mail.thread - its company and lock; the gate was passed
    thread_sudo = thread.sudo()
    thread_sudo._check_portal_attachment()
    company_sudo = thread_sudo._get_portal_attachment_company_sudo()
    check_file(file.filename, file.incoming, company_sudo)
    _count_portal_attachment(thread)


def _count_portal_attachment(thread):
    """Let a customer, or all who have a record's link, send so many files in an hour.

    :raise Throttled: these are too many
    """
    sender = request.env.uid
    if request.env.user._is_public():
        sender = f"{thread._name}:{thread.id}"
    message = request.env._(
        "You have sent too many files in a short time. Please wait a while and try again."
    )
    request.env["customer.portal.throttle"]._check(message, ("message_file", sender))
