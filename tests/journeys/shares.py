"""Shares that a test works with, and what staff and visitors do with them."""

import re
import time
from dataclasses import dataclass

from playwright.sync_api import expect

from .client import Client
from .menus import search
from .visits import PDF

LIST = "/odoo/action-customer_portal_shares.customer_portal_share_action"
DOCUMENTS = "/odoo/action-customer_portal_docs.customer_portal_document_action"
REFUSED = r"the server responded with a status of 40[14] "
"""What a browser's console says of a password page and of a link that is not found."""


@dataclass(frozen=True)
class Share:
    """A share that was made behind the pages' back."""

    id: int
    name: str
    path: str


class Shares:
    """Makes shares, and documents for them, in the name of one member of the staff.

    :param people: :class:`.people.People`
    """

    def __init__(self, people, owner):
        self.people, self.owner = people, owner
        # as after the first login of an administrator
        people.server.call(
            "ir.config_parameter", "set_param", "web.base.url", people.server.url
        )

    def add_documents(self, customer, *names, content=PDF, **form):
        """Return the ids of documents that a customer uploads, each named as its file is."""
        client = Client(self.people.server, customer)
        answers = [
            client.upload((name, content), name=name, **form).json() for name in names
        ]
        return [answer["documents"][0]["id"] for answer in answers]

    def add(
        self, name, *, documents=(), folders=(), binders=(), access="public", **vals
    ):
        """Return a :class:`Share` of documents, folders and binders, which are ids."""
        items = [("customer.portal.document", id_) for id_ in documents]
        items += [("customer.portal.folder", id_) for id_ in folders]
        items += [("helpdesk.ticket.team", id_) for id_ in binders]
        vals["item_ids"] = [
            (0, 0, {"res_model": model, "res_id": id_}) for model, id_ in items
        ]
        id_ = self.call("create", {"name": name, "access": access, **vals})
        path = self.read(id_, "url")["url"].removeprefix(self.people.server.url)
        return Share(id_, name, path)

    def find(self, name):
        """Return the id of the one share with that name, closed ones included."""
        (id_,) = self.call(
            "search", [("name", "=", name)], context={"active_test": False}
        )
        return id_

    def read(self, id_, *fields):
        return self.call("read", [id_], list(fields))[0]

    def call(self, method, *args, **kwargs):
        login = {"login": self.owner.login, "password": self.owner.login}
        return self.people.server.call(
            "customer.portal.share", method, *args, **login, **kwargs
        )


# -- staff


def start_from_documents(visits, staff, *names):
    """Return a page where staff has selected documents and pressed Share, and the dialog."""
    page = visits.open(staff, DOCUMENTS)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for name in names:
        row = page.locator(".o_data_row").filter(has_text=name)
        row.get_by_role("checkbox").check()
    page.get_by_role("button", name=re.compile("Share$")).click()
    return page, get_dialog(page)


def get_dialog(page):
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name", exact=True)).to_be_visible()
    return dialog


def open_list(visits, staff, search=""):
    """Return the list of shares, narrowed to those whose names hold ``search``."""
    page = visits.open(staff, LIST)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    if search:
        search_name(page, "Name", search)
    return page


def open_share(visits, staff, share):
    """Return the form of a :class:`Share`, straight from its address."""
    return visits.open(staff, f"{LIST}/{share.id}")


def search_name(page, field, words):
    """Narrow a list to what has ``words`` in a field, which has to be one of its columns."""
    search(page, words, field=field)
    others = page.locator(".o_data_row").filter(has_not_text=words)
    expect(others).to_have_count(0)


def create_link(dialog, button="Create Link"):
    """Press the button that makes the share, and return the link that is shown."""
    dialog.get_by_role("button", name=button).click()
    expect(dialog.get_by_text("The share is ready.")).to_be_visible()
    return dialog.locator("a[href*='/share/']").inner_text()


def expect_copied(page, text):
    read = "text => navigator.clipboard.readText().then((copied) => copied === text)"
    page.wait_for_function(read, arg=text)


def wait_for_mails(people, recipient, count=1, seconds=20):
    """Return the mails to an address, once there are so many."""
    end = time.monotonic() + seconds
    while True:
        mails = [
            mail
            for mail in people.server.mailbox.mails
            if mail.recipients == (recipient,)
        ]
        if len(mails) >= count or time.monotonic() > end:
            assert len(mails) == count, [mail.subject for mail in mails]
            return mails
        time.sleep(0.05)


# -- visitors


def enter_password(page, password):
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Open").click()


def expect_pdf(page):
    """Wait until the viewer shows a PDF file: it asks for it some time after the page is there."""
    expect(page.frame_locator("iframe").locator(".page canvas")).to_be_visible()


def expect_not_found(page):
    expect(page.get_by_role("heading")).to_have_text("Not found")
    expect(page.get_by_role("alert")).to_contain_text("This link does not work")


def download(page, link):
    """Return the name and the bytes of the file behind a link."""
    with page.expect_download() as event:
        link.click()
    return event.value.suggested_filename, event.value.path().read_bytes()
