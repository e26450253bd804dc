"""To install or update the addons logs no warning: each view is right for all who may see it."""

import re

from lxml import etree

from odoo.tests import tagged
from odoo.tests.common import TransactionCase

ADDONS = ("customer_portal_docs", "customer_portal_issues", "customer_portal_shares")


@tagged("-at_install", "post_install")
class TestViews(TransactionCase):
    def test_no_view_shows_what_some_may_not_read(self):
        data = self.env["ir.model.data"].search(
            [("model", "=", "ir.ui.view"), ("module", "in", ADDONS)]
        )
        views = self.env["ir.ui.view"].browse(data.mapped("res_id")).exists()
        self.assertGreater(len(views), 50)
        with self.assertNoLogs("odoo.addons.base.models.ir_ui_view", "WARNING"):
            views._check_xml()

    def test_cards_use_the_fields_that_they_fetch(self):
        """One that is missing breaks the page, in the browser alone."""
        data = self.env["ir.model.data"].search(
            [("model", "=", "ir.ui.view"), ("module", "in", ADDONS)]
        )
        views = self.env["ir.ui.view"].browse(data.mapped("res_id")).exists()
        cards = views.filtered(
            lambda view: view.type == "kanban" and view.mode == "primary"
        )
        self.assertGreater(len(cards), 5)
        for view in cards:
            arch = view.get_combined_arch()
            fetched = set(etree.fromstring(arch).xpath("//field/@name"))
            used = set(re.findall(r"\brecord\.(\w+)\.(?:raw_)?value\b", arch))
            with self.subTest(view=view.xml_id):
                self.assertLessEqual(used - {"id"}, fetched)

    def test_what_is_edited_in_a_list_has_its_form(self):
        """REQ U-1: where Odoo edits in place, a click opens nothing"""
        data = self.env["ir.model.data"].search(
            [("model", "=", "ir.actions.act_window"), ("module", "in", ADDONS)]
        )
        actions = self.env["ir.actions.act_window"].browse(data.mapped("res_id"))
        lists = {
            action: self._get_list(action)
            for action in actions.exists()
            if {"list", "form"} <= {kind for _view_id, kind in action.views}
        }
        self.assertGreater(len(lists), 10)
        for action, arch in lists.items():
            with self.subTest(action=action.xml_id):
                is_in_place = bool(arch.get("editable"))
                self.assertEqual(is_in_place, arch.get("open_form_view") == "1")

    def _get_list(self, action):
        ids = {kind: view_id for view_id, kind in action.views}
        view = self.env[action.res_model].get_view(ids["list"], "list")
        return etree.fromstring(view["arch"])

    def test_it_sees_such_a_view(self):
        with self.assertLogs("odoo.addons.base.models.ir_ui_view", "WARNING"):
            self.env["ir.ui.view"].create(
                {
                    "name": "for all",
                    "model": "customer.portal.document",
                    "arch": "<form><div invisible='not share_count'/></form>",
                }
            )
