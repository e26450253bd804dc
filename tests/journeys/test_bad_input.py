"""What a customer reads when a file is not accepted, and that nothing typed is lost."""

import pytest
from playwright.sync_api import expect

from .client import Client
from .upload_page import choose, expect_thanks, get_item, open_form, submit
from .visits import PDF, file

REFUSED_BY_SERVER = (
    r"the server responded with a status of 4\d\d .*/my/documents/(upload|tus)"
)


@pytest.fixture(scope="module")
def customer(people):
    return people.add_customer("Rolf Pike", company="Pike Ropes")


@pytest.fixture
def limits(people):
    """The company accepts files up to 1 MB, as PDF or text only."""
    fields = ("portal_document_max_size", "portal_document_types")
    before = people.read("res.company", [("id", "=", 1)], *fields)[0]
    people.set_company(portal_document_max_size=1, portal_document_types="pdf, txt")
    yield
    people.set_company(**{field: before[field] for field in fields})


SMALLER = (
    "Please choose a smaller one and try again; contact us if the problem persists."
)
ANOTHER = (
    "Please choose another file and try again; contact us if the problem persists."
)

FILES = {
    "empty": (
        file("empty.pdf", b""),
        "This file is empty. Please check it and try again; contact us if the problem persists.",
        "“empty.pdf” is empty. Please check the file and try again; contact us if the problem persists.",
    ),
    "too big": (
        file("big.pdf", PDF + b"\n" * 2_621_440),
        f"This file is too big: the largest file accepted is 1 MB. {SMALLER}",
        f"“big.pdf” is too big: 2.5 MB. The largest file accepted is 1 MB. {SMALLER}",
    ),
    "refused type": (
        file("photo.png", b"\x89PNG\r\n\x1a\n"),
        f"This type of file is not accepted here. {ANOTHER}",
        f"“photo.png” is of a type that is not accepted here. Accepted: pdf, txt. {ANOTHER}",
    ),
    "disguised program": (
        file("invoice.pdf", b"MZ\x90\x00 not a PDF"),
        f"“invoice.pdf” is of a type that is not accepted here. Accepted: pdf, txt. {ANOTHER}",
        f"“invoice.pdf” is of a type that is not accepted here. Accepted: pdf, txt. {ANOTHER}",
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_the_words_stand_next_to_the_file(visits, people, customer, limits, kind):
    """REQ D-6, D-15"""
    visits.expect_complaint(REFUSED_BY_SERVER)
    before = len(people.get_documents(customer))
    bad, words, _words_without_javascript = FILES[kind]
    page = open_form(visits, customer)
    expect(page.get_by_text("Up to 1 MB for each file.")).to_be_visible()
    expect(page.get_by_text("Accepted: pdf, txt.")).to_be_visible()
    choose(page, [bad])
    status = get_item(page, bad["name"]).get_by_role("status")
    if kind != "disguised program":
        # before anything is sent
        expect(status).to_contain_text(words)
    type_texts(page)
    submit(page)
    expect(status).to_contain_text(words)
    expect(page.get_by_role("alert")).to_contain_text(
        "Not everything could be uploaded"
    )
    expect_texts(page)
    assert len(people.get_documents(customer)) == before

    page.get_by_role("button", name=f"Remove {bad['name']}").click()
    choose(page, [file("good.pdf")])
    submit(page)
    expect_thanks(page)
    assert len(people.get_documents(customer)) == before + 1


@pytest.mark.parametrize("kind", FILES)
def test_the_words_without_javascript(visits, people, customer, limits, kind):
    """REQ D-6, D-15"""
    visits.expect_complaint(REFUSED_BY_SERVER)
    before = len(people.get_documents(customer))
    bad, _words, words = FILES[kind]
    page = visits.open(customer, "/my/documents/upload", javascript=False)
    choose(page, [bad], javascript=False)
    type_texts(page)
    submit(page)
    expect(page.get_by_role("alert")).to_have_text(words)
    expect_texts(page)
    assert len(people.get_documents(customer)) == before


def test_no_file(visits, customer):
    """REQ D-6"""
    page = open_form(visits, customer)
    type_texts(page)
    submit(page)
    expect(page.get_by_role("alert")).to_have_text("Please choose a file to upload.")
    expect_texts(page)

    page = visits.open(customer, "/my/documents/upload", javascript=False)
    submit(page)
    assert page.evaluate("!document.querySelector('input[type=file]').validity.valid")
    assert page.url.endswith("/my/documents/upload")


def test_a_title_is_never_markup(visits, people, customer):
    """REQ D-6: a script in file name, title or description is text"""
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    page = open_form(visits, customer)
    choose(page, [file(f"{evil}.pdf")])
    expect(get_item(page, "<script>")).to_be_visible()
    page.get_by_label("Title").fill(evil)
    page.get_by_label("Description").fill(evil)
    submit(page)
    expect_thanks(page)
    page.get_by_role("link", name=evil).click()
    expect(page.get_by_role("heading", name=evil)).to_be_visible()
    # breadcrumb, title, description; and not yet the form that changes them
    expect(page.get_by_text(evil).locator("visible=true")).to_have_count(3)
    staff = people.add_staff("Tom Reed")
    id_ = people.get_documents(customer)[0]["id"]
    page = visits.open(staff, f"/odoo/customer.portal.document/{id_}")
    expect(page.locator(".oe_title input, .oe_title textarea")).to_have_value(evil)


HOSTILE = {
    "path": ("../../../../etc/passwd.pdf", "passwd.pdf"),
    "windows path": ("C:\\\\Users\\\\rolf\\\\secret.pdf", "secret.pdf"),
    "direction override": ("invoice\u202efdp.pdf", "invoice fdp.pdf"),
    "300 characters": ("é" * 300 + ".pdf", "é" * 125 + ".pdf"),
    "quotes": ("it's %22here%22.pdf", "it's _here_.pdf"),
    "escaped quote": ('say \\"no\\".pdf', "say _no_.pdf"),
    "new line": ("one%0D%0Atwo.pdf", "one%0D%0Atwo.pdf"),
    "only dots": ("..", "document"),
    "script": ("<script>alert(1)</script>.pdf", "script_.pdf"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_file_names(people, customer, kind):
    """REQ D-6: as a program sends them, byte by byte"""
    sent, kept = HOSTILE[kind]
    client = Client(people.server, customer)
    body = (
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{client.token}\r\n'
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="{sent}"\r\n\r\n'
    ).encode() + b"%s\r\n--x--\r\n" % PDF
    answer = client.upload_raw(body, "multipart/form-data; boundary=x")
    assert answer.status_code == 201, answer.text
    document = people.get_documents(customer, "filename")[0]
    assert document["filename"] == kept
    content = client.get(f"/my/documents/{document['id']}/content?download=1")
    assert content.content == PDF
    assert "\n" not in content.headers["Content-Disposition"]


def test_a_foreign_folder_or_record(visits, people, customer):
    """REQ D-5, D-9: the same words as for one that does not exist"""
    visits.expect_complaint("the server responded with a status of 404")
    stranger = people.add_customer("Max Vole", company="Vole Sails")
    folder_id = people.add_folder("Sails", stranger)
    project_id, task_id = people.add_project("Mast", stranger)
    client = Client(people.server, customer)
    for form in (
        {"folder_id": folder_id},
        {"res_model": "project.project", "res_id": project_id},
        {"res_model": "project.task", "res_id": task_id},
    ):
        absent = {key: 999_999 if key.endswith("id") else form[key] for key in form}
        answers = [client.upload(("a.pdf", PDF), **form) for form in (form, absent)]
        assert [answer.status_code for answer in answers] == [404, 404]
        words = "This page does not exist, or you may not see it."
        assert [answer.json()["message"] for answer in answers] == [words, words]

    page = open_form(
        visits, customer, f"/my/documents/upload?folder_id={add_own(people, customer)}"
    )
    page.evaluate(
        f"document.querySelector('select option:checked').value = {folder_id}"
    )
    choose(page, [file("a.pdf")])
    type_texts(page)
    submit(page)
    expect(get_item(page, "a.pdf").get_by_role("status")).to_have_text(
        "The place to upload to does not exist, or you may not see it."
    )
    expect_texts(page)
    assert not people.get_documents(stranger)


def add_own(people, customer):
    return people.add_folder("Ropes", customer)


def type_texts(page):
    page.get_by_label("Title").fill("My title")
    page.get_by_label("Description").fill("First line\nsecond line")


def expect_texts(page):
    expect(page.get_by_label("Title")).to_have_value("My title")
    expect(page.get_by_label("Description")).to_have_value("First line\nsecond line")
