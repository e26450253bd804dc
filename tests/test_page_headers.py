"""No page of ours is framed by another site, found by a search engine, or tells its address.

And each has a title, which is not Odoo's own.
"""

import test_route_matrix
from test_route_matrix import ROLES, ROWS

from odoo.tests import tagged


@tagged("-at_install", "post_install")
class TestPageHeaders(test_route_matrix.TestRouteMatrix):
    """Issue 11, line 10"""

    # the same records, and none of the matrix' own tests
    test_every_route_has_a_row_and_every_row_a_route = None
    test_each_role_gets_the_answer_in_the_table = None
    test_malformed_ids_are_refused_alike = None

    def test_every_page_has_them(self):
        checked = 0
        for role in ("visitor", "owner"):
            self._log_in_as(role)
            for route, row in ROWS.items():
                if not route.startswith("GET "):
                    continue
                for url, answers in list(row.items())[:2]:
                    answer = answers.split()[ROLES.index(role)]
                    if answer == "415":
                        continue  # a call, which is no page
                    with self.subTest(role=role, url=url, answer=answer):
                        page = self.get(url.format(**self.ids), timeout=30)
                        headers = page.headers
                        self.assertIn(
                            headers["Referrer-Policy"], ("same-origin", "no-referrer")
                        )
                        self.assertIn("noindex", headers["X-Robots-Tag"])
                        # a form that may be embedded names the sites that may
                        policy = headers["Content-Security-Policy"]
                        self.assertIn("frame-ancestors 'self'", policy)
                        is_page = page.ok and "/html" in headers["Content-Type"]
                        # the page of a task is Project's own
                        if is_page and not url.startswith("/my/tasks/"):
                            self.assertNotIn("<title>Odoo</title>", page.text)
                        checked += 1
        self.assertGreater(checked, 50)
