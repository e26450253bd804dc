"""What may be looked at and not taken, and pages that show a file without delivering it."""

import io

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect
from reportlab.pdfgen.canvas import Canvas

from .accessibility import run
from .shares import Shares
from .visits import DESKTOP, PHONE, get_overflow

TABLE = b"date;article;price\n2026-03-02;Keel;1,50\n2026-03-03;Rudder;2,50\n"
TOOLS = "#editorModeButtons, #secondaryOpenFile, #openFile, #imageAltTextSettings"


def make_pdf():
    written = io.BytesIO()
    canvas = Canvas(written)
    for number in (1, 2):
        canvas.setFont("Helvetica", 30)
        canvas.drawString(80, 700, f"Drawing of the keel, page {number}")
        canvas.rect(80, 300, 400, 300)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def make_photo():
    written = io.BytesIO()
    image = Image.new("RGB", (1600, 1000), "#7fb2d6")
    ImageDraw.Draw(image).polygon(
        [(400, 700), (1200, 700), (1050, 850), (550, 850)], "#593b2b"
    )
    image.save(written, "JPEG")
    return written.getvalue()


@pytest.fixture(scope="module")
def staff(people):
    return people.add_staff("Siv Moe")


@pytest.fixture(scope="module")
def customer(people):
    return people.add_customer("Ola Lie", company="Lie Boats")


@pytest.fixture(scope="module")
def shares(people, staff):
    return Shares(people, staff)


@pytest.fixture(scope="module")
def documents(shares, customer):
    """Ids of a PDF file, a table, a photo and a letter, by name."""
    contents = {
        "keel.pdf": make_pdf(),
        "prices.csv": TABLE,
        "boat.jpg": make_photo(),
        "letter.docx": b"PK\x05\x06" + b"\0" * 18,
    }
    return {
        name: shares.add_documents(customer, name, content=content)[0]
        for name, content in contents.items()
    }


def watch(visits, page):
    """Return a list that fills with what the page downloads, and those beside it."""
    downloads = []

    def add(page):
        visits.listen(page, "download", lambda download: downloads.append(download.url))

    add(page)
    visits.listen(page.context, "page", add)
    return downloads


def wait_for_pictures(page, count):
    """Scroll to each picture, and see that it is there."""
    pictures = page.locator("main img[src*='/page/']")
    expect(pictures).to_have_count(count)
    for number in range(count):
        picture = pictures.nth(number)
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("(image) => image.naturalWidth") > 300


@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_visitor_looks_and_takes_nothing(visits, axe, shares, documents, width):
    """REQ S-10, D-17"""
    share = shares.add(
        f"Only to look at {width}", documents=documents.values(), allow_download=False
    )
    page = visits.open(None, share.path, width=width)
    downloads = watch(visits, page)
    expect(page.locator("img.o_customer_portal_thumbnail")).to_have_count(2)
    faults = run(page, axe)
    for name, pages in (("keel.pdf", 2), ("prices.csv", 1), ("boat.jpg", 1)):
        page.get_by_role("link", name=name, exact=True).click()
        wait_for_pictures(page, pages)
        expect(page.locator("iframe")).to_have_count(0)
        expect(page.get_by_role("link", name="Download")).to_have_count(0)
        faults += run(page, axe)
        assert get_overflow(page) == 0
        page.get_by_role("link", name=share.name).click()
    page.get_by_role("link", name="letter.docx", exact=True).click()
    expect(page.get_by_text("cannot be shown here")).to_be_visible()
    assert faults == []
    assert downloads == []
    lines = shares.people.server.call(
        "customer.portal.share.access",
        "search_read",
        [("share_id", "=", share.id), ("item", "!=", False)],
        ["action", "item"],
    )
    seen = sorted((line["action"], line["item"]) for line in lines)
    names = ("boat.jpg", "keel.pdf", "letter.docx", "prices.csv")
    assert seen == [("view", name) for name in names]


@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_opening_a_page_downloads_nothing(
    visits, axe, shares, documents, customer, width
):
    """REQ D-17"""
    share = shares.add(f"To take {width}", documents=documents.values())
    portal = {name: f"/my/documents/{id_}" for name, id_ in documents.items()}
    shared = {
        name: f"{share.path}/document/{id_}/preview" for name, id_ in documents.items()
    }
    start = visits.open(customer, width=width)
    downloads, faults = watch(visits, start), []
    for paths in (portal, shared):
        for name, path in paths.items():
            # it stays open, and has time for what it does by and by
            page = start.context.new_page()
            page.goto(path)
            if name == "prices.csv":
                expect(page.get_by_role("cell", name="Rudder")).to_be_visible()
                faults += run(page, axe)
            if name == "keel.pdf":
                viewer = page.frame_locator("iframe.o_customer_portal_pdf")
                expect(viewer.locator(".page").first).to_be_visible()
                for tool in viewer.locator(TOOLS).all():
                    expect(tool).to_be_hidden()
            assert get_overflow(page) == 0, path
    page.wait_for_load_state("networkidle")
    page.goto("/my/documents")
    expect(page.locator("img.o_customer_portal_thumbnail").first).to_be_visible()
    page.get_by_role("button", name="Show as pictures").click()
    small = page.locator("img.o_customer_portal_thumbnail").first
    assert small.bounding_box()["height"] > 100
    expect(page.get_by_role("cell", name="22 bytes")).to_have_count(0)
    page.reload()
    # as it was, as soon as the page's program runs
    expect(page.get_by_role("button", name="Show as pictures")).to_be_visible()
    assert small.bounding_box()["height"] > 100
    assert get_overflow(page) == 0
    faults += run(page, axe)
    assert faults == []
    assert downloads == []


def test_staff_see_small_pictures(visits, documents, staff):
    """REQ D-17"""
    action = "/odoo/action-customer_portal_docs.customer_portal_document_action"
    page = visits.open(staff, action)
    page.get_by_role("button", name="Kanban View").click()
    pictures = page.locator("img.o_customer_portal_kanban_picture")
    expect(pictures.first).to_be_visible()
    expect(pictures.first).to_have_js_property("naturalWidth", 320)
