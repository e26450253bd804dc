from odoo import api, models

#: Whom the mails of helpdesk_mgmt greet, and who gets them.
ASSIGNEE = "object.user_id.name"
CUSTOMER = "object.partner_id.name or object.partner_name or object.partner_email"


class MailTemplate(models.Model):
    _inherit = "mail.template"

    @api.model
    def _get_portal_modules(self):
        return [*super()._get_portal_modules(), "customer_portal_issues"]

    def _render_field(self, field, res_ids, *args, **kwargs):
        # when a mail is written, in whatever language: one that is installed later brings the
        # words of helpdesk_mgmt anew
        if (
            field == "body_html"
            and self & self.env["customer.portal.issue.mail"]._get_shipped_templates()
        ):
            self = self.with_context(portal_greets_customer=True)
        return super()._render_field(field, res_ids, *args, **kwargs)

    def _render_template(self, template_src, *args, **kwargs):
        """Have helpdesk_mgmt's mails to customers greet them, and not the assignee.

        Whatever an administrator has made of the rest of their words stays.
        """
        if self.env.context.get("portal_greets_customer") and template_src:
            template_src = template_src.replace(ASSIGNEE, CUSTOMER)
        return super()._render_template(template_src, *args, **kwargs)
