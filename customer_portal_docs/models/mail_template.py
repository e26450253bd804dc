from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def send_mail_batch(self, res_ids, **kwargs):
        # no person writes a mail of ours that comes of a template: machines need not answer it
        if self._is_of_portal_suite():
            self = self.with_context(portal_automatic_mail=True)
        return super().send_mail_batch(res_ids, **kwargs)

    def _render_encapsulate(
        self, layout_xmlid, html, add_context=None, context_record=None
    ):
        if self._is_of_portal_suite() and context_record:
            # what core calls it, where the mail does not say better
            model = self.env["ir.model"]._get(context_record._name)
            names = {
                model.display_name,
                model.with_context(lang=context_record.env.lang).display_name,
                None,
            }
            said = (add_context or {}).get("model_description")
            add_context = {**(add_context or {}), "hides_model": said in names}
        return super()._render_encapsulate(
            layout_xmlid, html, add_context=add_context, context_record=context_record
        )

    def _is_of_portal_suite(self):
        xmlid = self.get_external_id().get(self.id) or ""
        return xmlid.startswith("customer_portal_")
