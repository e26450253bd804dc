import re

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize, html2plaintext
from odoo.tools.misc import is_list_of

from ..exceptions import InvalidInput
from ..tools.mail_origin import MailOrigin
from ..tools.parsing import parse_digits

#: What somebody outside says of a message…
_OUTSIDER_PARAMS = frozenset({"body", "attachment_ids", "attachment_tokens"})
#: …what is the same for each of them, and so may be sent…
_OUTSIDER_FIXED = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
#: …and what Odoo's own pages send along, and nobody reads.
_OUTSIDER_IGNORED = frozenset({"email_add_signature", "partner_ids_mention_token"})
#: What nobody outside says of a message in a channel of Discuss, which members post in freely.
_MAILING_PARAMS = frozenset(
    {
        "email_layout_xmlid",
        "incoming_email_cc",
        "incoming_email_to",
        "mail_headers",
        "mail_server_id",
        "outgoing_email_to",
        "reply_to",
        "reply_to_force_new",
        "scheduled_date",
    }
)
#: Longest message of somebody outside, in characters as people count them.
MAX_BODY_LENGTH = 10_000
#: The same as HTML, in characters.
MAX_HTML_LENGTH = 50_000
#: What of the context goes along with a message of somebody outside.
_KEPT_CONTEXT = ("allowed_company_ids", "lang", "tz", "uid")
#: Context value of what Odoo itself posts while somebody outside changes a record. An object, so
#: that no client can send it.
_BY_ODOO = object()

#: Which mail servers' checks of senders are believed: their names, as they write them.
AUTHSERV_PARAMETER = "customer_portal_docs.mail_authserv_ids"


def _is_ours(thread, route):
    model = thread.env.get(route[0])
    return isinstance(model, thread.env.registry["customer.portal.thread.mixin"])


class MailThread(models.AbstractModel):
    """Who is no user of the company writes in discussions, by one method, and mails nobody.

    They follow what a page offers them to follow: to follow gives reading by the rules of many
    models, to a whole company by some: of tickets, projects, tasks. Core lets whoever may read a
    record follow it. A page that offers it, such as core's for shared tasks, asks its own gate
    first, and then as the superuser.

    Core lets who may read a record post on it with any values: recipients by address, senders,
    answers to elsewhere, templates; it mails them in the company's name. And any user may hand
    it a mail as if it had come in.
    """

    _inherit = "mail.thread"

    # -- who calls

    def _is_call_of_outsider(self):
        """Tell whether a client calls for a customer or visitor, and not Odoo's own code."""
        return (
            self.env.user.share
            and not self.env.su
            and self.env.context.get("portal_thread_caller") is not _BY_ODOO
        )

    def _called_by_odoo(self):
        return self.with_context(portal_thread_caller=_BY_ODOO)

    def _check_no_outsider(self):
        """Refuse what customers and visitors do not do.

        :raise AccessError: one of them calls
        """
        if self._is_call_of_outsider():
            raise AccessError(
                self.env._("You can only post messages in this discussion.")
            )

    # -- to follow

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        if self.env.user.share and not self.env.su:
            return False
        return super().message_subscribe(
            partner_ids=partner_ids, subtype_ids=subtype_ids
        )

    # -- to be pushed

    def _web_push_get_partners_parameters(self, partner_ids):
        devices, *keys = super()._web_push_get_partners_parameters(partner_ids)
        return devices._filter_staffs(), *keys

    # -- one method

    def message_post(self, **kwargs):
        # any client may send it, and who comes with a link is the superuser here
        if self.env.user.share and self.env.context.get("mail_post_autofollow"):
            self = self.with_context(mail_post_autofollow=None)
        if not self._is_call_of_outsider():
            return super().message_post(**kwargs)
        if self._name == "discuss.channel":
            if _MAILING_PARAMS & kwargs.keys():
                self._check_no_outsider()
            return super().message_post(**kwargs)
        self._check_outsider_params(kwargs)
        self._check_outsider_access()
        attachments_sudo = self._get_outsider_attachments_sudo(
            kwargs.get("attachment_ids"), kwargs.get("attachment_tokens")
        )
        body = str(kwargs.get("body") or "")
        self._check_outsider_body(body)
        return self._post_for_outsider(body, attachments_sudo)

    @api.model
    def _check_outsider_params(self, params):
        """Refuse values of a message that are not for people outside to say.

        :param dict params: as a client sent them
        :raise AccessError: there are some
        """
        refused = [
            name
            for name, value in params.items()
            if name not in _OUTSIDER_PARAMS | _OUTSIDER_IGNORED
            and value
            and _OUTSIDER_FIXED.get(name) != value
        ]
        if refused:
            raise AccessError(
                self.env._(
                    "You can send text and your own files here, but not: %(names)s",
                    names=", ".join(sorted(refused)),
                )
            )

    def _check_outsider_access(self):
        """Check that the current user may write in this discussion.

        :raise AccessError: not them, or not now
        """
        self.ensure_one()
        operations = self._mail_get_operation_for_mail_message_operation("create")
        self.check_access(operations[self] or "write")

    @api.model
    def _get_outsider_attachments_sudo(self, ids, tokens=None):
        """Return files that somebody outside has just uploaded, sudoed.

        :param ids: list of int, whatever a client named
        :param tokens: list of str, what tells for each that it is theirs, or None
        :raise AccessError: one of them is not theirs, or is elsewhere already
        """
        ids = ids or []
        tokens = tokens or [None] * len(ids)
        # sudo: ir.attachment - customers have no access of their own; whose it is, is asked here
        attachments_sudo = self.env["ir.attachment"].sudo()
        if is_list_of(ids, int) and len(tokens) == len(ids):
            attachments_sudo = attachments_sudo.browse(ids).exists()
        if len(attachments_sudo) != len(ids) or not all(
            self._is_outsiders_file(file_sudo, token)
            for file_sudo, token in zip(attachments_sudo, tokens, strict=True)
        ):
            raise AccessError(
                self.env._("You cannot send one of these files: it is not yours.")
            )
        return attachments_sudo

    @api.model
    def _is_outsiders_file(self, file_sudo, token):
        return (
            file_sudo.res_model == "mail.compose.message"
            and not file_sudo.res_id
            and file_sudo.create_uid == self.env.user
            # all visitors are the same user
            and (
                not self.env.user._is_public()
                or file_sudo._has_attachments_ownership([token])
            )
        )

    @api.model
    def _check_outsider_body(self, body):
        """Check the text of a message by somebody outside.

        :raise UserError: too long
        """
        text = html2plaintext(body[:MAX_HTML_LENGTH], include_references=False)
        if len(body) > MAX_HTML_LENGTH or len(text) > MAX_BODY_LENGTH:
            raise UserError(
                self.env._(
                    "The message is too long: at most %(count)s characters.",
                    count=MAX_BODY_LENGTH,
                )
            )

    def _post_for_outsider(self, body, attachments_sudo, **author):
        """Post a public message of somebody outside, who may.

        :param body: str, or Markup of HTML
        :param attachments_sudo: files of theirs
        :param author: ``author_id`` and ``email_from``; the current user where there are none
        :return: the message, as the current user
        """
        self.ensure_one()
        # what a client put into the context is not for a message; nor does who writes come to
        # follow: a follower's whole company may read many a record
        context = {
            key: self.env.context[key]
            for key in _KEPT_CONTEXT
            if key in self.env.context
        }
        context["mail_post_autofollow_author_skip"] = True
        # whoever pastes a mail of ours pastes its link
        body = self.env["customer.portal.link.key"]._remove(body)
        # sudo: mail.thread - the caller has asked whether they may; they have no rights to more
        thread_sudo = self.sudo().with_context(context)  # pylint: disable=context-overridden
        message_sudo = thread_sudo.message_post(
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachment_ids=attachments_sudo.ids,
            **author,
        )
        return message_sudo.with_env(self.env)

    # -- what is not for them

    def message_notify(self, **kwargs):
        self._check_no_outsider()
        return super().message_notify(**kwargs)

    def message_mail_with_source(self, source_ref, **kwargs):
        self._check_no_outsider()
        return super().message_mail_with_source(source_ref, **kwargs)

    def message_post_with_source(self, source_ref, **kwargs):
        self._check_no_outsider()
        return super().message_post_with_source(source_ref, **kwargs)

    def message_change_thread(self, new_thread, new_parent_message=False):
        self._check_no_outsider()
        return super().message_change_thread(
            new_thread, new_parent_message=new_parent_message
        )

    def message_get_followers(self, *args, **kwargs):
        self._check_no_outsider()
        return super().message_get_followers(*args, **kwargs)

    # a mail that comes in is handed over by the server

    def _partner_find_from_emails(
        self,
        records_emails,
        avoid_alias=True,
        ban_emails=None,
        filter_found=None,
        additional_values=None,
        no_create=False,
    ):
        def is_known(partner):
            return partner._filter_confirmed_address() and (
                not filter_found or filter_found(partner)
            )

        # not whoever has only typed the address in the portal
        return super()._partner_find_from_emails(
            records_emails,
            avoid_alias=avoid_alias,
            ban_emails=ban_emails,
            filter_found=is_known,
            additional_values=additional_values,
            no_create=no_create,
        )

    @api.model
    def message_process(self, model, message, *args, **kwargs):
        self._check_no_outsider()
        return super().message_process(model, message, *args, **kwargs)

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        self._check_no_outsider()
        self._check_mail_values(msg_dict, custom_values)
        return super().message_new(msg_dict, custom_values=custom_values)

    def message_update(self, msg_dict, update_vals=None):
        self._check_no_outsider()
        self._check_mail_values(msg_dict, update_vals)
        return super().message_update(msg_dict, update_vals=update_vals)

    @api.model
    def _check_mail_values(self, msg_dict, values):
        """Refuse what is no mail: staff's programs may call this as well as the mail gateway.

        :raise InvalidInput: a value of another shape
        """
        if not isinstance(msg_dict, dict) or not isinstance(values or {}, dict):
            raise InvalidInput(self.env._("This is not an e-mail."))

    # -- where a mail that comes in is from: the discussions of ours ask

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        origin = MailOrigin(message, self._get_authserv_ids())
        if origin.is_automatic_reply:
            # to nothing that is there: no person waits for an answer
            routes = [
                route for route in routes or () if route[1] or not _is_ours(self, route)
            ]
        with_origin = self.with_context(portal_mail_origin=origin)
        if routes:
            # wherever the mail goes: people outside follow projects and tasks as well
            self.env["customer.portal.link.key"]._remove_from_mail(message_dict)
        for route in routes or ():
            if _is_ours(self, route):
                Thread = with_origin.env[route[0]]
                Thread._revise_mail(message_dict, bool(route[1]))
                company_sudo = Thread._get_mail_company_sudo(route[1], route[2] or {})
                Thread._refuse_mailed_files(message_dict, company_sudo)
        return super(MailThread, with_origin)._message_route_process(
            message, message_dict, routes
        )

    @api.model
    def _get_authserv_ids(self):
        """Return the names of the mail servers whose checks of senders are believed."""
        # sudo: ir.config_parameter - a setting of the system
        names = self.env["ir.config_parameter"].sudo().get_param(AUTHSERV_PARAMETER)
        return set(re.split(r"[\s,;]+", (names or "").lower().strip())) - {""}

    # -- a mail of ours comes back

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        message_sudo = message_dict["bounced_message"]
        # sudo: mail.message, the record - the server hands the mail over
        record_sudo = (
            self.env["mail.mail"]
            .sudo()
            ._get_noting_record(
                message_sudo.model, message_sudo.res_id, message_sudo.message_type
            )
        )
        if record_sudo and record_sudo.exists():
            email = email_normalize(message_dict["bounced_email"] or "")
            reason = html2plaintext(message_dict.get("body") or "")
            record_sudo._note_undelivered([email] if email else [], reason)
        return result

    # -- what Odoo itself posts meanwhile

    def _message_track(self, fields_iter, initial_values_dict):
        return super(MailThread, self._called_by_odoo())._message_track(
            fields_iter, initial_values_dict
        )

    def _message_track_post_template(self, changes):
        return super(MailThread, self._called_by_odoo())._message_track_post_template(
            changes
        )

    def _message_auto_subscribe_notify(self, partner_ids, template):
        return super(MailThread, self._called_by_odoo())._message_auto_subscribe_notify(
            partner_ids, template
        )

    # -- what comes in by core's own doors

    @api.model
    def _get_thread_with_access(
        self, thread_id, *, hash=None, pid=None, token=None, **kwargs
    ):
        # core compares keys with consteq, which takes two ASCII texts and nothing else: neither a
        # record without a key nor what a client can send besides
        if not _is_key(token) or not self._has_post_token(thread_id):
            token = None
        if not _is_key(hash) or parse_digits(pid) is None:
            hash, pid = None, None
        return super()._get_thread_with_access(
            thread_id, hash=hash, pid=pid, token=token, **kwargs
        )

    @api.model
    def _has_post_token(self, thread_id):
        name = self._mail_post_token_field
        # sudo: mail.thread - whether there is a key, and not which
        record_sudo = self.browse(thread_id).sudo().exists()
        return bool(name in self._fields and record_sudo[name])

    def _get_portal_attachment_company_sudo(self):
        """Return the company whose settings say which files customers may add here, sudoed."""
        # sudo: res.company - the settings of the company
        company_sudo = self.env.company.sudo()
        if self._name != "res.company" and "company_id" in self._fields:
            return self.sudo().company_id or company_sudo
        return company_sudo

    def _check_portal_attachment(self):
        """Let customers add files to the discussion of this record now.

        :raise odoo.exceptions.UserError: it takes none, with the HTTP status to give
        """
        self.ensure_one()


def _is_key(text):
    return isinstance(text, str) and text.isascii()
