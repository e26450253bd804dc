import re
from ast import literal_eval
from email.message import EmailMessage

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import escape_psql, split_every
from odoo.tools.mail import email_normalize, email_split_tuples, formataddr

from ..exceptions import Throttled
from ..tools.emails import shorten_reason
from ..tools.filenames import clean_filename
from ..tools.filetypes import is_program
from ..tools.mail_origin import MailOrigin
from ..tools.reply_to import format_reply_to
from .mail_mail import AUTOMATIC_HEADERS, SENDER_HEADER

#: What Odoo calls the mail itself, where an incoming server keeps it.
ORIGINAL_MAIL = "original_email.eml"
#: That tell what a file is.
HEAD_BYTES = 2048
#: Types of messages that no person writes.
_AUTOMATIC_TYPES = (
    "auto_comment",
    "notification",
    "out_of_office",
    "user_notification",
)
#: Context values with which nobody is told of what is written: Odoo's imports set them.
SILENT_KEYS = (
    "import_file",
    "mail_create_nosubscribe",
    "mail_notrack",
    "tracking_disable",
)
#: A key in a text is one of these.
_WORD = re.compile(r"[\w-]+")
#: What core puts into links of mails about the reader's account.
_ACCOUNT_PARAMS = frozenset({"auth_login", "auth_signup_token"})


class CustomerPortalThreadMixin(models.AbstractModel):
    """A discussion that customers take part in, and learn nothing else by.

    They learn the public messages, the names of who wrote them, and the files of those messages:
    whichever of Odoo's generic routes they ask, logged in or with the key of a mailed link.
    A model inherits it before all others: ``_inherit = ["customer.portal.thread.mixin", …]``.
    """

    _name = "customer.portal.thread.mixin"
    _description = "Customer Discussion Mixin"
    _inherit = "customer.portal.audience.mixin"

    #: whether who comes with the record's key takes part by core's routes, as on its page
    _portal_key_opens_discussion = False

    # core lets a search look into all messages of a record: internal notes are not for customers
    message_ids = fields.One2many(bypass_search_access=False)
    website_message_ids = fields.One2many(bypass_search_access=False)

    # -- who takes part

    @api.model
    def _get_thread_with_access(
        self, thread_id, *, hash=None, pid=None, token=None, **kwargs
    ):
        # core lets who has the key post as the customer and add files past our checks
        if not self._portal_key_opens_discussion:
            hash, pid, token = None, None, None
        thread = super()._get_thread_with_access(
            thread_id, hash=hash, pid=pid, token=token, **kwargs
        )
        # a key opens an archived record no more
        is_gone = thread.env.su and not self.env.su and not thread.active
        return self.browse() if is_gone else thread

    def _check_outsider_access(self):
        result = super()._check_outsider_access()
        # sudo: the record - whether it is still there for people outside
        if not self.sudo().active:
            raise AccessError(self.env._("This discussion is closed."))
        self._check_outsider_limit(f"{self._name}:user:{self.env.uid}")
        return result

    def _check_outsider_limit(self, writer):
        """Count one more message of somebody outside.

        :param str writer: who writes
        :raise Throttled: too many within the hour
        """
        if seconds := self._count_outsider_post(writer):
            message = self.env._(
                "You have sent too many messages in a short time. Please wait a while and try again."
            )
            raise Throttled(message, retry_after=seconds)

    @api.model
    def _count_outsider_post(self, writer):
        """Count one more message; return how many seconds to wait, 0 for none."""
        return self.env["customer.portal.throttle"]._count(("discussion", writer))

    def _post_by_key(self, body, attachments_sudo, partner, writer):
        """Post a public message of who came with the record's key.

        :param partner: res.partner whom the key makes of them
        :param str writer: who writes, for the limit
        """
        self._check_outsider_limit(writer)
        self._check_outsider_body(body)
        return self._post_for_outsider(body, attachments_sudo, author_id=partner.id)

    @api.model
    def _create_portal_attachments_sudo(self, files, record=None):
        """Store files that came over a page of the portal.

        :param files: list of (str file name, :class:`IncomingFile`), each checked
        :param record: what they came with, or None for a message that is posted next
        :return: the attachments, sudoed
        """
        # sudo: ir.attachment - customers have no access of their own to files
        attachments_sudo = self.env["ir.attachment"].sudo()
        for filename, incoming in files:
            attachments_sudo |= attachments_sudo._create_incoming_sudo(
                filename, incoming
            )
        target = {
            "res_model": record._name if record else "mail.compose.message",
            "res_id": record.id if record else 0,
        }
        if attachments_sudo:
            attachments_sudo.write(target)
        return attachments_sudo

    # -- what is told of the record itself

    def _thread_to_store(self, store, fields, *, request_list=None):
        if request_list and not self.env.user._is_internal():
            # its files are those of all notes, and to whom it goes, and what is planned
            request_list = [name for name in request_list if name == "display_name"]
        return super()._thread_to_store(store, fields, request_list=request_list)

    def _message_followers_to_store(self, *args, **kwargs):
        if not self.env.user._is_internal():
            return None
        return super()._message_followers_to_store(*args, **kwargs)

    def _message_get_suggested_recipients(self, *args, **kwargs):
        if not self.env.user._is_internal():
            return []
        return super()._message_get_suggested_recipients(*args, **kwargs)

    # -- what is public

    def _get_public_message_domain(self):
        """Return the domain of the messages that customers may read."""
        return (
            Domain([("model", "=", self._name), ("res_id", "in", self.ids)])
            & self.env["mail.message"]._get_search_domain_share()
            & Domain("message_type", "not in", ("user_notification", "auto_comment"))
        )

    def _search_public_comments_sudo(self, limit, before=None):
        """Return the last public messages that a page shows, sudoed, the newest first.

        :param before: int or None, id of the message that all of them are older than
        """
        domain = self._get_public_message_domain() & Domain(
            "subtype_id", "=", self.env.ref("mail.mt_comment").id
        )
        if before:
            domain &= Domain("id", "<", before)
        # sudo: mail.message - public ones of a record whose gate was passed
        messages_sudo = self.env["mail.message"].sudo()
        return messages_sudo.search(domain, order="id DESC", limit=limit)

    def _get_public_files_sudo(self):
        """Return the files of all public messages, sudoed."""
        # sudo: mail.message - as above
        messages_sudo = self.env["mail.message"].sudo()
        return messages_sudo.search(
            self._get_public_message_domain() & Domain("attachment_ids", "!=", False)
        ).attachment_ids

    def _is_public_message(self, message, msg_vals):
        """Tell whether a message is one that customers are told of.

        :param message: mail.message
        :param dict msg_vals: values that it is made with, where they are at hand
        """
        message_sudo = message.sudo()  # sudo: mail.message - what kind of message it is
        subtype = self.env["mail.message.subtype"].browse(
            msg_vals.get("subtype_id", message_sudo.subtype_id.id)
        )
        kind = msg_vals.get("message_type", message_sudo.message_type)
        internal = msg_vals.get("is_internal", message_sudo.is_internal)
        comment = self.env.ref("mail.mt_comment")
        return subtype == comment and not internal and kind in ("comment", "email")

    @api.model
    def _get_portal_author_name(self, message_sudo):
        """Return the name of who wrote a message, without the address."""
        author_sudo = message_sudo.author_id
        find = self.env["ir.model.data"]._xmlid_to_res_id  # in memory, unlike `ref`
        if author_sudo.id == find("base.partner_root"):
            # Odoo itself, which customers know as the company
            return self._get_portal_company_sudo().name
        if author_sudo.id == find("base.public_partner"):
            return self.env._("Visitor")
        if author_sudo:
            return author_sudo.name
        for name, address in email_split_tuples(message_sudo.email_from or ""):
            return name or address.partition("@")[0]
        return self.env._("Visitor")

    # -- a mail comes in

    @api.model
    def _revise_mail(self, msg_dict, is_answer):
        """Change what a mail that comes in says, before it is stored.

        :param dict msg_dict: its values, changed in place
        :param bool is_answer: whether there is a record that it is about already
        """
        reason = is_answer and self._get_reason_for_note(msg_dict)
        if reason:
            self._make_note(msg_dict, reason)

    def message_update(self, msg_dict, update_vals=None):
        origin = self._get_mail_origin()
        if origin and origin.is_note:
            # nobody comes to follow for being addressed in it
            msg_dict = {**msg_dict, "to": "", "cc": ""}
        return super().message_update(msg_dict, update_vals)

    @api.model
    def _get_mail_origin(self):
        """Return the :class:`MailOrigin` of the mail that comes in just now, or None."""
        origin = self.env.context.get("portal_mail_origin")
        return origin if isinstance(origin, MailOrigin) else None

    @api.model
    def _get_reason_for_note(self, msg_dict):
        """Return why a mail is not for customers to read, in words for staff, or None."""
        origin = self._get_mail_origin()
        if not origin:
            return None
        if self._claims_to_be_staffs(msg_dict) and not origin.is_proved:
            return self.env._(
                "This mail says that it is from %(sender)s. No mail server that is trusted in "
                "the settings has confirmed that, so it is a note, and customers do not see it.",
                sender=msg_dict.get("email_from") or "",
            )
        if origin.is_automatic:
            return self.env._("An automatic e-mail. Nobody was notified of it.")
        return None

    @api.model
    def _claims_to_be_staffs(self, msg_dict):
        """Tell whether a mail comes in the name of a user or of the company itself."""
        address = email_normalize(msg_dict.get("email_from") or "", strict=False)
        # sudo: res.users, res.partner, res.company - whether the address is one of theirs
        env = self.with_context(active_test=False).sudo().env
        partners_sudo = env["res.partner"].browse(msg_dict.get("author_id") or [])
        if address:
            partners_sudo |= env["res.partner"].search(
                [("email_normalized", "=", address)]
            )
        return (
            not all(partners_sudo.user_ids.mapped("share"))
            or bool(
                env["res.company"].search_count(
                    [("partner_id", "in", partners_sudo.ids)], limit=1
                )
            )
            or bool(
                address
                and env["res.users"].search_count(
                    [("share", "=", False), ("login", "=ilike", escape_psql(address))],
                    limit=1,
                )
            )
        )

    @api.model
    def _make_note(self, msg_dict, reason):
        """Turn a mail that comes in into an internal note, which begins with a reason."""
        hint = Markup("<p><em>%s</em></p>") % reason
        msg_dict["body"] = hint + (msg_dict.get("body") or "")
        msg_dict["is_internal"] = True
        # core tells who wrote the message that it answers
        msg_dict["parent_id"] = False
        if self._claims_to_be_staffs(msg_dict):
            msg_dict["author_id"] = False
        self._get_mail_origin().is_note = True

    # -- files that come in by mail: what a page would refuse is not taken here either

    @api.model
    def _get_mail_company_sudo(self, thread_id, values):
        """Return the company whose settings say which files a mail may bring, sudoed.

        :param thread_id: int or None, id of the record that the mail answers
        :param dict values: of the record that the mail makes
        """
        if thread_id:
            return self.browse(thread_id)._get_portal_attachment_company_sudo()
        # sudo: res.company - the settings
        companies_sudo = self.env["res.company"].sudo()
        return (
            companies_sudo.browse(values.get("company_id")) or self.env.company.sudo()
        )

    @api.model
    def _refuse_mailed_files(self, msg_dict, company_sudo):
        """Leave out files that customers could not upload, and say so in the mail."""
        files = msg_dict.get("attachments") or []
        origin = self._get_mail_origin()
        if not files or (
            origin and origin.is_proved and self._claims_to_be_staffs(msg_dict)
        ):
            return
        kept = [file for file in files if self._accepts_mailed_file(file, company_sudo)]
        refused = [file[0] for file in files if file not in kept]
        if refused:
            msg_dict["attachments"] = kept
            text = self.env._(
                "Not kept, because files of this type or size are not accepted: %(names)s",
                names=", ".join(map(clean_filename, refused)),
            )
            hint = Markup("<p><em>%s</em></p>") % text
            msg_dict["body"] = Markup(msg_dict.get("body") or "") + hint

    @api.model
    def _accepts_mailed_file(self, file, company_sudo):
        name, content, *_info = file
        if isinstance(content, EmailMessage):
            content = b""
        content = content.encode() if isinstance(content, str) else content or b""
        filename = clean_filename(name)
        return len(content) <= company_sudo._get_portal_document_max_bytes() and (
            filename == ORIGINAL_MAIL
            or company_sudo._accepts_portal_document(
                filename, is_program=is_program(content[:HEAD_BYTES])
            )
        )

    # -- keys of pictures in the texts of a discussion

    def _renew_picture_keys(self, files_sudo=None):
        """Let who has had the address of a picture see it no more; the pages know the new one.

        Core puts the key of a file into the text of a message that shows it.

        :param files_sudo: whose keys are renewed; of all files in the discussion if None
        """
        # sudo: mail.message, the records - whoever ends a link
        messages_sudo = (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("body", "like", "access_token="),
                ]
            )
        )
        if files_sudo is None:
            files_sudo = self._find_files_with_keys_sudo(
                self.ids
            ) | messages_sudo.attachment_ids.filtered("access_token")
        if not files_sudo:
            return
        keys = {}
        for file_sudo in files_sudo:
            old = file_sudo.access_token
            file_sudo.access_token = keys[old] = file_sudo._generate_access_token()
        # sudo: the records, mail.message - whoever ends a link, the texts have its old keys
        for text_sudo, name in self.sudo()._get_texts_with_keys(messages_sudo):
            text = str(text_sudo[name] or "")
            # word by word: there may be as many keys as texts
            replaced = _WORD.sub(lambda word: keys.get(word[0], word[0]), text)
            if replaced != text:
                text_sudo[name] = Markup(replaced)

    def _get_texts_with_keys(self, messages):
        """Return the HTML fields that may show pictures of these discussions by their keys.

        :param messages: mail.message, those of them that do
        :return: list of (record, str name of the field)
        """
        return [(message, "body") for message in messages]

    @api.model
    def _find_files_with_keys_sudo(self, ids):
        """Return the files beside these records that a key opens without a login, sudoed."""
        # sudo: ir.attachment - keys of files in a discussion end with its links
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", ids),
                    ("access_token", "!=", False),
                    ("portal_document_id", "=", False),
                ],
                order="id",
            )
        )

    @api.model
    def _renew_keys_of_notes(self):
        """Renew the keys of files that are for staff alone: pages of before told those as well."""
        # sudo: ir.attachment - as above; of archived records as well
        Attachment_sudo = self.env["ir.attachment"].sudo()
        with_keys = Attachment_sudo._read_group(
            [("res_model", "=", self._name), ("access_token", "!=", False)], ["res_id"]
        )
        for ids in split_every(1_000, (res_id for (res_id,) in with_keys if res_id)):
            files_sudo = self._find_files_with_keys_sudo(ids).filtered(
                lambda file: file._is_for_staff_alone()
            )
            self.browse(set(files_sudo.mapped("res_id")))._renew_picture_keys(
                files_sudo
            )
            self.env.flush_all()
            self.env.invalidate_all()

    # -- who is told

    @api.model
    def _is_silent(self):
        """Tell whether records are only taken over: by an import, or a migration."""
        return any(self.env.context.get(key) for key in SILENT_KEYS)

    def _message_auto_subscribe_notify(self, partner_ids, template):
        # core mails who is assigned, but for one of these values
        if self._is_silent():
            return None
        return super()._message_auto_subscribe_notify(partner_ids, template)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        origin = self._get_mail_origin()
        # machines that answer machines never end; the one who mails us hears nothing of it
        if origin and origin.is_note and origin.is_automatic:
            return []
        recipients = super()._notify_get_recipients(
            message, msg_vals=msg_vals, **kwargs
        )
        if self and self._is_answer_from_outside(message, msg_vals or {}):
            recipients = recipients + self._get_responsible_recipients(
                message, msg_vals or {}, recipients
            )
        return recipients

    def _is_answer_from_outside(self, message, msg_vals):
        """Tell whether a message is a public one that nobody of the staff wrote."""
        if not self._is_public_message(message, msg_vals):
            return False
        message_sudo = message.sudo()  # sudo: mail.message - who wrote it
        author_id = msg_vals.get("author_id", message_sudo.author_id.id)
        # sudo: res.partner - whether one of the staff
        author_sudo = self.env["res.partner"].sudo().browse(author_id)
        return not author_sudo or author_sudo.partner_share

    def _get_responsible_recipients(self, message, msg_vals, recipients):
        """Return those who have to hear of an answer, whether they follow or not.

        See :meth:`_get_first_responsible_sudo`.
        """
        partners_sudo = self._get_first_responsible_sudo().partner_id
        if not partners_sudo:
            return []
        told = {data["id"] for data in recipients}
        found = self.env["mail.followers"]._get_recipient_data(
            None, "user_notification", None, partners_sudo.ids
        )[0]
        return [data for id_, data in found.items() if id_ not in told]

    def _get_first_responsible_sudo(self):
        """Return the nearest of those who answer for this record, sudoed.

        None of them has left, or has no access to the company of the record.
        """
        # sudo: the record - only whose it is
        company = self.sudo()[:1].company_id
        for users_sudo in self._get_responsible_users_sudo():
            if staff_sudo := users_sudo._filter_staff(company):
                return staff_sudo
        return self.env["res.users"]

    def _get_planned(self, kind):
        """Return the activities of a kind that are planned on these records, sudoed.

        :param str kind: XML id of the mail.activity.type
        """
        type_ = self.env.ref(kind, raise_if_not_found=False)
        # sudo: mail.activity - those of colleagues as well
        return self.sudo().activity_ids.filtered(
            lambda activity: type_ and activity.activity_type_id == type_
        )

    def _get_responsible_users_sudo(self):
        """Return who answers for this record, sudoed: a list of groups, the nearest one first."""
        return []

    # -- mails that did not arrive

    def _note_undelivered(self, emails, reason):
        """Tell staff whom a mail about these records did not reach.

        :param list emails: normalized addresses, as far as they are known
        :param reason: str in the words of the server, or None
        """
        text = self._get_undelivered_note(emails, reason)
        # sudo: the record - whoever sends the mails
        for record_sudo in self.sudo():
            record_sudo.message_post(body=text, subtype_xmlid="mail.mt_note")

    @api.model
    def _get_undelivered_note(self, emails, reason):
        """Return what staff are told of a mail that did not arrive; see :meth:`_note_undelivered`."""
        return self.env._(
            "An e-mail to %(addresses)s could not be delivered: %(reason)s",
            addresses=", ".join(emails) or "?",
            reason=shorten_reason(reason) or "?",
        )

    def _note_delivered(self, emails):
        """Know that the server has taken a mail to these addresses."""

    # -- addresses, which the pages hide as well

    def _get_action_link_params(self, link_type, **kwargs):
        params = super()._get_action_link_params(link_type, **kwargs)
        # mails are passed on: they tell no login, and make nobody an account
        return {
            name: value for name, value in params.items() if name not in _ACCOUNT_PARAMS
        }

    def _get_portal_company_sudo(self):
        """Return the company that writes to the customer, sudoed."""
        # sudo: res.company - its public name and address
        record_sudo = self.sudo()[:1]
        return record_sudo.company_id or self.env.company.sudo()

    def _notify_by_email_get_base_mail_values(
        self, message, recipients_data, additional_values=None
    ):
        values = super()._notify_by_email_get_base_mail_values(
            message, recipients_data, additional_values=additional_values
        )
        headers = literal_eval(values.get("headers") or "{}")
        # core names all recipients outside to each of them
        headers.pop("X-Msg-To-Add", None)
        message_sudo = message.sudo()  # sudo: mail.message - who wrote it
        author_sudo = message_sudo.author_id
        is_odoo = author_sudo == self.env.ref("base.partner_root")
        if is_odoo or not author_sudo or author_sudo.partner_share:
            sender = self._get_portal_sender(message_sudo)
            headers.update({SENDER_HEADER: sender} if sender else {})
        if message_sudo.message_type in _AUTOMATIC_TYPES:
            headers.update(AUTOMATIC_HEADERS)
        return {**values, "headers": repr(headers)}

    def _get_portal_sender(self, message_sudo):
        """Return the company's address with the name of who wrote a message, or None."""
        address = email_normalize(self._get_portal_company_sudo().email_formatted)
        name = self._get_portal_author_name(message_sudo)
        return formataddr((name, address)) if address else None

    def _notify_get_reply_to(self, default=None, author_id=False):
        # where no address takes answers in, core lets them go to the author
        # sudo: res.partner - whether one of the staff
        author_sudo = self.env["res.partner"].sudo().browse(author_id)
        chosen = self.env.context.get("portal_reply_to_chosen")
        is_person = author_sudo and author_sudo != self.env.ref("base.partner_root")
        if default and not chosen and (not is_person or author_sudo.partner_share):
            address = email_normalize(default, strict=False) or default
            default = (
                self._get_portal_company_sudo().email_formatted
                or format_reply_to(self._get_portal_sender_names(), address)
            )
        # a record may ask the one that it belongs to
        asking = self.with_context(portal_reply_to_chosen=True)
        return super(CustomerPortalThreadMixin, asking)._notify_get_reply_to(
            default=default, author_id=author_id
        )

    def _notify_get_reply_to_formatted_email(self, record_email, author_id=False):
        # core names who writes: the robot, or the visitor of all visitors
        return format_reply_to(self._get_portal_sender_names(), record_email)

    def _get_portal_sender_names(self):
        """Return who answers go to, as customers know it; the first that fits is taken."""
        return [self._get_portal_company_sudo().name]
