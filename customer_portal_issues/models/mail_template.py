from odoo import api, models

#: Whom the mails of helpdesk_mgmt greet, and who gets them.
ASSIGNEE = "object.user_id.name"
CUSTOMER = "object.partner_id.name or object.partner_name or object.partner_email"


class MailTemplate(models.Model):
    _inherit = "mail.template"

    @api.model
    def _greet_customers_in_ticket_mails(self):
        """Have helpdesk_mgmt's mails to customers greet them, and not the assignee.

        Whatever an administrator has made of the rest of their words stays.
        """
        templates = self.env["helpdesk.ticket"]._get_shipped_templates()
        for code, _name in self.env["res.lang"].get_installed():
            for template in templates.with_context(lang=code):
                if ASSIGNEE in (template.body_html or ""):
                    template.body_html = template.body_html.replace(ASSIGNEE, CUSTOMER)
