from odoo import models


class MailThread(models.AbstractModel):
    """Customers follow what a page offers them to follow, and nothing else.

    To follow gives reading by the rules of many models, to a whole company by some: of tickets,
    projects, tasks. Core lets whoever may read a record follow it. A page that offers it, such as
    core's for shared tasks, asks its own gate first, and then as the superuser.
    """

    _inherit = "mail.thread"

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        if self.env.user.share and not self.env.su:
            return False
        return super().message_subscribe(
            partner_ids=partner_ids, subtype_ids=subtype_ids
        )

    def message_post(self, **kwargs):
        # any client may send it, and who comes with a link is the superuser here
        if self.env.user.share and self.env.context.get("mail_post_autofollow"):
            self = self.with_context(mail_post_autofollow=None)
        return super().message_post(**kwargs)
