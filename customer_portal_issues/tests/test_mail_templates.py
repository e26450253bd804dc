from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import IssueCase


@tagged("-at_install", "post_install")
class TestMailTemplates(IssueCase):
    def test_the_settings_lead_to_all_templates_of_the_portal_and_no_other(self):
        """REQ D-8: of all three addons"""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_portal_docs.mail_template_action"
        )
        Template = self.env["mail.template"]
        other = Template.create(
            {"name": "Other", "model_id": self.env.ref("base.model_res_partner").id}
        )
        self.env["ir.model.data"].create(
            {
                "module": "customer_portal_of_others",
                "name": "template",
                "model": "mail.template",
                "res_id": other.id,
            }
        )
        listed = Template.search([("portal_is_shipped", "=", True)])
        self.assertEqual(action["res_model"], "mail.template")
        self.assertIn("portal_is_shipped", action["domain"])
        modules = {
            module
            for names in listed._get_external_ids().values()
            for module, _name in (name.split(".") for name in names)
        }
        self.assertEqual(
            modules,
            {
                "customer_portal_docs",
                "customer_portal_shares",
                "customer_portal_issues",
            },
        )
        left_out = Template.search([("portal_is_shipped", "=", False)])
        self.assertEqual(listed | left_out, Template.search([]))
        self.assertFalse(listed & left_out)
        self.assertIn(other, left_out)
        with self.assertRaises(AccessError):
            Template.with_user(self.owner).search([("portal_is_shipped", "=", True)])
