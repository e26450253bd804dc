from odoo import models

from odoo.addons.mail.tools.discuss import Store


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
