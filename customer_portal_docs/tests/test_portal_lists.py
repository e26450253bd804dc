from odoo import fields, models
from odoo.fields import Domain
from odoo.orm.model_classes import add_to_registry
from odoo.tests import TransactionCase, tagged

from ..exceptions import InvalidInput
from ..tools.portal_lists import get_url_args, parse_page, pick, pick_page


def add_model(cls, model):
    """Give a class of tests a model, with its table, and return it."""
    registry, env = cls.registry, cls.env

    def remove():
        env.flush_all()
        del registry[model._name]
        registry._setup_models__(env.cr, [])

    add_to_registry(registry, model)
    cls.addClassCleanup(remove)
    registry._setup_models__(env.cr, [model._name])
    registry.init_models(env.cr, [model._name], {"models_to_check": False})
    return env[model._name]


@tagged("-at_install", "post_install")
class TestPortalListTools(TransactionCase):
    def test_what_a_list_does_not_know_is_its_default(self):
        choices = {"newest": 1, "name": 2}
        self.assertEqual(pick("name", choices), "name")
        for sent in (None, "", "zzz", "__class__", ["name"], 0):
            self.assertEqual(pick(sent, choices), "newest", sent)

    def test_a_page_is_a_number_from_one(self):
        for sent, page in (("3", 3), (3, 3), ("", 1), (None, 1), ("9" * 40, 9999999)):
            self.assertEqual(parse_page(self.env, sent), page, sent)
            self.assertEqual(pick_page(sent), page, sent)
        for sent in ("0", 0, "-1", "x", "1e3", "٣", "2.5", "9" * 400):
            with self.assertRaises(InvalidInput, msg=sent):
                parse_page(self.env, sent)
            self.assertEqual(pick_page(sent), 1, sent)

    def test_an_address_has_what_says_something(self):
        self.assertEqual(get_url_args(a="1", b="", c=None, d=False), {"a": "1"})


@tagged("-at_install", "post_install")
class TestPortalList(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()

        class Listed(models.Model):
            _name = "test.portal.listed"
            _inherit = ["customer.portal.list.mixin"]
            _description = "Listed"
            _module = "customer_portal_docs"
            _register = False
            _log_access = False
            _portal_page_size = 3
            _portal_count_limit = 8
            _portal_narrowed_count_limit = 4

            name = fields.Char()
            kind = fields.Char()

            def _get_portal_sortings(self):
                return {
                    "name": {"label": "Name", "order": "name, id"},
                    "back": {"label": "Back", "order": "name desc, id desc"},
                }

            def _get_portal_filters(self):
                return {
                    "all": {"label": "All", "domain": Domain.TRUE},
                    "a": {"label": "A", "domain": Domain("kind", "=", "a")},
                }

            def _get_portal_search_domain(self, search, is_common=False):
                return Domain("name", "like", search or "")

        cls.Listed = add_model(cls, Listed)
        cls.Listed.create(
            [{"name": str(number), "kind": "ab"[number % 2]} for number in range(7)]
        )

    def list(self, page=1, scope=None, **params):
        return self.Listed._get_portal_list("/my/list", params, page, scope=scope)

    def names(self, *args, **params):
        return "".join(self.list(*args, **params)["records"].mapped("name"))

    def test_it_is_sorted_filtered_and_paged(self):
        self.assertEqual(self.names(), "012")
        self.assertEqual(self.names(2), "345")
        self.assertEqual(self.names(99), "6", "beyond the last page is the last")
        with self.assertRaises(InvalidInput):
            self.names("x")
        self.assertEqual(self.names(sortby="back"), "654")
        self.assertEqual(self.names(filterby="a"), "024")
        self.assertEqual(self.names(search="5"), "5")
        self.assertEqual(self.names(search="none"), "")
        self.assertEqual(self.names(sortby="zzz", filterby="zzz"), "012")

    def test_it_is_of_its_scope(self):
        self.assertEqual(self.names(scope=[("kind", "=", "b")]), "135")

    def test_it_counts_so_far_and_says_so(self):
        whole = self.list()
        self.assertEqual((whole["total"], whole["is_at_least"]), (7, False))
        narrowed = self.list(filterby="a")
        self.assertEqual((narrowed["total"], narrowed["is_at_least"]), (4, True))

    def test_its_links_keep_what_was_chosen(self):
        self.Listed.create([{"name": f"x{number}"} for number in range(4)])
        values = self.Listed._get_portal_list(
            "/my/list", {"search": " x\n", "sortby": "back"}, folder=7
        )
        self.assertEqual(values["search"], "x")
        url = values["pager"]["page_next"]["url"]
        for part in ("search=x", "sortby=back", "filterby=all", "folder=7"):
            self.assertIn(part, url)

    def test_programs_get_the_same(self):
        answer = self.Listed._get_portal_list_json(self.list(2), "rows")
        self.assertEqual([row["name"] for row in answer["rows"]], ["3", "4", "5"])
        self.assertEqual((answer["total"], answer["page"]), (7, 2))
        self.assertFalse(answer["total_at_least"])
