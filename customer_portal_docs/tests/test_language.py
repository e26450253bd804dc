from odoo.tests import TransactionCase, tagged


@tagged("-at_install", "post_install")
class TestDefaultLanguage(TransactionCase):
    def _get_default(self):
        return self.env["ir.default"].sudo()._get("res.partner", "lang")

    def test_it_is_asked_of_the_database_once(self):
        self._get_default()
        with self.assertQueryCount(0):
            self._get_default()

    def test_a_change_is_seen_at_once(self):
        self._get_default()
        self.env["ir.default"].set("res.partner", "lang", "fr_BE")
        self.assertEqual(self._get_default(), "fr_BE")
        self.env["ir.default"].search([("json_value", "=", '"fr_BE"')]).unlink()
        self.assertFalse(self._get_default())

    def test_a_users_own_default_is_another(self):
        self.env["ir.default"].set("res.partner", "lang", "fr_BE", user_id=self.env.uid)
        own = self.env["ir.default"].sudo()._get("res.partner", "lang", self.env.uid)
        self.assertEqual(own, "fr_BE")
        self.assertNotEqual(self._get_default(), "fr_BE")
