"""No page of ours is framed by another site, found by a search engine, or tells its address.

And each has a title, which is not Odoo's own, and says issue and binder (REQ U-8).
"""

import test_route_matrix
from test_glossary import find_words_in_page
from test_route_matrix import ROLES, ROWS

from odoo.tests import tagged
from odoo.tools import mute_logger

#: Ours, and those of helpdesk_mgmt that we expose; Odoo's own routes answer as they do.
OURS = (
    *("/my/", "/share/", "/issues/", "/calendar/", "/customer_portal"),
    *("/new/ticket", "/submitted/ticket"),
)


@tagged("-at_install", "post_install")
class TestPageHeaders(test_route_matrix.TestRouteMatrix):
    """Issue 11, line 10"""

    # the same records, and none of the matrix' own tests
    test_every_route_has_a_row_and_every_row_a_route = None
    test_each_role_gets_the_answer_in_the_table = None
    test_malformed_ids_are_refused_alike = None

    def test_every_page_has_them(self):
        checked = 0
        for role in ("visitor", "owner", "document_user"):
            self._log_in_as(role)
            for route, row in ROWS.items():
                if not route.startswith("GET "):
                    continue
                # staff are refused as the others are
                count = 1 if role == "document_user" else 2
                for url, answers in list(row.items())[:count]:
                    answer = answers.split()[ROLES.index(role)]
                    if answer == "415" or count == 1 and answer != "200":
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
                            self.assertEqual(find_words_in_page(page.text), [])
                            self.assertIn("no-", headers.get("Cache-Control", ""))
                        checked += 1
        self.assertGreater(checked, 50)

    def _get_json_refusals(self):
        """Yield what is refused before our code is asked."""
        yield "another method", "PROPFIND", {}
        yield "no token", "POST", {"data": {"name": "x"}}
        yield "wrong token", "POST", {"data": {"csrf_token": "é"}}
        yield "file as token", "POST", {"files": {"csrf_token": ("a", b"x")}}
        parts = [(f"x{number}", (None, b"x")) for number in range(2_100)]
        yield "too many parts", "POST", {"files": parts}

    @mute_logger("odoo.http")
    def test_refusals_are_json_for_who_asks_for_json(self):
        """Documents, requests, shares, calendars and issues: too many parts, no token, a method."""
        seen = set()
        self._log_in_as("owner")
        for route, row in ROWS.items():
            [(url, answers), *_others] = row.items()
            is_ours = url.startswith(OURS) and "415" not in answers
            if not is_ours or not route.startswith("POST "):
                continue
            url = url.format(**self.ids)
            for case, method, sent in self._get_json_refusals():
                with self.subTest(route=route, case=case):
                    answer = self.opener.request(
                        method,
                        self.base_url() + url,
                        headers={"Accept": "application/json"},
                        allow_redirects=False,
                        timeout=60,
                        **sent,
                    )
                    self.assertLess(answer.status_code, 500, answer.text)
                    if answer.status_code >= 400:
                        data = answer.json()
                        self.assertLessEqual({"error", "message"}, set(data))
                        seen.add((case, answer.status_code))
        self.assertLessEqual({("another method", 405), ("too many parts", 413)}, seen)
