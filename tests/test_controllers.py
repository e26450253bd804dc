"""How our controllers and routes are declared."""

import itertools

from odoo.http import Controller
from odoo.tests import tagged
from odoo.tests.common import TransactionCase

#: Pages of ours that write when they are looked at: each visit of a share and of a report is kept,
#: and pictures of pages are.
WRITING = {
    "/my/documents/<int:document_id>/page/<int:page>",
    "/my/documents/<int:document_id>/thumbnail",
    "/my/reports",
    "/my/reports/<int:report_id>",
    "/my/reports/<int:report_id>/export/<string:kind>",
}


def _descend(cls):
    for child in cls.__subclasses__():
        yield child
        yield from _descend(child)


@tagged("-at_install", "post_install")
class TestControllers(TransactionCase):
    def test_no_controller_takes_the_name_of_another_ones_method(self):
        """Odoo makes one class of all controllers that extend the same one"""
        ours = {
            cls
            for cls in _descend(Controller)
            if cls.__module__.startswith("odoo.addons.customer_portal_")
        }
        self.assertTrue(ours)
        for one, other in itertools.combinations(sorted(ours, key=str), 2):
            if issubclass(one, other) or issubclass(other, one):
                continue
            common = [
                base
                for base in set(one.__mro__) & set(other.__mro__)
                if base is not object
            ]
            meant = {name for base in common for name in vars(base)}
            for name in vars(one).keys() & vars(other).keys():
                if not name.startswith("__") and callable(vars(one)[name]):
                    self.assertIn(name, meant, f"{one} and {other}")

    def test_pages_that_only_read_are_for_a_replica(self):
        """REQ Q-4, 13.A.14: all of them, and Odoo has nothing to say of how routes are declared"""
        Http = self.env["ir.http"]
        modules = sorted(self.env.registry._init_modules)
        with self.assertNoLogs("odoo.http", "WARNING"):
            rules = list(Http._generate_routing_rules(modules, Http._get_converters()))
        writing = set()
        for url, endpoint in rules:
            routing = endpoint.routing
            is_ours = endpoint.func.__func__.__module__.startswith(
                "odoo.addons.customer_portal_"
            )
            is_ours = is_ours and url.startswith(("/my", "/issues", "/calendar"))
            if is_ours and "GET" in (routing.get("methods") or ("GET",)):
                readonly = routing["readonly"]
                if not (
                    readonly(endpoint.func.__self__, None, None)
                    if callable(readonly)
                    else readonly
                ):
                    writing.add(url)
        self.assertEqual(writing, WRITING)
