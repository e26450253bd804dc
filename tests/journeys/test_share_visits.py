"""The owner of a share reads who came to it, as a list and as a graph."""

import pytest
from playwright.sync_api import expect

from .menus import pick_filter
from .shares import LIST, Shares, enter_password, open_list
from .visits import DESKTOP, PHONE

PASSWORD = "Under the hazel 4"
READ_GRAPH = """canvas => {
    const {labels, datasets} = Chart.getChart(canvas).data;
    const bars = datasets.filter(({type}) => type !== "line");
    return bars.map(({label, data}) => [label, labels.map((_, day) => data[day] ?? 0)]);
}"""

READ_COLORS = """canvas => Object.fromEntries(
    Chart.getChart(canvas).data.datasets
        .filter(({type}) => type !== "line")
        .map(({label, backgroundColor}) => [label, backgroundColor])
)"""


@pytest.fixture(scope="module")
def staff(people):
    return people.add_staff("Una Lie")


@pytest.fixture(scope="module")
def shares(people, staff):
    return Shares(people, staff)


@pytest.fixture(scope="module")
def share(people, shares):
    """A share of two documents that nobody has opened yet."""
    customer = people.add_customer("Per Dal", company="Dal Timber")
    documents = shares.add_documents(customer, "hazel.pdf", "nuts.pdf")
    shares.add("Shells", documents=documents[1:])
    return shares.add("Hazel", documents=documents, password=PASSWORD)


@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_before_the_first_visit(visits, staff, share, width):
    """REQ S-9"""
    page = visits.open(staff, f"{LIST}/{share.id}", width=width)
    open_visits(page, width)
    expect(page.get_by_text("No visits yet")).to_be_visible()


def test_visits_as_a_graph(visits, shares, staff, share):
    """REQ S-9: of the share, by day and by what was done; and of all shares together"""
    visits.expect_complaint("status of 401")
    visitor = visits.open(None, share.path)
    enter_password(visitor, "not that")
    enter_password(visitor, PASSWORD)
    for name in ("hazel.pdf", "nuts.pdf"):
        with visitor.expect_download():
            visitor.get_by_role("link", name=f"Download {name}").click()
    spread_over_days(shares, share)

    page = open_list(visits, staff, "Hazel")
    page.get_by_role("cell", name="Hazel").click()
    open_visits(page)
    rows = page.locator(".o_data_row")
    expect(rows).to_have_count(4)
    expect(rows.filter(has_text="Refused")).to_contain_text("Wrong password")
    expect_graph(page, {"Download": [0, 2], "Refused": [1, 0], "View": [1, 0]})
    # by meaning, and not in the order that they come in
    graph = page.locator(".o_graph_canvas_container canvas")
    assert graph.evaluate(READ_COLORS) == {
        "Download": "#2e9e6b",
        "Refused": "#d9463e",
        "View": "#4a86c5",
    }
    pick_filter(page, "Downloads")
    expect_graph(page, {"Download": [2]})

    visits.open(None, shares.read(shares.find("Shells"), "url")["url"])
    page = visits.open(staff, LIST)
    page.get_by_role("menuitem", name="Visits").click()
    expect(rows_of(page, "Hazel")).to_have_count(4)
    expect(rows_of(page, "Shells").first).to_be_visible()
    pick_filter(page, "Share")
    switch_to_graph(page)
    graph = page.locator(".o_graph_canvas_container canvas")
    labels = graph.evaluate("canvas => Chart.getChart(canvas).data.labels")
    assert set(labels) == {"Hazel", "Shells"}


def open_visits(page, width=DESKTOP):
    if width == PHONE:
        page.locator(".o_button_more").click()
    page.locator("button[name=action_open_accesses]").click()


def spread_over_days(shares, share):
    """Have what was not a download happen the day before, as the log would have it."""
    shares.people.server.sql(
        "UPDATE customer_portal_share_access SET date = date - interval '1 day'"
        " WHERE share_id = %s AND action <> 'download'",
        share.id,
    )


def rows_of(page, name):
    return page.locator(".o_data_row").filter(has_text=name)


def switch_to_graph(page):
    page.locator(".o_switch_view.o_graph").click()
    expect(page.locator(".o_graph_canvas_container canvas")).to_be_visible()


def expect_graph(page, expected):
    """See what the graph shows: a list of int by day for each label."""
    switch_to_graph(page)
    # asked and read at once: a graph is drawn again with every answer of the server
    bars = page.wait_for_function(
        "([read, count]) => {"
        " const canvas = document.querySelector('.o_graph_canvas_container canvas');"
        " const bars = canvas && Chart.getChart(canvas) && eval(read)(canvas);"
        " return bars?.length === count && bars; }",
        arg=[f"({READ_GRAPH})", len(expected)],
    )
    assert dict(bars.json_value()) == expected
