"""REQ R-1 to R-6: staff make a report, customers look at their own rows and take them along."""

import codecs
import csv
import io
import re

import pytest
from playwright.sync_api import expect

from .menus import choose_action, search
from .visits import DESKTOP, PHONE

MODEL = "customer.portal.report"
#: Where the code of the charts comes from.
CHARTS = re.compile(r"chart", re.IGNORECASE)


@pytest.fixture(scope="module")
def customer(people):
    return people.add_customer("Ida Holm", company="Holm Sails")


@pytest.fixture(scope="module")
def colleague(people, customer):
    return people.add_customer("Jens Holm", colleague_of=customer)


@pytest.fixture(scope="module")
def rival(people):
    return people.add_customer("Kari Dahl", company="Dahl Nets")


@pytest.fixture(scope="module")
def manager(people):
    return people.add_staff(
        "Mona Lie",
        "customer_portal_shares.group_portal_manager",
        "project.group_project_manager",
        "base.group_allow_export",
    )


@pytest.fixture(scope="module")
def tasks(people, customer, colleague, rival):
    project_id = people.create("project.project", name="Regatta")
    rows = [
        ("Cut the jib", customer, 3, "2024-05-02"),
        ("=1+1", customer, 2, "2024-05-20"),
        ("Sew the main", colleague, 5.5, "2024-06-11"),
        ("Knot by night", rival, 99, "2024-06-12"),
    ]
    for name, person, hours, day in rows:
        people.create(
            "project.task",
            name=name,
            project_id=project_id,
            partner_id=person.partner_id,
            allocated_hours=hours,
            date_deadline=f"{day} 10:00:00",
        )
    return project_id


@pytest.fixture(scope="module")
def report(people, manager, tasks, customer, rival):
    [model] = people.read("ir.model", [("model", "=", "project.task")])
    columns = (
        ("name", "none"),
        ("project_id", "none"),
        ("date_deadline", "none"),
        ("allocated_hours", "sum"),
    )
    return people.create(
        MODEL,
        name="Work on your sails",
        model_id=model["id"],
        domain=str([("project_id", "=", tasks)]),
        column_ids=[
            (0, 0, {"path": path, "total": total, "sequence": number})
            for number, (path, total) in enumerate(columns)
        ],
        group_path="date_deadline",
        group_interval="month",
        date_path="date_deadline",
        partner_path="partner_id",
        chart="bar",
        user_id=manager.id,
        user_ids=[(6, 0, [customer.id, rival.id])],
    )


def test_a_customer_reads_sorts_and_takes_along(visits, report, customer):
    page = visits.open(customer, "/my")
    charts = []
    visits.listen(page, "request", lambda asked: charts.append(asked.url))
    page.get_by_role("link", name="Reports").first.click()
    for path in ("/my/documents", "/my/reports"):
        page.goto(path, wait_until="networkidle")
    assert not [url for url in charts if CHARTS.search(url)]
    page.get_by_role("link", name="Work on your sails").click()
    table = page.locator(".o_customer_portal_report_table table")
    expect(table).to_contain_text("Sew the main")
    expect(table).not_to_contain_text("Knot by night")
    expect(table.locator("tfoot")).to_contain_text("10.50")
    expect(table.get_by_role("link", name="May 2024")).to_be_visible()
    canvas = page.locator(".o_customer_portal_report_canvas canvas")
    expect(canvas).to_have_attribute("style", re.compile("height"))
    assert [url for url in charts if CHARTS.search(url)]
    expect(page.locator("figcaption table")).to_contain_text("5.50")
    table.get_by_role("link", name="Allocated Time").click()
    head = table.get_by_role("columnheader", name="Allocated Time")
    expect(head).to_have_attribute("aria-sort", "ascending")
    page.get_by_label("From").fill("2024-06-01")
    page.get_by_role("button", name="Show").click()
    expect(table).not_to_contain_text("Cut the jib")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    # with the mark that Excel knows UTF-8 by
    assert download.value.path().read_bytes().startswith(codecs.BOM_UTF8)
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows] == ["Title", "Sew the main"]


def test_the_numbers_of_a_chart_that_cannot_be_drawn(visits, report, customer):
    """REQ R-3: the line breaks while its library comes"""
    page = visits.open(customer, "/my/reports")
    visits.expect_complaint("ERR_FAILED")
    page.route(lambda url: "chartjs_lib" in url, lambda route: route.abort())
    page.get_by_role("link", name="Work on your sails").click()
    expect(page.locator("figcaption")).not_to_have_class(re.compile("visually-hidden"))
    expect(page.locator("figcaption table")).to_contain_text("5.50")
    expect(page.locator(".o_customer_portal_report_canvas")).to_be_hidden()


def test_the_same_on_a_phone_and_nothing_is_wrong(visits, report, customer, check):
    for width in (DESKTOP, PHONE):
        page = visits.open(customer, f"/my/reports/{report}", width=width)
        expect(page.locator("canvas")).to_have_attribute("style", re.compile("height"))
        check.look(f"report, {width}", page)
        page.goto("/my/reports")
        check.look(f"reports, {width}", page)
    check.expect_nothing()


def test_without_javascript_it_is_all_there(visits, report, customer):
    page = visits.open(customer, f"/my/reports/{report}?sortby=-name", javascript=False)
    expect(page.locator("table").last).to_contain_text("Cut the jib")
    page.get_by_role("link", name="June 2024").click()
    expect(page.locator("main")).not_to_contain_text("Cut the jib")


def test_each_sees_their_own_and_nobody_the_others(visits, report, rival, colleague):
    page = visits.open(rival, f"/my/reports/{report}")
    expect(page.locator("main")).to_contain_text("Knot by night")
    expect(page.locator("main")).not_to_contain_text("Sew the main")
    page = visits.open(colleague)
    visits.expect_complaint(r"404 \(NOT FOUND\)")
    assert page.goto(f"/my/reports/{report}").status == 404


def test_staff_share_the_view_they_have_open(visits, people, manager, tasks, customer):
    page = visits.open(manager)
    page.goto("/odoo/action-project.action_view_all_task", timeout=90_000)
    page.wait_for_selector(".o_control_panel")
    page.locator(".o_switch_view.o_list").click()
    page.wait_for_selector(".o_list_table")
    choose_action(page, "Share This View")
    page.wait_for_selector(".o_form_view")
    page.locator(".o_field_widget[name=name] textarea").fill("From a list")
    page.locator(".o_form_button_save").click()
    expect(page.locator(".o_form_button_save")).to_be_hidden()
    [made] = people.read(
        MODEL, [("name", "=", "From a list")], "partner_path", "user_id"
    )
    assert made["partner_path"] == "partner_id"
    assert made["user_id"][0] == manager.id


@pytest.mark.parametrize(
    ("view", "drawn"),
    [("pivot", ".o_pivot table"), ("graph", ".o_graph_renderer canvas")],
)
def test_staff_share_a_pivot_or_a_graph(visits, people, manager, tasks, view, drawn):
    """REQ R-5: with its groups and measures"""
    page = visits.open(manager)
    page.goto("/odoo/action-project.action_view_all_task", timeout=90_000)
    page.wait_for_selector(".o_control_panel")
    page.locator(f".o_switch_view.o_{view}").click()
    page.wait_for_selector(drawn)
    page.get_by_role("button", name="Measures").click()
    measure = page.locator(".o-dropdown-item", has_text="Allocated Time").first
    with page.expect_response(re.compile("formatted_read_group")):
        measure.click()
    page.keyboard.press("Escape")
    if view == "pivot":
        expect(page.locator(".o_pivot thead")).to_contain_text("Allocated Time")
    choose_action(page, "Share This View")
    page.wait_for_selector(".o_form_view")
    page.locator(".o_field_widget[name=name] textarea").fill(f"From a {view}")
    page.locator(".o_form_button_save").click()
    expect(page.locator(".o_form_button_save")).to_be_hidden()
    [made] = people.read(
        MODEL, [("name", "=", f"From a {view}")], "group_path", "column_ids", "user_id"
    )
    assert (made["group_path"], made["user_id"][0]) == ("project_id", manager.id)
    columns = people.read(
        f"{MODEL}.column", [("id", "in", made["column_ids"])], "path", "total"
    )
    assert ("allocated_hours", "sum") in [(c["path"], c["total"]) for c in columns]


def test_the_owner_looks_as_a_customer_first(visits, report, manager):
    page = visits.open(manager, f"/odoo/customer.portal.report/{report}")
    page.get_by_role("button", name="Preview").click()
    dialog = page.locator(".modal")
    dialog.locator(".o_field_widget[name=partner_id] input").fill("Kari")
    page.locator(".o-autocomplete--dropdown-item", has_text="Kari Dahl").first.click()
    expect(dialog).to_contain_text("Knot by night")
    expect(dialog).not_to_contain_text("Sew the main")


def test_who_is_not_the_owner_takes_it_over_first(visits, people, tasks, manager):
    """REQ R-2: nothing is offered that is refused afterwards"""
    [model] = people.read("ir.model", [("model", "=", "project.task")])
    report = people.create(
        MODEL,
        name="Of the office",
        model_id=model["id"],
        column_ids=[(0, 0, {"path": "name"})],
    )
    page = visits.open(manager, f"/odoo/{MODEL}/{report}")
    hint = page.get_by_role("status").filter(has_text="Make Me the Owner")
    preview = page.get_by_role("button", name="Preview")
    source = page.locator(".o_field_widget[name=model_id] input")
    expect(hint).to_be_visible()
    expect(preview).to_be_hidden()
    expect(source).to_be_hidden()
    expect(page.get_by_text("Add a line")).to_be_hidden()
    page.get_by_role("button", name="Make Me the Owner").click()
    page.get_by_role("dialog").get_by_role("button", name="Ok").click()
    expect(preview).to_be_visible()
    expect(source).to_be_visible()
    expect(page.get_by_text("Add a line")).to_be_visible()
    expect(hint).to_be_hidden()


def test_staff_see_what_opens_it(visits, people, report, manager, customer):
    """REQ R-2: on the report, and in the pop-up of a user"""
    guest = people.add_customer("Nils Ask", colleague_of=customer)
    people.create(
        "customer.portal.share",
        name="Until the race",
        access="secured",
        user_id=manager.id,
        user_ids=[(6, 0, [guest.id])],
        expiration_date="2099-12-31",
        item_ids=[(0, 0, {"res_model": MODEL, "res_id": report})],
    )
    page = visits.open(manager, f"/odoo/{MODEL}/{report}")
    page.get_by_role("tab", name="Who Sees It").click()
    ticked = page.locator("div[name=user_ids]")
    expect(ticked).to_contain_text("Ida Holm")
    shared = page.locator("div[name=share_item_ids]")
    expect(shared).to_contain_text("Until the race")
    expect(shared).to_contain_text("Nils Ask")
    expect(shared).to_contain_text("2099")
    expect(shared).to_contain_text("Active")
    page.goto("/odoo/portal-users")
    search(page, "Nils Ask")
    row = page.locator(".o_data_row")
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Reports").click()
    expect(page.get_by_role("dialog")).to_contain_text(
        "Work on your sails: in the share “Until the race”, until 12/31/2099"
    )


def test_a_customer_is_told_by_mail_and_stops_it(visits, people, report, customer):
    page = visits.open(customer, f"/my/reports/{report}")

    def choose(frequency):
        page.get_by_label("Notify me by e-mail").select_option(frequency)
        # the page that is left shows what was chosen, as the next one does
        with page.expect_navigation():
            page.get_by_role("button", name="Save").click()
        expect(page.get_by_label("Notify me by e-mail")).to_have_value(frequency)

    choose("daily")
    [subscription] = people.read(
        "customer.portal.report.subscription",
        [("user_id", "=", customer.id)],
        "frequency",
    )
    assert subscription["frequency"] == "daily"
    choose("")
