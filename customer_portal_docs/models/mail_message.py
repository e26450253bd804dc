from odoo import api, models
from odoo.tools import SQL

#: Fields that hold addresses of e-mail, and that core's answers to discussions tell.
_ANSWERED_ADDRESSES = ("email_from", "incoming_email_to", "incoming_email_cc")
_ADDRESSES = (*_ANSWERED_ADDRESSES, "reply_to", "outgoing_email_to")
#: Context value with which core's own answers read them. An object, so that no client can send it.
_ANSWER = object()


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
        is_internal = SQL(
            "(message.is_internal IS TRUE OR subtype.id IS NULL OR subtype.internal IS TRUE)"
        )
        is_of_others = SQL(
            "message.author_id IS DISTINCT FROM %s", self.env.user.partner_id.id
        )
        self.flush_recordset(
            ["model", "author_id", "is_internal", "subtype_id", "message_type"]
        )
        query = SQL(
            """SELECT message.id FROM mail_message AS message
            LEFT JOIN mail_message_subtype AS subtype ON subtype.id = message.subtype_id
                WHERE message.id = ANY(%s) AND message.model = ANY(%s) AND %s""",
            list(self.ids),
            self._get_portal_discussed_models(),
            is_internal if operation == "read" else is_of_others,
        )
        return self.browse(id_ for [id_] in self.env.execute_query(query))

    # -- addresses

    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and (
            operation != "read"
            or field.name not in _ADDRESSES
            or self.env.su
            or self.env.user._is_internal()
            or self.env.context.get("portal_message_answer") is _ANSWER
        )

    def _to_store(self, store, fields, **kwargs):
        if self.env.su or self.env.user._is_internal():
            return super()._to_store(store, fields, **kwargs)
        # core asks for the addresses of all messages; those of other models are not ours to hide
        answering = self.with_context(portal_message_answer=_ANSWER)
        result = super(MailMessage, answering)._to_store(store, fields, **kwargs)
        discussed = self._get_portal_discussed_models()
        for message in self.filtered(lambda message: message.model in discussed):
            hidden = dict.fromkeys(_ANSWERED_ADDRESSES, False)
            store.add_model_values(self._name, {"id": message.id, **hidden})
        return result
