from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.mail.tools.discuss import Store

from ..tools.emojis import is_emoji

#: Fields that hold addresses of e-mail, and that core's answers to discussions tell.
_ANSWERED_ADDRESSES = ("email_from", "incoming_email_to", "incoming_email_cc")
#: These, and to whom a message went and who did what with it.
_HIDDEN_FIELDS = frozenset(
    {
        *_ANSWERED_ADDRESSES,
        "mail_ids",
        "notification_ids",
        "notified_partner_ids",
        "outgoing_email_to",
        "partner_ids",
        "reaction_ids",
        "reply_to",
        "starred_partner_ids",
    }
)
#: What core's answers tell of a message besides, and of whom: not for people outside.
_UNTOLD = frozenset(
    {*_ANSWERED_ADDRESSES, "linked_message_ids", "notification_ids", "partner_ids"}
)
#: Context value with which core's own answers read them. An object, so that no client can send it.
ANSWER = object()


class MailMessage(models.Model):
    """What outsiders read and write of the discussions that the portal shows.

    Core hides internal messages from them where it searches, but reads by id all that are no
    comments: a mail between staff, a change of a field. And whom it has notified of a message
    may write it. Who may read a message learns from whom and to whom it was mailed: addresses of
    others, which our pages never show.
    """

    _inherit = "mail.message"

    @api.model
    def _get_portal_discussed_models(self):
        """Return the names of the models whose discussions the portal shows."""
        mixin = self.env.registry["customer.portal.thread.mixin"]
        return [
            name
            for name, model in self.env.registry.items()
            if issubclass(model, mixin) and not model._abstract
        ]

    def _get_forbidden_access(self, operation):
        forbidden = super()._get_forbidden_access(operation)
        if operation == "unlink" or self.env.user._is_internal():
            return forbidden
        forbidden |= (self - forbidden)._get_portal_forbidden(operation)
        return forbidden | (self - forbidden)._get_portal_outlived()

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        query = super()._search(domain, *args, bypass_access=bypass_access, **kwargs)
        if bypass_access or self.env.su or not self.env.user._is_portal():
            return query
        found = self.browse(query.get_result_ids())
        return (found - found._get_portal_outlived())._as_query()

    def _get_portal_outlived(self):
        """Return those of these messages whose record a customer may see no more.

        Core lets whom it once told of a message read it for ever.
        """
        partner_sudo = self.env.user.sudo().partner_id  # sudo: res.partner - one's own
        outlived = self.browse()
        if self.env.su or not self.env.user._is_portal():
            return outlived
        models = self._get_portal_discussed_models()
        messages_sudo = self.sudo()  # sudo: mail.message - what they are about
        for model, of_model in messages_sudo.grouped("model").items():
            if model not in models:
                continue
            records_sudo = self.env[model].sudo().browse(of_model.mapped("res_id"))
            seen_ids = {
                record.id
                for record in records_sudo.exists()
                if record._is_for(partner_sudo)
            }
            outlived |= of_model.filtered(
                lambda message, seen_ids=seen_ids: (
                    message.res_id not in seen_ids and message.author_id != partner_sudo
                )
            ).sudo(False)
        return outlived

    def _get_portal_forbidden(self, operation):
        """Return those of these messages that an outsider may not read, or is not the author of."""
        if not self:
            return self
        partner_id = self.env.user.partner_id.id
        is_internal = SQL(
            "(message.is_internal IS TRUE OR subtype.id IS NULL OR subtype.internal IS TRUE)"
        )
        is_of_others = SQL("message.author_id IS DISTINCT FROM %s", partner_id)
        is_discussed = SQL(
            "message.model = ANY(%s)", self._get_portal_discussed_models()
        )
        if operation == "read":
            # of other models (contacts, events, projects) core hides comments alone
            is_kept_from = SQL(
                """%s AND (%s OR message.model != 'discuss.channel' AND %s AND NOT EXISTS (
                    SELECT FROM mail_notification AS notification
                    WHERE notification.mail_message_id = message.id
                    AND notification.res_partner_id = %s
                ))""",
                is_internal,
                is_discussed,
                is_of_others,
                partner_id,
            )
        else:
            is_kept_from = SQL("%s AND %s", is_discussed, is_of_others)
        self.flush_recordset(
            ["model", "author_id", "is_internal", "subtype_id", "message_type"]
        )
        query = SQL(
            """SELECT message.id FROM mail_message AS message
            LEFT JOIN mail_message_subtype AS subtype ON subtype.id = message.subtype_id
                WHERE message.id = ANY(%s) AND %s""",
            list(self.ids),
            is_kept_from,
        )
        return self.browse(id_ for [id_] in self.env.execute_query(query))

    # -- addresses

    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and (
            operation != "read"
            or field.name not in _HIDDEN_FIELDS
            or not self.env["mail.thread"]._is_call_of_outsider()
            or self.env.context.get("portal_message_answer") is ANSWER
        )

    def _to_store(self, store, fields, **kwargs):
        if self.env.user._is_internal():
            return super()._to_store(store, fields, **kwargs)
        # core asks for the addresses of all messages; those of other models are not ours to hide
        answering = self.with_context(portal_message_answer=ANSWER)
        names = self._get_portal_discussed_models()
        discussed = answering.filtered(lambda message: message.model in names)
        if others := answering - discussed:
            super(MailMessage, others)._to_store(store, list(fields), **kwargs)
        if discussed:
            told = discussed._get_told_fields(fields)
            super(MailMessage, discussed)._to_store(store, told, **kwargs)
        for message in discussed:
            hidden = dict.fromkeys(_ANSWERED_ADDRESSES, False)
            hidden["trackingValues"] = []
            store.add_model_values(self._name, {"id": message.id, **hidden})
        return None

    def _get_told_fields(self, fields):
        """Return what of these fields of core's answers people outside are told.

        :param fields: list of str and :class:`Store.Attr`
        """
        told = []
        for field in fields:
            name = getattr(field, "field_name", field)
            if isinstance(field, dict):
                field = {key: field[key] for key in field.keys() - _UNTOLD}
                name = None
            elif name == "author_id":
                # sudo: res.partner - the name of who wrote a public message, and the picture
                field = Store.One("author_id", ["avatar_128", "name"], sudo=True)
            if name not in _UNTOLD:
                told.append(field)
        return told

    # -- what people outside do with messages

    @api.model
    def _get_with_access(self, message_id, mode="read", **kwargs):
        # who may read the record may do what core offers with each message of it: with notes too
        message = super()._get_with_access(message_id, mode=mode, **kwargs)
        if message and not self.env.user._is_internal() and message._is_for_staff():
            return self.browse()
        return message

    def _is_for_staff(self):
        """Tell whether this message is not for people outside."""
        message_sudo = self.sudo()  # sudo: mail.message - what kind of message it is
        subtype_sudo = message_sudo.subtype_id
        return (
            message_sudo.is_internal
            or not subtype_sudo
            or subtype_sudo.internal
            or message_sudo.message_type in ("user_notification", "auto_comment")
        )

    def _message_reaction(self, content, action, partner, guest, store=None):
        if action == "add" and not is_emoji(content):
            raise UserError(self.env._("A reaction is one emoji."))
        return super()._message_reaction(content, action, partner, guest, store)

    # a message is posted in its discussion, where it is asked who may what

    @api.model
    def _check_not_by_outsider(self, model_names):
        """Refuse to let a client of somebody outside make, change or delete messages itself.

        :param model_names: set of the models whose messages they are
        :raise AccessError: one of them calls
        """
        thread = self.env["mail.thread"]
        if model_names - {"discuss.channel"}:
            thread._check_no_outsider()

    @api.model_create_multi
    def create(self, vals_list):
        # (a client may have sent anything)
        self._check_not_by_outsider({str(vals.get("model")) for vals in vals_list})
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_own_text(vals):
            # sudo: mail.message - of which models they are
            self._check_not_by_outsider(set(self.sudo().mapped("model")))
        return super().write(vals)

    def _is_own_text(self, vals):
        """Tell whether a change is of the text alone, and the messages are the user's own.

        :raise UserError: the text is too long
        """
        # core ignores what people outside say of an author
        if vals.keys() - {"author_id", "body", "email_from"}:
            return False
        partner = self.env.user.partner_id
        # sudo: mail.message - whose they are
        if any(message.author_id != partner for message in self.sudo()):
            return False
        if self.env["mail.thread"]._is_call_of_outsider():
            self.env["mail.thread"]._check_outsider_body(vals.get("body") or "")
        return True

    def unlink(self):
        self._check_not_by_outsider(set(self.sudo().mapped("model")))  # sudo: as above
        return super().unlink()
