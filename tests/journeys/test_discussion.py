"""Core's discussion on the page of a document still works with all that we refuse."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from .client import Client

MODEL = "customer.portal.document"


@pytest.fixture(scope="module")
def owner(people):
    return people.add_customer("Ebba Lie", company="Lie Lamps")


@pytest.fixture(scope="module")
def colleague(people, owner):
    return people.add_customer("Odd Lie", colleague_of=owner)


@pytest.fixture(scope="module")
def document_id(people, owner):
    """Return the id of a document of the customer's company that staff wrote something about."""
    Client(people.server, owner).upload(("lamp.bin", b"\0\1"), name="Lamp")
    [document] = people.get_documents(owner)
    comment = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
    people.server.call(
        MODEL, "message_post", [document["id"]], body="It was always so", **comment
    )
    return document["id"]


@pytest.fixture(scope="module")
def link(people, document_id):
    """Return the path of the document's page with the key that staff send by mail."""
    id_ = people.create("portal.share", res_model=MODEL, res_id=document_id)
    [wizard] = people.read("portal.share", [("id", "=", id_)], "share_link")
    address = urlsplit(wizard["share_link"])
    return f"{address.path}?{address.query}"


@pytest.mark.parametrize("who", ["owner", "colleague", "visitor"])
def test_who_sees_a_document_writes_about_it(
    visits, people, owner, colleague, document_id, link, who
):
    """REQ D-1"""
    person = {"owner": owner, "colleague": colleague}.get(who)
    page = visits.open(person, f"/my/documents/{document_id}" if person else link)
    words = f"Is it right, asks the {who}?"
    discussion = page.locator("#chatterRoot")
    expect(discussion.get_by_text("It was always so")).to_be_visible()
    discussion.locator(".o-mail-Composer-input").fill(words)
    discussion.locator(".o-mail-Composer-send").click()
    expect(discussion.locator(".o-mail-Message").filter(has_text=words)).to_be_visible()
    about = [("model", "=", MODEL), ("res_id", "=", document_id)]
    message = people.read("mail.message", about, "body", "message_type")[0]
    assert words in message["body"]
    assert message["message_type"] == "comment"
