"""A kind of share that the suite does not know: a mixin, a template, and no change of share code."""

import re

import pytest
import requests

from portal_setup.live import LiveServer
from portal_setup.paths import REPOSITORY

pytestmark = pytest.mark.slow
HERE = REPOSITORY / "tests/kinds"


@pytest.fixture(scope="module")
def server():
    with LiveServer(
        ["customer_portal_shares"],
        addons=[HERE],
        arguments=("-i", "sample_announcement"),
    ) as server:
        yield server
        assert not server.problems()


@pytest.fixture(scope="module")
def announcements(server):
    vals = [
        {"name": "Closed on Friday", "text": "We are at the fair"},
        {"name": "New prices", "text": "From May"},
    ]
    return server.call("sample.announcement", "create", vals)


def share(server, *items, **vals):
    """Return the path of a new share of the admin's; each item is (model, id)."""
    lines = [(0, 0, {"res_model": model, "res_id": id_}) for model, id_ in items]
    share_id = server.call(
        "customer.portal.share", "create", {"name": "News", "item_ids": lines, **vals}
    )
    [values] = server.call(
        "customer.portal.share", "read", [share_id], ["url", "kinds"]
    )
    return (
        share_id,
        re.sub(r"https?://[^/]+", server.url, values["url"]),
        values["kinds"],
    )


def test_a_third_kind_is_shown_by_its_own_template(server, announcements):
    """REQ S-6"""
    items = [("sample.announcement", id_) for id_ in announcements]
    _id, url, kinds = share(server, *items)
    assert kinds == "Announcement"
    page = requests.get(url)
    assert page.status_code == 200
    assert 'data-words="7"' in page.text
    assert "Closed on Friday" in page.text and "From May" in page.text


def test_it_has_the_same_gate_as_all_kinds(server, announcements):
    item = ("sample.announcement", announcements[0])
    share_id, url, _kinds = share(server, item, password="correct horse")
    assert requests.get(url).status_code == 401
    visitor = requests.Session()
    visitor.post(url, {"password": "correct horse"})
    assert "Closed on Friday" in visitor.get(url).text
    server.call("customer.portal.share", "action_deactivate", [share_id])
    assert visitor.get(url).status_code == 404


def test_it_stands_beside_documents_and_programs_get_it_too(server, announcements):
    document_id = server.call("customer.portal.document", "search", [])[0]
    items = [
        ("customer.portal.document", document_id),
        ("sample.announcement", announcements[1]),
    ]
    _id, url, kinds = share(server, *items)
    assert kinds == "Document, Announcement"
    answer = requests.get(url, headers={"Accept": "application/json"}).json()
    assert answer["items"]["sample.announcement"] == [
        {"id": announcements[1], "name": "New prices"}
    ]
    assert requests.get(f"{url}/zip").status_code == 200


def test_its_shares_are_found_by_their_kind(server, announcements):
    """REQ S-5"""
    share_id, _url, _kinds = share(server, ("sample.announcement", announcements[0]))
    model = "customer.portal.share"
    for condition in (
        ("kinds", "ilike", "announce"),
        ("item_model", "=", "sample.announcement"),
    ):
        assert share_id in server.call(model, "search", [condition])
    panel = server.call(model, "search_panel_select_range", "item_model", expand=True)
    assert "Announcement" in [value["display_name"] for value in panel["values"]]


def test_what_has_no_files_offers_no_download(server, announcements):
    items = [("sample.announcement", id_) for id_ in announcements]
    _id, url, _kinds = share(server, *items)
    assert "Download all" not in requests.get(url).text
    assert requests.get(f"{url}/zip").status_code == 404
    document_ids = server.call("customer.portal.document", "search", [], limit=2)
    documents = [("customer.portal.document", id_) for id_ in document_ids]
    _id, url, _kinds = share(server, items[0], documents[0])
    assert "Download all" not in requests.get(url).text, "one file has its own button"
    _id, url, _kinds = share(server, items[0], *documents)
    assert "Download all" in requests.get(url).text


def test_it_is_offered_by_the_dialog(server, announcements):
    """REQ S-6"""
    wizard = "customer.portal.share.wizard"
    fields = server.call(f"{wizard}.item", "fields_get", ["record"])
    assert ["sample.announcement", "Announcement"] in fields["record"]["selection"]
    action = server.call("sample.announcement", "action_new_share", announcements)
    server.call(wizard, "action_create_share", [action["res_id"]])
    [values] = server.call(wizard, "read", [action["res_id"]], ["url", "name"])
    assert values["name"] == "Closed on Friday"
    assert "/share/" in values["url"]


def test_what_is_deleted_leaves_its_shares(server):
    """REQ S-15"""
    id_ = server.call("sample.announcement", "create", {"name": "Over"})
    share_id, url, _kinds = share(server, ("sample.announcement", id_))
    assert requests.get(url).status_code == 200
    server.call("sample.announcement", "unlink", [id_])
    assert requests.get(url).status_code == 404
    [values] = server.call("customer.portal.share", "read", [share_id], ["item_ids"])
    assert values["item_ids"] == []
