"""Nothing that a client sends as a file where a text belongs is an error of the server."""

import inspect

import test_route_matrix
from test_route_matrix import EXTENDED, ROLES, ROWS

from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_portal_docs.tests.common import PDF

#: What routes read of a form or a query without naming it as their argument.
NAMES = set(
    "answer before category date_begin description email embed filterby folder folder_id"
    " form_key groupby homepage name partner_name password priority res_id res_model search"
    " search_in sent sortby stage_id status subject team ticket_id uploaded version"
    " visibility".split()
)


@tagged("-at_install", "post_install")
class TestFilesAsText(test_route_matrix.TestRouteMatrix):
    # the same records, and none of the matrix' own tests
    test_every_route_has_a_row_and_every_row_a_route = None
    test_each_role_gets_the_answer_in_the_table = None
    test_malformed_ids_are_refused_alike = None

    @mute_logger("odoo.http")
    def test_a_file_where_a_text_belongs(self):
        arguments = self._get_arguments()
        for role in ("visitor", "owner", "stranger"):
            self._log_in_as(role)
            for verb, pattern, url in self._get_open_urls(role):
                others = (NAMES | arguments[pattern]) - {"csrf_token"}
                # at once: where one of them is an error, so are all
                for names in (others, {"csrf_token"}):
                    with self.subTest(role=role, verb=verb, url=url, names=names):
                        self.assertLess(self._send(verb, url, names), 500)

    def _get_open_urls(self, role):
        for route, row in ROWS.items():
            verb, pattern = route.split(" ", 1)
            url, answers = next(iter(row.items()))
            is_open = answers.split()[ROLES.index(role)] in ("200", "204", "303", "400")
            is_form = verb in ("GET", "POST") and "/tus" not in url
            # those of others alone are core's to mend
            if is_form and is_open and route not in EXTENDED:
                yield verb, pattern, url.format(**self.ids)

    def _send(self, verb, url, names):
        texts = {"csrf_token": Request.csrf_token(self)}
        return self.opener.request(
            verb,
            self.base_url() + url,
            data={key: value for key, value in texts.items() if key not in names},
            files=[(name, ("é.pdf", PDF)) for name in names],
            allow_redirects=False,
            timeout=30,
        ).status_code

    def _get_arguments(self):
        """Return the names of the arguments of each route but those of its path."""
        return {
            rule.rule: inspect.signature(
                rule.endpoint.original_endpoint
            ).parameters.keys()
            - {"self", "params", *rule.arguments}
            for rule in self.env["ir.http"].routing_map().iter_rules()
        }
