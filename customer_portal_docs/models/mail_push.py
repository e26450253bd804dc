from odoo import api, models


class MailPush(models.Model):
    """What waits to be pushed: whether it is for staff is asked once more."""

    _inherit = "mail.push"

    @api.model
    def _push_notification_to_endpoint(self, batch_size=50):
        # sudo: mail.push - the whole queue
        self.sudo().search(
            [("mail_push_device_id.partner_id.partner_share", "=", True)]
        ).unlink()
        return super()._push_notification_to_endpoint(batch_size=batch_size)
