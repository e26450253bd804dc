"""No addon gives one XML id to two records: the second would replace the first, unseen."""

import collections

import pytest
from lxml import etree

from portal_setup.addons import find_addons
from portal_setup.paths import REPOSITORY

NAMED = ("record", "template", "menuitem", "report", "act_window")


@pytest.mark.parametrize("name", find_addons(REPOSITORY))
def test_each_id_is_given_once(name):
    ids = collections.Counter(
        (node.get("id"), node.get("model") or node.tag)
        for path in (REPOSITORY / name).rglob("*.xml")
        if "static" not in path.parts
        for node in etree.parse(path).iter(*NAMED)
        if node.get("id")
    )
    assert [id_ for id_, count in ids.items() if count > 1] == []
