"""How our controllers and routes are declared."""

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


#: What another controller of ours extends: the upload page, and where resumable uploads go.
EXTENDED = {"_get_destination", "_get_upload_max_bytes", "portal_document_upload"}


def _is_ours(cls):
    return cls.__module__.startswith("odoo.addons.customer_portal_")


def _descend(cls):
    for child in cls.__subclasses__():
        yield child
        yield from _descend(child)


@tagged("-at_install", "post_install")
class TestControllers(TransactionCase):
    def test_a_controller_has_routes_and_helpers_are_functions(self):
        """Odoo makes one class of all controllers that extend the same one: a name is all theirs"""
        ours = [cls for cls in _descend(Controller) if _is_ours(cls)]
        names = []
        for cls in ours:
            core = [base for base in cls.__mro__[1:] if not _is_ours(base)]
            own = {
                name: method
                for name, method in vars(cls).items()
                if callable(method)
                and not name.startswith("__")
                and not any(hasattr(base, name) for base in core)
            }
            uploads = {
                method.original_routing.get("portal_upload")
                for method in vars(cls).values()
                if hasattr(method, "original_routing")
            }
            for name, method in own.items():
                if not hasattr(method, "original_routing"):
                    self.assertIn(name, {*uploads, *EXTENDED}, cls)
            names += own
        self.assertGreater(len(names), 50)
        twice = {name for name in names if names.count(name) > 1}
        self.assertEqual(twice, EXTENDED)

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
