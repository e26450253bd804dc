from odoo import fields, models
from odoo.tests import TransactionCase, tagged

from ..tools.tokens import digest
from .test_portal_lists import add_model


@tagged("-at_install", "post_install")
class TestPersonalLink(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()

        class Link(models.Model):
            _name = "test.portal.link"
            _inherit = ["customer.portal.personal.link.mixin"]
            _description = "Link"
            _module = "customer_portal_docs"
            _register = False
            _log_access = False

            thing = fields.Integer()
            is_wanted = fields.Boolean(default=True)

            def _has_reason(self):
                return self.is_wanted

        cls.Link = add_model(cls, Link)

    def setUp(self):
        super().setUp()
        self.link = self.Link.create({"thing": 1})

    def find(self, token, domain=None):
        return self.Link._find_link_sudo(token, domain)

    def test_it_is_found_by_its_key_and_for_what_it_opens(self):
        token = self.link._get_token()
        self.assertEqual(self.find(token), self.link)
        self.assertEqual(self.find(token, [("thing", "=", 1)]), self.link)
        self.assertFalse(self.find(token, [("thing", "=", 2)]))

    def test_nobody_has_its_key_who_has_the_database(self):
        token = self.link._get_token()
        self.assertEqual(self.link.key_digest, digest(token))
        self.assertNotIn(token, str(self.link.read()))
        self.assertFalse(self.find(self.link.nonce))
        for name in ("nonce", "key_digest"):
            self.assertTrue(self.Link._fields[name].groups)

    def test_what_is_no_key_finds_nothing(self):
        token = self.link._get_token()
        for sent in (None, "", "é" * 64, token[:-1], token.upper(), [token], 7):
            self.assertFalse(self.find(sent), sent)

    def test_it_ends_with_its_reason(self):
        self.link.is_wanted = False
        self.assertFalse(self.find(self.link._get_token()))

    def test_it_can_be_revoked_and_renewed(self):
        old = self.link._get_token()
        self.link._revoke_link()
        self.assertFalse(self.find(old))
        self.link._renew_link()
        self.assertFalse(self.find(old))
        self.assertEqual(self.find(self.link._get_token()), self.link)

    def test_each_has_a_key_of_its_own(self):
        others = self.Link.create([{}, {}])
        self.assertEqual(len({link._get_token() for link in others | self.link}), 3)

    def _change_secret(self):
        """Do what core does where a database is restored or duplicated as a copy."""
        params = self.env["ir.config_parameter"]
        params.set_param("database.secret", "that of a copy")

    def test_in_a_copy_of_the_database_it_is_sent_with_a_new_key(self):
        """REQ D-18"""
        old = self.link._get_token()
        self._change_secret()
        self.assertEqual(self.find(old), self.link, "nothing was sent since")
        new = self.link._get_token()
        self.assertNotEqual(new, old)
        self.assertEqual(self.find(new), self.link)
        self.assertFalse(self.find(old))

    def test_in_a_copy_what_is_revoked_stays_so(self):
        self.link._revoke_link()
        self._change_secret()
        self.assertFalse(self.find(self.link._get_token()))
