from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from ..exceptions import Conflict
from ..models import customer_portal_once as once
from ..tools.tokens import digest


@tagged("-at_install", "post_install")
class TestOnce(TransactionCase):
    """Who is at work on a form, seen by somebody on another connection."""

    def setUp(self):
        super().setUp()
        self.digest = digest("a form")
        self.addCleanup(self._write, "DELETE FROM customer_portal_once WHERE")

    def _write(self, query):
        with self.registry.cursor() as cr:
            cr.execute(f"{query} key_digest = %s", [self.digest])

    def test_who_works_for_long_is_not_taken_for_dead(self):
        """REQ 13.A.10"""
        with self.registry.cursor() as cr, self.registry.cursor() as other_cr:
            first, second = (
                self.env(cr=one)["customer.portal.once"] for one in (cr, other_cr)
            )
            self.assertIsNone(first._claim(self.digest))
            first._hold(self.digest)
            self._write(
                "UPDATE customer_portal_once SET date = date - interval '1 hour' WHERE"
            )
            with patch.object(once, "WAIT_SECONDS", 0), self.assertRaises(Conflict):
                second._claim(self.digest)
            # whoever is killed holds nothing any more
            cr.rollback()
            self.assertIsNone(second._claim(self.digest))
