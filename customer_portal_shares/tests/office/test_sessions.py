from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import OfficeMixin


@tagged("-at_install", "post_install")
class TestSessions(OfficeMixin, HttpCase):
    """REQ U-4: a session ends at once, whichever way the account changes, on all hosts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_office()

    def setUp(self):
        super().setUp()
        self.patch(type(self.env["mail.mail"]), "send_after_commit", lambda mails: None)

    def _is_in(self):
        response = self.url_open("/my/account", allow_redirects=False)
        return response.status_code == 200

    def _check_ends(self, change):
        self.authenticate("test_owner", "test_owner")
        self.assertTrue(self._is_in())
        change()
        self.env.flush_all()
        self.assertFalse(self._is_in())

    def test_deactivated(self):
        self._check_ends(self._as_runner(self.owner).action_portal_deactivate)

    def test_archived_by_an_administrator(self):
        self._check_ends(self.owner.action_archive)

    def test_a_session_does_not_come_back_with_the_account(self):
        """Whoever shuts the account, and by whatever way."""
        user = self._as_runner(self.owner)
        wizard = self.env["portal.wizard"].create(
            {"partner_ids": [Command.set(self.owner.partner_id.ids)]}
        )

        def revoke_and_grant():
            wizard.user_ids.action_revoke_access()
            wizard.user_ids.invalidate_recordset()
            wizard.user_ids.action_grant_access()

        for there_and_back in (
            lambda: (user.action_portal_deactivate(), user.action_portal_activate()),
            lambda: (self.owner.action_archive(), self.owner.action_unarchive()),
            lambda: (self.owner.write({"active": 0}), self.owner.write({"active": 1})),
            revoke_and_grant,
        ):
            self._check_ends(there_and_back)
            self.assertTrue(self.owner.active)

    def test_password(self):
        user = self._as_runner(self.owner)
        self._check_ends(lambda: user.action_portal_set_password("correct horse"))

    def test_password_in_the_dialog(self):
        Dialog = self.env["customer.portal.user.password"].with_user(self.runner)
        vals = {"user_id": self.owner.id, "password": "correct horse"}
        self._check_ends(lambda: Dialog.create(vals).action_set())

    def test_removed(self):
        self._check_ends(self._as_runner(self.owner).action_portal_remove)

    def test_groups_of_the_user(self):
        portal, public = (
            self.env.ref(name) for name in ("base.group_portal", "base.group_public")
        )
        commands = [Command.unlink(portal.id), Command.link(public.id)]
        self._check_ends(lambda: self.owner.write({"group_ids": commands}))

    def test_groups_of_the_user_to_staff(self):
        group = self.env.ref("base.group_user")
        commands = [Command.set(group.ids)]
        self._check_ends(lambda: self.owner.write({"group_ids": commands}))

    def test_users_of_a_group(self):
        group = self.env["res.groups"].create({"name": "Club"})
        commands = [Command.link(self.owner.id)]
        self._check_ends(lambda: group.write({"user_ids": commands}))
        self._check_ends(lambda: group.write({"user_ids": [Command.clear()]}))

    def test_others_stay(self):
        self.authenticate("test_colleague", "test_colleague")
        self._as_runner(self.owner).action_portal_remove()
        self.assertTrue(self._is_in())
