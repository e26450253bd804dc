"""Odoo makes one class of all controllers that extend the same one: their methods share names."""

import itertools

from odoo.http import Controller
from odoo.tests import tagged
from odoo.tests.common import TransactionCase


def _descend(cls):
    for child in cls.__subclasses__():
        yield child
        yield from _descend(child)


@tagged("-at_install", "post_install")
class TestControllers(TransactionCase):
    def test_no_controller_takes_the_name_of_another_ones_method(self):
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
