from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools.mail import email_normalize, email_split_tuples, formataddr

from ..exceptions import Throttled
from .mail_mail import SENDER_HEADER


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
        super()._check_outsider_access()
        # sudo: the record - whether it is still there for people outside
        if not self.sudo().active:
            raise AccessError(self.env._("This discussion is closed."))
        self._check_outsider_limit(f"{self._name}:user:{self.env.uid}")

    def _check_outsider_limit(self, writer):
        """Count one more message of somebody outside.

        :param str writer: who writes
        :raise Throttled: too many within the hour
        """
        if seconds := self._count_outsider_post(writer):
            message = self.env._(
                "That were many messages in a short time. Please wait a while."
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

    # -- what is told of the record itself

    def _thread_to_store(self, store, fields, *, request_list=None):
        if request_list and not self.env.user._is_internal():
            # its files are those of all notes, and to whom it goes, and what is planned
            request_list = [name for name in request_list if name == "display_name"]
        return super()._thread_to_store(store, fields, request_list=request_list)

    def _message_followers_to_store(self, *args, **kwargs):
        if self.env.user._is_internal():
            super()._message_followers_to_store(*args, **kwargs)

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
        if message_sudo.author_id:
            return message_sudo.author_id.name
        for name, address in email_split_tuples(message_sudo.email_from or ""):
            return name or address.partition("@")[0]
        return self.env._("Visitor")

    # -- addresses, which the pages hide as well

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
        if not message_sudo.author_id or message_sudo.author_id.partner_share:
            sender = self._get_portal_sender(message_sudo)
            headers.update({SENDER_HEADER: sender} if sender else {})
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
        if default and not chosen and (not author_sudo or author_sudo.partner_share):
            default = self._get_portal_company_sudo().email_formatted or default
        # a record may ask the one that it belongs to
        asking = self.with_context(portal_reply_to_chosen=True)
        return super(CustomerPortalThreadMixin, asking)._notify_get_reply_to(
            default=default, author_id=author_id
        )
