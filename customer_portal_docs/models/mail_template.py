from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def send_mail_batch(self, res_ids, **kwargs):
        # no person writes a mail of ours that comes of a template: machines need not answer it
        if self._is_of_portal_suite():
            self = self.with_context(portal_automatic_mail=True)
        return super().send_mail_batch(res_ids, **kwargs)

    def _is_of_portal_suite(self):
        xmlid = self.get_external_id().get(self.id) or ""
        return xmlid.startswith("customer_portal_")
