"""Issue 14, REQ R-1: a filter is data. No text of it runs code, keeps a worker or tells what is not its author's."""

import time
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import config, mute_logger

from .common import ReportCase, ReportHttpCase

_MODELS = "odoo.addons.customer_portal_shares.models.report"
MASTER = "0.__globals__[safe_eval].__globals__[odoo].tools.config[admin_passwd]"
_RECEIVERS = (
    "''",
    "'a'",
    "1",
    "1.5",
    "True",
    "None",
    "[]",
    "()",
    "uid",
    "allowed_company_ids",
    "context_today",
    "context_today()",
    "context_today().strftime",
    "relativedelta",
    "relativedelta(days=1)",
    "relativedelta(days=1).weekday",
    "datetime",
    "datetime.datetime",
    "datetime.datetime.now",
    "datetime.datetime.now()",
    "datetime.date",
    "datetime.time(0, 0, 0)",
    "datetime.timedelta(days=1)",
    "time",
    "time.strftime",
)
_ATTRIBUTES = (
    "__class__",
    "__class__.__mro__",
    "__class__.__base__.__subclasses__()",
    "__globals__",
    "__init__.__globals__",
    "__doc__",
    "__reduce_ex__(2)",
    "__format__('%999999999Y')",
    "__getattribute__('__class__')",
    "format(uid)",
    "format_map(uid)",
    "join(['a', 'b'])",
    "ljust(30000000)",
    "zfill(30000000)",
    "replace('', 'aaaaaaaaaaaaaaaaaaaaaaaa')",
    "encode()",
    "max",
    "min",
    "resolution",
    "sleep(2)",
    "replace(year=1)",
    "to_utc.__self__",
    "func",
)
#: Each as the value of a condition.
VALUES = (
    *(f"{it}.{attribute}" for it in _RECEIVERS for attribute in _ATTRIBUTES),
    f"'<<{{{MASTER}}}>>'.format(context_today)",
    f"f'{{uid.{MASTER[2:]}}}'",
    "f'{uid}'",
    "f'{uid:>30000000}'",
    "'%s' % uid",
    "'%30000000d' % 1",
    "'a' * 30000000",
    "[1] * 30000000",
    "9 ** 9 ** 9",
    "1 << 30000000",
    "7 // 2",
    "7 / 0",
    "~1",
    "+1",
    "1 if uid else 2",
    "uid and 1",
    "1 < 2",
    "1 in [1]",
    "[x for x in [1]]",
    "(x for x in [1])",
    "{x for x in [1]}",
    "{x: x for x in [1]}",
    "{1}",
    "{'a': 1}",
    "{**uid}",
    "lambda: 1",
    "(lambda: 1)()",
    "(uid := 1)",
    "[uid][0]",
    "'abc'[0]",
    "'abc'[0:1]",
    "[*[1]]",
    "(*[1],)",
    "await uid",
    "(yield)",
    "b'a'",
    "1j",
    "...",
    "'\\x00'",
    "'\\ud800'",
    "__import__('os')",
    "__builtins__",
    "nothing",
    "context",
    "env",
    "self",
    "user",
    "len('a')",
    "str(uid)",
    "list('a')",
    "range(1000000000)",
    "sorted([2, 1])",
    "set([1])",
    "getattr(uid, 'real')",
    "open('/etc/passwd')",
    "uid()",
    "uid.strftime('%Y')",
    "'a'()",
    "context_today",
    "context_today(1)",
    "context_today(today=1)",
    "context_today(*[])",
    "context_today(**{})",
    "context_today()()",
    "datetime",
    "datetime.datetime",
    "time",
    "time.sleep(2)",
    "time.time()",
    "time.strptime('2024', '%Y')",
    "time.strftime",
    "time.strftime()",
    "time.strftime(1)",
    "time.strftime('%Y', 1)",
    "time.strftime('%999999999Y')",
    "time.strftime('%_30000000d')",
    "time.strftime('%')",
    "time.strftime('%c')",
    "context_today().strftime('%EY')",
    "context_today().strftime('%-d')",
    "context_today().strftime(format='%Y')",
    "context_today().strftime(*['%Y'])",
    "relativedelta",
    "relativedelta(days=1)",
    "relativedelta(days=1).days",
    "context_today() + relativedelta(context_today(), context_today())",
    "context_today() + relativedelta(7)",
    "context_today() + relativedelta(days='7')",
    "context_today() + relativedelta(days=1.5)",
    "context_today() + relativedelta(days=True)",
    "context_today() + relativedelta(days=99999999999999999999)",
    "context_today() + relativedelta(years=9000)",
    "context_today() + relativedelta(years=-9000)",
    "context_today() + relativedelta(month=13)",
    "context_today() + relativedelta(weekday=99)",
    "context_today() + relativedelta(nonsense=1)",
    "context_today() + relativedelta(**{'days': 1})",
    "context_today() + relativedelta(*[], days=1)",
    "context_today() + datetime.timedelta(days=999999999)",
    "context_today() + 1",
    "context_today() + 'a'",
    "context_today() - context_today()",
    "-context_today()",
    "-'a'",
    "'a' - 'b'",
    "'a' + 1",
    "datetime.timedelta(days=1)",
    "datetime.time(0, 0, 0)",
    "datetime.date(b'aaaa')",
    "datetime.date('aaaa')",
    "datetime.date(10000, 1, 1)",
    "datetime.datetime(2024, 1, 1, tzinfo=1)",
    "datetime.datetime.combine(1, 2)",
    "datetime.datetime.combine(context_today(), context_today())",
    "datetime.datetime.combine(*[context_today(), datetime.time(0)])",
    "datetime.datetime.strptime('2024', '%Y')",
    "datetime.datetime.fromtimestamp(1)",
    "datetime.timezone.utc",
    "datetime.sys",
    "context_today().to_utc()",
    "datetime.time(0, 0, 0).to_utc()",
    "9" * 5000,
)
#: Each as the whole text.
TEXTS = (
    "\0",
    "[('name', '=', '\0')]",
    "[('name', '=', '\ud800')]",
    "1",
    "'[]'",
    "uid",
    "[1, 2]",
    "[[]]",
    "[('name', '=')]",
    "[('name', '=', 'x', 1)]",
    "[(1, 2, 3)]",
    "[('name', 5, 'x')]",
    "[('name', [], 'x')]",
    "[('name', 'nonsense', 'x')]",
    "[('name', 'any!', [])]",
    "['|', ('name', '=', 'x')]",
    "[('name', '=', 'x')",
    "[('name', '=', 'x')]; 1",
    "[('name', '=', 'x')]\n[]",
    "import os",
    "x = 1",
    "[" * 150 + "]" * 150,
    "(" * 9_000 + ")" * 9_000,
    "-" * 19_000 + "1",
    "not " * 4_000 + "1",
    "1" + "+1" * 9_000,
    "uid" + ".a" * 9_000,
    "uid" + "()" * 9_000,
    "[('name', '=', " + "'a' + " * 3_000 + "'a')]",
    f"[('name', '=', '{'a' * 20_000}')]",
    "[" + "1," * 2_000_000 + "]",
)


@tagged("-at_install", "post_install")
class TestReportFilterAttacks(ReportCase):
    def setUp(self):
        super().setUp()
        self.patch(config, "options", config.options.new_child(admin_passwd="T0p"))

    def get_refusal(self, text):
        """Return what is said of a filter that is refused at once."""
        start = time.monotonic()
        with self.assertRaises(ValidationError) as raised:
            self.report._parse_domain(text)
        self.assertLess(time.monotonic() - start, 1)
        return str(raised.exception)

    def test_what_is_no_data_is_refused(self):
        for value in VALUES:
            with self.subTest(value):
                self.get_refusal(f"[('name', '=', {value})]")
        for value in VALUES[:: len(_ATTRIBUTES)]:
            with self.subTest(value), self.assertRaises(ValidationError):
                self._create_report(domain=f"[('name', '=', {value})]")

    def test_what_is_no_list_of_conditions_is_refused(self):
        for text in TEXTS:
            with self.subTest(text[:60], length=len(text)):
                self.get_refusal(text)

    def test_a_refusal_tells_what_was_typed_and_no_more(self):
        for text, part in (
            (
                f"[('<<{{{MASTER}}}>>'.format(context_today), '=', 1)]",
                f"'<<{{{MASTER}}}>>'.format(context_today)",
            ),
            ("[('name', '=', uid.real)]", "uid.real"),
            ("[('name', '=', context_today() + 1)]", "context_today() + 1"),
            ("[('name', '=', 'ż' + [1])]", "'ż' + [1]"),
            ("[('name', '=', 'x')", "[('name', '=', 'x')"),
            (f"[('{'long' * 100}', '=', f'')", f"[('{'long' * 100}', '"),
        ):
            with self.subTest(text):
                self.assertEqual(
                    self.get_refusal(text),
                    f"This filter is not understood: {part[:100]}",
                )

    def test_patterns_that_end_within_an_escape_are_refused(self):
        """PostgreSQL takes them until it comes to a row that goes as far."""
        for pattern in ("x\\\\", "%\\\\", "a\\\\\\\\\\\\"):
            for operator in ("=like", "=ilike", "not =like", "not =ilike"):
                condition = f"('name', '{operator}', '{pattern}')"
                for text in (
                    f"[{condition}]",
                    f"['|', ('id', '=', 1), {condition}]",
                    f"[('stage_id', 'any', [{condition}])]",
                    f"[('stage_id', 'not any', ['!', {condition}])]",
                ):
                    with self.subTest(text=text):
                        self.assertIn("not understood", self.get_refusal(text))
        self.report.domain = "[('name', '=like', 'x\\\\\\\\')]"
        self.report.domain = "[('name', 'ilike', 'C:\\\\')]"

    def test_numbers_that_no_database_holds_are_refused(self):
        for number in (
            "0x" + "f" * 4000,
            "9" * 19,
            f"-{'9' * 30}",
            "9" * 18 + "+" + "9" * 19,
        ):
            for text in (f"[('id', '=', {number})]", f"[('id', 'in', [{number}])]"):
                with self.subTest(text=text[:60]):
                    self.assertIn("not understood", self.get_refusal(text))

    def test_a_view_takes_no_code_over(self):
        answer = self.report.open_from_view(
            {
                "model": "project.task",
                "domain": f"[('name', '=', '{{{MASTER}}}'.format(context_today))]",
                "fixed_domain": [["name", "=", "x"]],
            }
        )
        context = answer["action"]["context"]
        self.assertEqual(context["default_domain"], "[['name', '=', 'x']]")
        self.assertNotIn("T0p", str(answer))

    def test_conditions_that_make_no_sense_are_refused_with_words(self):
        """A field, an operator and a value that do not go together; no traceback."""
        deep = ["|" if place % 2 else "&" for place in range(700)]
        for domain in (
            "[('name', '=', [[1]])]",
            "[('name', '=ilike', 5)]",
            "[('project_id', 'any', 5)]",
            "[('allocated_hours', '=', (1, (2, 3)))]",
            "[('allocated_hours', '=', 1" + "0" * 400 + ")]",
            "[('user_ids', '<', 5)]",
            "[('project_id', 'child_of', True)]",
            "[('id', 'child_of', True)]",
            "[('id.id', 'parent_of', 5)]",
            "[('date_deadline', '<', 'today +99999999999d')]",
            "[('date_deadline', '<', 'today +9999999y')]",
            "[('date_deadline', '<', 'nonsense')]",
            "["
            + "".join(f"'{sign}', ('id', '=', 1), " for sign in deep)
            + "('id', '=', 2)]",
        ):
            with self.subTest(domain[:60]), self.assertRaises(ValidationError):
                self._create_report(domain=domain)


@tagged("-at_install", "post_install")
class TestStoredFilter(ReportHttpCase):
    """A filter that was stored by the rules of before."""

    def setUp(self):
        super().setUp()
        self._tick(self.owner)
        self.login(self.owner)
        self.assertEqual(self.get(self.url()).status_code, 200)
        self.env.cr.execute(
            "UPDATE customer_portal_report SET domain = %s WHERE id = %s",
            ["[('name', '=', '<b>{}</b>'.format(uid))]", self.report.id],
        )
        self.report.invalidate_recordset()

    def test_customers_do_not_find_it_and_staff_see_why(self):
        for rest in ("", "/export/csv", "/export/xlsx"):
            self.assertEqual(self.get(self.url(rest)).status_code, 404, rest)
        self.assertNotIn("Our tasks", self.get("/my/reports").text)
        self.assertEqual(
            self.report.shut_warning,
            "This filter is not understood: '<b>{}</b>'.format(uid)",
        )

    def test_a_preview_shows_what_was_typed_as_text(self):
        preview = self.env["customer.portal.report.preview"].with_user(self.sharer)
        vals = {"report_id": self.report.id, "partner_id": self.owner.partner_id.id}
        html = preview.create(vals).html
        self.assertIn("&lt;b&gt;", html)
        self.assertNotIn("<b>", html)

    def test_its_owner_mends_it(self):
        self.report.domain = "[('name', '!=', 'Crane')]"
        self.assertEqual(self.get(self.url()).status_code, 200)


@tagged("-at_install", "post_install")
class TestStatementsThatFail(ReportHttpCase):
    """A filter of which the database finds out at one of the rows: no page and no mail of others'."""

    def setUp(self):
        super().setUp()
        # what is refused today, as what nobody knows of yet
        self.startPatcher(
            patch(
                "odoo.addons.customer_portal_shares.tools.report.domains._check_patterns"
            )
        )
        self.good = self._create_report(name="Zoo", date_path=False)
        self.report.date_path = False
        self._tick(self.owner)
        self._tick(self.colleague, report=self.good)
        self.env.cr.execute(
            "UPDATE customer_portal_report SET domain = %s WHERE id = %s",
            ["[('project_id', '=like', '%\\\\')]", self.report.id],
        )
        self.report.invalidate_recordset()
        self.login(self.owner)

    def test_its_pages_are_not_there(self):
        for rest in ("", "?group=1", "/export/xlsx"):
            answer = self.get(self.url(rest))
            self.assertEqual(answer.status_code, 404, rest)
        for path in ("/my/reports", "/my/home"):
            self.assertEqual(self.get(path).status_code, 200, path)

    def test_its_owner_reads_why(self):
        preview = self.env["customer.portal.report.preview"].with_user(self.sharer)
        vals = {"report_id": self.report.id, "partner_id": self.owner.partner_id.id}
        self.assertIn("not understood", preview.create(vals).html)
        self.assertTrue(self.report.exists(), "the transaction goes on")

    def test_others_get_their_mails(self):
        Subscription = self.env["customer.portal.report.subscription"]
        bad, good = (
            Subscription.create(
                {"report_id": report.id, "user_id": user.id, "frequency": "daily"}
            )
            for report, user in (
                (self.report, self.owner),
                (self.good, self.colleague),
            )
        )
        self.assertEqual((bad | good).sorted(), bad | good, "the bad one is first")
        for name, fail in (("the database", None), ("the template", ValueError)):
            with self.subTest(name=name):
                self.assertTellsOthers(bad, good, fail)

    def assertTellsOthers(self, bad, good, fail):
        due = fields.Date.subtract(fields.Date.today(), days=2)
        (bad | good).write({"next_date": due})
        before = self.env["mail.mail"].search([])
        notify = type(bad)._notify

        def notify_or_fail(subscription):
            if fail and subscription == bad:
                raise fail
            return notify(subscription)

        logger = f"{_MODELS}.customer_portal_report_subscription"
        with (
            patch.object(self.registry["ir.cron"], "_commit_progress"),
            patch.object(type(bad), "_notify", notify_or_fail),
            mute_logger(logger),
        ):
            bad._cron_notify()
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(mails.recipient_ids, self.colleague.partner_id)
        for subscription in bad | good:
            self.assertGreater(subscription.next_date, fields.Date.today())
