"""Odoo's generic routes of discussions, for people outside.

The doors, and what keeps each shut (``test_thread_doors.py`` tries them all):

- ``/mail/data``, ``/mail/action`` of a ``mail.thread``: people outside are told the name
- ``/mail/thread/messages``, ``/mail/chatter_fetch``, ``/portal/chatter_init``: public messages,
  with names; keys of links only where the page takes part by these routes
- ``/mail/thread/recipients*``, ``/mail/partner/from_email``: nobody outside addresses mails
- ``/mail/thread/subscribe``, ``…/unsubscribe``, ``/mail/read_subscription_data``: core's rights,
  and :meth:`mail.thread.message_subscribe`
- ``/mail/message/post``: the one method of people outside, with the limit of the page
- ``/mail/message/update_content``, ``/mail/message/reaction``: public messages; text, files, emoji
- ``/mail/message/translate``, ``/mail/link_preview*``: staff only, each asks another server; so do
  some of the editor: ``editor.py``
- ``/mail/message/<id>``, ``/mail/view``: a way to what the user may see, and no hint of the rest
- ``/mail/avatar/mail.message/…``: of who wrote a public message
- ``/mail/attachment/*``: core asks for the file's own key or rights, which customers have none of;
  ``upload`` is judged with the other uploads
- ``/mail/inbox|history|starred/messages``, ``/mail/update_is_internal``: messages that may be read
  or, not by people outside, written
- ``/discuss/*``, ``/mail/rtc/*``, ``/mail/guest/*``: channels of Discuss, none of ours
"""

from markupsafe import Markup
from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from odoo.addons.mail.controllers.google_translate import GoogleTranslateController
from odoo.addons.mail.controllers.link_preview import LinkPreviewController
from odoo.addons.mail.controllers.webclient import WebclientController
from odoo.addons.mail.tools.discuss import Store
from odoo.addons.portal.controllers.mail import MailController
from odoo.addons.portal.controllers.message_reaction import (
    PortalMessageReactionController,
)
from odoo.addons.portal.controllers.portal_thread import PortalChatter
from odoo.addons.portal.controllers.thread import PortalThreadController
from odoo.addons.portal.utils import get_portal_partner

from ..tools.parsing import parse_digits
from .responses import MAX_ID

#: The largest side of a picture that is asked for.
MAX_PIXELS = 4096


def is_outsider():
    """Tell whether the request is of a customer or visitor."""
    return not request.env.user._is_internal()


def check_staff():
    """Refuse what is for staff alone.

    :raise NotFound: the request is of a customer or visitor
    """
    if is_outsider():
        raise NotFound()


def is_portal_thread(name):
    """Tell whether a model, by whatever a client called it, has a discussion of ours."""
    names = request.env["mail.message"]._get_portal_discussed_models()
    return isinstance(name, str) and name in names


class SafeMailController(MailController):
    @classmethod
    def _redirect_to_record(cls, model, res_id, access_token=None, **kwargs):
        # core compares keys with consteq, which takes ASCII only
        if not isinstance(access_token, str) or not access_token.isascii():
            access_token = None
        return super()._redirect_to_record(model, res_id, access_token, **kwargs)

    @http.route()
    def mail_action_view(self, model=None, res_id=None, access_token=None, **kwargs):
        # core tells of each message which record it is about
        if kwargs.get("message_id") and is_outsider():
            message_id = parse_digits(kwargs.pop("message_id"))
            message = request.env["mail.message"].search([("id", "=", message_id)])
            model, res_id = message.model, message.res_id
        return super().mail_action_view(model, res_id, access_token, **kwargs)


class SafeThreadController(
    PortalThreadController,
    PortalMessageReactionController,
    PortalChatter,
    WebclientController,
):
    # -- what people outside are told of a record

    @classmethod
    def _process_request_for_all(cls, store, name, params):
        if name == "mail.thread" and is_outsider():
            # projects and tasks alike: its files are those of all notes, and who follows it
            asked = params.get("request_list") or []
            told = [each for each in asked if each == "display_name"]
            if params.get("thread_model") != "discuss.channel":
                params = {**params, "request_list": told}
        return super()._process_request_for_all(store, name, params)

    # -- what people outside write

    @http.route()
    def mail_message_post(
        self, thread_model, thread_id, post_data, context=None, **kwargs
    ):
        if not is_outsider() or thread_model == "discuss.channel":
            return super().mail_message_post(
                thread_model, thread_id, post_data, context=context, **kwargs
            )
        if not is_portal_thread(thread_model):
            _check_kind_of_message(post_data)
            return super().mail_message_post(
                thread_model, thread_id, post_data, **kwargs
            )
        request.env["mail.thread"]._check_outsider_params(post_data)
        thread = self._get_thread_with_access_for_post(
            thread_model, thread_id, **kwargs
        )
        if not thread:
            raise NotFound()
        message = _post_for_outsider(thread, post_data, kwargs)
        # sudo: mail.message - who posted it sees what became of it
        data = Store().add(message.sudo()).get_result()
        return {"store_data": data, "message_id": message.id}

    @http.route()
    def mail_message_update_content(self, message_id, update_data, **kwargs):
        if is_outsider() and _get_message_model(message_id) != "discuss.channel":
            Thread = request.env["mail.thread"]
            Thread._check_outsider_params(update_data)
            body = update_data.get("body") or ""
            Thread._check_outsider_body(body)
            Key = request.env["customer.portal.link.key"]
            update_data = {**update_data, "body": Key._remove(body)}
        return super().mail_message_update_content(message_id, update_data, **kwargs)

    @classmethod
    def _can_edit_message(cls, message, **kwargs):
        partner = _get_partner_of_key(cls, message, kwargs)
        return bool(partner and message.sudo().author_id == partner) or (
            super()._can_edit_message(message)
            if is_portal_thread(message.sudo().model)
            else super()._can_edit_message(message, **kwargs)
        )

    def _get_reaction_author(self, message, **kwargs):
        if partner := _get_partner_of_key(self, message, kwargs):
            return partner, request.env["mail.guest"]
        if is_portal_thread(message.sudo().model):
            kwargs = {}
        return super()._get_reaction_author(message, **kwargs)

    # -- whom mails are addressed to: nobody outside sends any

    @http.route()
    def mail_thread_recipients(self, thread_model, thread_id, message_id=None):
        check_staff()
        return super().mail_thread_recipients(
            thread_model, thread_id, message_id=message_id
        )

    @http.route()
    def mail_thread_recipients_get_suggested_recipients(
        self, thread_model, thread_id, partner_ids=None, main_email=False
    ):
        check_staff()
        return super().mail_thread_recipients_get_suggested_recipients(
            thread_model, thread_id, partner_ids=partner_ids, main_email=main_email
        )

    @http.route()
    def mail_thread_partner_from_email(self, thread_model, thread_id, emails):
        check_staff()
        return super().mail_thread_partner_from_email(thread_model, thread_id, emails)

    # -- pictures

    @http.route()
    def portal_avatar(
        self,
        res_id=None,
        height=50,
        width=50,
        access_token=None,
        _hash=None,
        pid=None,
    ):
        # numbers that neither PostgreSQL nor a picture has
        if not 0 < int(res_id) <= MAX_ID or max(int(height), int(width)) > MAX_PIXELS:
            raise NotFound()
        # sudo: mail.message - whether there is one to show the author of; core fails where not
        message_sudo = request.env["mail.message"].sudo().browse(int(res_id)).exists()
        is_number = pid is None or parse_digits(pid) is not None
        if not message_sudo.model or message_sudo._is_for_staff() or not is_number:
            access_token = _hash = pid = None
        return super().portal_avatar(
            res_id=res_id,
            height=height,
            width=width,
            access_token=access_token,
            _hash=_hash,
            pid=pid,
        )


class SafeLinkPreview(LinkPreviewController):
    # the server fetches any address that stands in a message

    @http.route()
    def mail_link_preview(self, message_id):
        return None if is_outsider() else super().mail_link_preview(message_id)

    @http.route()
    def mail_link_preview_hide(self, message_link_preview_ids):
        if is_outsider():
            return None
        return super().mail_link_preview_hide(message_link_preview_ids)


class SafeTranslation(GoogleTranslateController):
    @http.route()
    def translate(self, message_id):
        check_staff()
        return super().translate(message_id)


def _post_for_outsider(thread, post_data, proof):
    body = Markup(post_data.get("body") or "")
    attachments_sudo = thread.sudo(False)._get_outsider_attachments_sudo(
        post_data.get("attachment_ids"), post_data.get("attachment_tokens")
    )
    if not body and not attachments_sudo:
        raise NotFound()
    thread = thread.sudo(False)
    if not request.env.user._is_public() and thread.has_access("read"):
        thread._check_outsider_access()
        thread._check_outsider_body(body)
        return thread._post_for_outsider(body, attachments_sudo)
    # sudo: the record - opened by its key
    partner = get_portal_partner(
        thread.sudo(), proof.get("hash"), proof.get("pid"), proof.get("token")
    )
    if not request.env.user._is_public():
        partner = request.env.user.partner_id
    if not partner:
        raise NotFound()
    writer = f"{thread._name}:{thread.id}:{partner.id}"
    return thread._post_by_key(body, attachments_sudo, partner, writer)


def _check_kind_of_message(data):
    kind = ("message_type", "subtype_xmlid")
    request.env["mail.thread"]._check_outsider_params(
        {name: data[name] for name in kind if name in data}
    )


def _get_message_model(message_id):
    # sudo: mail.message - which model it is of, to judge what was sent
    message_sudo = request.env["mail.message"].sudo().browse(int(message_id))
    return message_sudo.exists().model


def _get_partner_of_key(controller, message, proof):
    """Return whom a link makes of a visitor who comes with a record's key, sudoed."""
    # sudo: mail.message - of a thread that the key opened
    message_sudo = message.sudo()
    model = message_sudo.model
    if not request.env.user._is_public() or not is_portal_thread(model):
        return request.env["res.partner"]
    thread = controller._get_thread_with_access(model, message_sudo.res_id, **proof)
    if not thread:
        return request.env["res.partner"]
    # sudo: the record - opened by its key, just above
    return get_portal_partner(
        thread.sudo(), proof.get("hash"), proof.get("pid"), proof.get("token")
    )
