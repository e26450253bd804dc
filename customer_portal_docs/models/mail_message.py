from odoo import api, models
from odoo.tools import SQL


class MailMessage(models.Model):
    """What outsiders read and write of the discussions that the portal shows.

    Core hides internal messages from them where it searches, but reads by id all that are no
    comments: a mail between staff, a change of a field. And whom it has notified of a message
    may write it.
    """

    _inherit = "mail.message"

    @api.model
    def _get_portal_discussed_models(self):
        """Return the names of the models whose discussions the portal shows."""
        return ["customer.portal.document"]

    def _get_forbidden_access(self, operation):
        forbidden = super()._get_forbidden_access(operation)
        if operation == "unlink" or self.env.user._is_internal():
            return forbidden
        return forbidden | (self - forbidden)._get_portal_forbidden(operation)

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
