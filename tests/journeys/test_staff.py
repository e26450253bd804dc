"""Staff find what a customer uploaded where they work, and upload for a customer."""

import re

import pytest
from playwright.sync_api import expect

from .client import Client
from .issues import wait_for_mail
from .menus import choose
from .visits import PDF, WIDE, file


@pytest.fixture(scope="module")
def staff(people):
    return people.add_staff("Bo Lund")


@pytest.fixture(scope="module")
def customer(people):
    return people.add_customer("Ida Holm", company="Lock Gates")


@pytest.fixture(scope="module")
def project(people, customer):
    """Return the ids of a project and its task, each with a document that the customer uploaded."""
    project_id, task_id = people.add_project("Sluice", customer)
    client = Client(people.server, customer)
    for model, id_, name in (
        ("", "", "Signed offer"),
        ("project.project", project_id, "Site plan"),
        ("project.task", task_id, "Door drawing"),
    ):
        form = {"res_model": model, "res_id": id_, "name": name}
        assert client.upload((f"{name}.pdf", PDF), **form).status_code == 201
    return project_id, task_id


@pytest.mark.parametrize("who", ["contact", "company"])
def test_on_the_contact_and_on_the_company(visits, staff, customer, project, who):
    """REQ D-4"""
    id_ = customer.partner_id if who == "contact" else customer.company_id
    page = visits.open(staff, f"/odoo/res.partner/{id_}")
    page.get_by_role("tab", name="Documents").click()
    tab = page.locator(".tab-pane.active")
    for name in ("Signed offer", "Site plan", "Door drawing"):
        expect(tab.get_by_role("cell", name=name, exact=True)).to_be_visible()
    last = page.get_by_role("tab").last
    expect(last).to_have_text("Documents")

    button = page.locator("button[name=action_open_portal_documents]")
    expect(button).to_contain_text("3")
    button.click()
    open_row(page, "Signed offer")
    expect_form(page, "Signed offer")


@pytest.mark.parametrize("model", ["project.project", "project.task"])
def test_on_the_project_and_on_the_task(visits, staff, project, model):
    """REQ D-5"""
    id_, name = (project[0], "Site plan")
    if model == "project.task":
        id_, name = project[1], "Door drawing"
    page = visits.open(staff, f"/odoo/{model}/{id_}")
    page.get_by_role("tab", name="Documents").click()
    page.get_by_role("cell", name=name, exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Ida Holm")


def test_in_the_documents_app(visits, staff, project):
    """REQ D-4"""
    page = visits.open(staff, "/odoo", width=WIDE)
    choose(
        page,
        page.locator(".o_navbar_apps_menu button"),
        page.get_by_role("menuitem", name="Customer Portal"),
    )
    open_row(page, "Door drawing")
    expect_form(page, "Door drawing")
    expect(page.locator(".o_attachment_preview iframe")).to_be_attached()


def test_upload_for_a_customer(visits, people, staff, customer, project):
    """REQ D-13"""
    page = visits.open(staff, f"/odoo/res.partner/{customer.partner_id}")
    page.get_by_role("tab", name="Documents").click()
    page.get_by_role("button", name=re.compile("Upload$")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("combobox", name="Customer")).to_have_value(
        re.compile("Ida Holm")
    )
    # nothing is sent before the button is pressed
    dialog.locator("input[type=file]").set_input_files([file("warranty.pdf")])
    expect(dialog.get_by_text("warranty.pdf")).to_be_visible()
    dialog.get_by_label("Title").fill("Warranty")
    dialog.get_by_label("Notify the customer").check()
    dialog.get_by_role("button", name="Upload", exact=True).click()
    expect(dialog).to_be_hidden()
    tab = page.locator(".tab-pane.active")
    expect(tab.get_by_role("cell", name="Warranty", exact=True)).to_be_visible()

    mail = wait_for_mail(people.server, "Warranty")
    assert mail.recipients == (f"{customer.login}@example.com",)
    assert mail.subject == "New in our customer portal: Warranty"
    page = visits.open(customer, "/my")
    page.get_by_role("link", name="Documents").first.click()
    page.get_by_role("link", name="Warranty").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "warranty.pdf"
    assert download.value.path().read_bytes() == PDF


def open_row(page, name):
    """Click a row of the list of documents, not one of the form that is still there."""
    page.locator(".o_action.o_list_view").get_by_role("cell", name=name).click()


def expect_form(page, name):
    """See the form of a document: title, preview and discussion."""
    expect(page.locator(".o_form_view .oe_title")).to_be_visible()
    expect(
        page.locator(".o_form_view .oe_title input, .oe_title textarea")
    ).to_have_value(name)
    expect(page.locator(".o-mail-Chatter")).to_be_visible()
