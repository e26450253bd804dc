"""A row of a table has as many cells as its head, also where there is nothing to write in them.

QWeb leaves out an element whose ``t-out`` is nothing: a cell then goes, and all after it move
under the head of another column.
"""

from pathlib import Path

import test_route_matrix
from lxml import etree, html
from test_route_matrix import ROLES, ROWS

from odoo.tests import tagged

REPOSITORY = Path(__file__).parents[1]
OUTPUTS = ("t-out", "t-esc", "t-raw")


def find_cells_that_may_go(root):
    """Return the cells of templates that are not there where their value is nothing."""
    return [
        cell
        for cell in root.iter("td", "th")
        if any(name in cell.attrib for name in OUTPUTS)
    ]


def find_uneven_rows(text):
    """Return the rows of a page that have other cells than the head of their table, as texts."""
    uneven = []
    for table in html.fromstring(text).iter("table"):
        heads = [_count_cells(row) for row in table.findall("thead/tr")]
        if not heads:
            continue
        for row in table.findall("tbody/tr") + table.findall("tfoot/tr"):
            if _count_cells(row) != max(heads):
                uneven.append(" ".join(row.text_content().split()))
    return uneven


def _count_cells(row):
    cells = row.findall("td") + row.findall("th")
    return sum(int(cell.get("colspan") or 1) for cell in cells)


@tagged("-at_install", "post_install")
class TestTables(test_route_matrix.TestRouteMatrix):
    """Issue 17, section 2"""

    # the same records, and none of the matrix' own tests
    test_every_route_has_a_row_and_every_row_a_route = None
    test_each_role_gets_the_answer_in_the_table = None
    test_malformed_ids_are_refused_alike = None

    def test_no_cell_goes_with_its_value(self):
        for path in sorted(REPOSITORY.glob("customer_portal_*/**/*.xml")):
            cells = find_cells_that_may_go(etree.parse(path))
            lines = [cell.sourceline for cell in cells]
            self.assertFalse(lines, f"{path.relative_to(REPOSITORY)}: put a <t> inside")

    def test_it_sees_such_a_cell(self):
        row = etree.fromstring("<tr><td><t t-out='a' /></td><th t-out='b' /></tr>")
        self.assertEqual([cell.tag for cell in find_cells_that_may_go(row)], ["th"])

    def test_every_row_of_every_page_is_as_wide_as_its_head(self):
        self.env["helpdesk.ticket"].search([]).user_id = False
        tables = 0
        for role in ("visitor", "owner", "manager"):
            self._log_in_as(role)
            for route, row in ROWS.items():
                if not route.startswith("GET "):
                    continue
                for url, answers in row.items():
                    if answers.split()[ROLES.index(role)] != "200":
                        continue
                    with self.subTest(role=role, url=url):
                        response = self.get(url.format(**self.ids), timeout=30)
                        kind = response.headers.get("Content-Type", "")
                        if not kind.startswith("text/html") or not response.text:
                            continue
                        tables += response.text.count("<thead")
                        self.assertEqual(find_uneven_rows(response.text), [])
        self.assertGreater(tables, 20)

    def test_it_sees_an_uneven_row(self):
        page = (
            "<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody>"
            "<tr><td colspan='2'>all</td></tr><tr><td>one</td></tr></tbody></table>"
        )
        self.assertEqual(find_uneven_rows(page), ["one"])
