from odoo.exceptions import AccessError

from .common import DocumentCase


class TestSetup(DocumentCase):
    """The checklist of a new installation (REQ U-8)."""

    def setUp(self):
        super().setUp()
        # whatever else is in the database
        self.env["customer.portal.folder"].search([]).active = False

    def _get_titles(self, user, is_done=None):
        steps = self.env["customer.portal.setup"].with_user(user).get_checklist()
        return [step["title"] for step in steps if is_done in (None, step["is_done"])]

    def test_who_sets_up_sees_the_steps(self):
        admin = self.env.ref("base.user_admin")
        self.assertIn("Choose who is notified", self._get_titles(admin))
        titles = self._get_titles(self.manager)
        self.assertIn("Create the first folder", titles)
        # settings and roles are not theirs
        self.assertNotIn("Choose who is notified", titles)
        for user in (self.staff, self.document_user, self.owner):
            self.assertEqual(self._get_titles(user), [])

    def test_what_is_done_is_ticked(self):
        admin = self.env.ref("base.user_admin")
        self.company.portal_document_user_id = False
        open_ = self._get_titles(admin, is_done=False)
        self.assertIn("Choose who is notified", open_)
        self.assertIn("Create the first folder", open_)
        self.company.portal_document_user_id = self.document_user
        self.env["customer.portal.folder"].create({"name": "First"})
        done = self._get_titles(admin, is_done=True)
        self.assertIn("Choose who is notified", done)
        self.assertIn("Create the first folder", done)
        self.document_user.active = False
        open_ = self._get_titles(admin, is_done=False)
        self.assertIn("Choose who is notified", open_, "who was chosen has left")

    def test_each_step_opens_something(self):
        admin = self.env.ref("base.user_admin")
        for step in self.env["customer.portal.setup"].with_user(admin).get_checklist():
            self.assertTrue(self.env.ref(step["action"]), step)

    def test_it_is_dismissed_by_who_sets_up(self):
        Setup = self.env["customer.portal.setup"]
        for user in (self.staff, self.document_user, self.owner):
            with self.assertRaises(AccessError):
                Setup.with_user(user).dismiss()
        self.assertTrue(Setup.with_user(self.manager).dismiss())
        self.assertEqual(self._get_titles(self.env.ref("base.user_admin")), [])
