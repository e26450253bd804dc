from odoo import api, models

from odoo.addons.mail.tools.discuss import Store

from ..tools.emojis import is_emoji

_TO_NOTES = """
    DELETE FROM mail_message_reaction reaction
          USING mail_message message
      LEFT JOIN mail_message_subtype subtype ON subtype.id = message.subtype_id
          WHERE message.id = reaction.message_id
            AND message.model IS DISTINCT FROM 'discuss.channel'
            AND (message.is_internal OR subtype.id IS NULL OR subtype.internal)
            AND (reaction.guest_id IS NOT NULL OR NOT EXISTS (
                SELECT FROM res_users WHERE partner_id = reaction.partner_id AND NOT share
            ))
"""


class MailMessageReaction(models.Model):
    _inherit = "mail.message.reaction"

    def _to_store(self, store, fields):
        if self.env.user._is_internal():
            return super()._to_store(store, fields)
        # people outside are told who reacted by name, with nothing else of them
        for (message, content), reactions in self.grouped(
            lambda reaction: (reaction.message_id, reaction.content)
        ).items():
            store.add_model_values(
                "MessageReactions",
                {
                    "content": content,
                    "count": len(reactions),
                    "guests": Store.Many(reactions.guest_id, ["name"]),
                    "message": message.id,
                    "partners": Store.Many(reactions.partner_id, ["name"]),
                    "sequence": min(reactions.ids),
                },
            )
        return None

    @api.model
    def _remove_refused(self):
        """Remove what is refused today: words, and what people outside left at internal notes."""
        self.env.flush_all()
        self.env.cr.execute("SELECT DISTINCT content FROM mail_message_reaction")
        words = [text for (text,) in self.env.cr.fetchall() if not is_emoji(text)]
        self.env.cr.execute(
            "DELETE FROM mail_message_reaction WHERE content = ANY(%s)", [words]
        )
        self.env.cr.execute(_TO_NOTES)
        self.env.invalidate_all()
