import re

from odoo.fields import Datetime
from odoo.tests import tagged

from .common import IssueHttpCase

KINDS = [
    {
        "name": "kind",
        "type": "tags",
        "string": "Kind",
        "tags": [["x", "Bug", 1], ["y", "Idea", 2], ["z", "Praise", 3]],
    },
    {"name": "when", "type": "datetime", "string": "When"},
]
#: Kinds of properties that a form of the web does not ask for.
OTHERS = [
    {"name": "one", "type": "many2one", "string": "One", "comodel": "res.partner"},
    {"name": "many", "type": "many2many", "string": "Many", "comodel": "res.partner"},
    {"name": "rich_html", "type": "html", "string": "Rich"},
    {"name": "line", "type": "separator", "string": "Line"},
]


@tagged("-at_install", "post_install")
class TestProperties(IssueHttpCase):
    """The binder's own properties that are not one plain text."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.public | cls.secure).ticket_properties = KINDS + OTHERS

    def _ask(self, *required):
        for binder in (self.public, self.secure):
            self.show(
                binder, "name", "property_kind", "property_when", required=required
            )

    def _get_values(self, issue=None):
        issue = issue or self.find_reported()
        return {
            row["name"]: row.get("value")
            for row in issue.read(["properties"])[0]["properties"]
        }

    def _find_boxes(self, page):
        """Return the values of the check boxes, and of those that are ticked."""
        boxes = re.findall(
            r'<input type="checkbox"[^>]*name="property_kind"[^>]*>', page
        )
        values = [re.search(r'value="(\w)"', box)[1] for box in boxes]
        ticked = [
            value for value, box in zip(values, boxes, strict=True) if "checked=" in box
        ]
        return values, ticked

    def test_several_tags_can_be_ticked(self):
        """REQ I-1"""
        self._ask()
        page = self.get(self.get_form_path()).text
        self.assertEqual(self._find_boxes(page), (["x", "y", "z"], []))
        self.assertRegex(page, r"<legend[^>]*>\s*Kind")
        for sent, kept in (
            (["z", "x"], ["x", "z"]),
            (["y"], ["y"]),
            (["y", "y", ""], ["y"]),
            ("y", ["y"]),
            ([], False),
        ):
            self.report(name=f"Sent {sent}", property_kind=sent)
            values = self._get_values(self.find_reported(f"Sent {sent}"))
            self.assertEqual(values["kind"] or False, kept, sent)

    def test_what_is_ticked_is_not_lost(self):
        """REQ I-1"""
        self._ask()
        response = self.report(name="", property_kind=["x", "z"])
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self._find_boxes(response.text)[1], ["x", "z"])

    def test_wrong_and_missing_tags(self):
        """REQ I-1"""
        self._ask("property_kind")
        for sent in (["q"], ["x", "q"], ["é"], ["\0"], [], [""], [" "], ["x" * 5000]):
            response = self.report(property_kind=sent)
            self.assertEqual(response.status_code, 400, sent)
            self.assertIn('id="issue_property_kind_error"', response.text)
            self.assertIn('aria-describedby="issue_property_kind_error"', response.text)
        self.assertFalse(self.find_reported())

    def test_only_tags_may_be_sent_several_times(self):
        """REQ I-1"""
        self._ask()
        response = self.report(email=["ada@example.org", "b@example.org"])
        self.assertEqual(response.status_code, 303)
        self.assertEqual(len(self.find_reported()), 1)

    def test_trusted_users_tick_several_as_well(self):
        """REQ I-3"""
        self._ask()
        self.login(self.trusted)
        url = f"/my/binders/{self.secure.id}/new"
        self.assertEqual(self._find_boxes(self.get(url).text)[0], ["x", "y", "z"])
        data = {
            "name": "Broken link",
            "property_kind": ["x", "y"],
            "csrf_token": self.get_csrf_token(url),
        }
        self.assertEqual(self.post(url, {**data, "name": ""}).status_code, 400)
        self.assertEqual(self.post(url, data).status_code, 303)
        issue = self.secure.ticket_ids.filtered_domain([("name", "=", "Broken link")])
        self.assertEqual(self._get_values(issue)["kind"], ["x", "y"])

    def test_a_time_is_of_the_zone_that_the_form_names(self):
        """REQ I-1"""
        self._ask()
        self.company.partner_id.tz = "Europe/Oslo"
        page = self.get(self.get_form_path()).text
        self.assertIn('type="datetime-local"', page)
        self.assertRegex(page, r"Time zone:\s*Europe/Oslo")
        self.assertIn('aria-describedby="issue_property_when_help"', page)
        for number, (typed, utc) in enumerate(
            (
                ("2026-07-01T10:30", "2026-07-01 08:30:00"),
                ("2026-01-01 10:30", "2026-01-01 09:30:00"),
                ("2026-03-29T02:30", "2026-03-29 01:30:00"),  # there is no such time
            )
        ):
            self.report(name=f"Time {number}", property_when=typed)
            value = self._get_values(self.find_reported(f"Time {number}"))["when"]
            self.assertEqual(Datetime.to_string(Datetime.to_datetime(value)), utc)
        # where the company has none of its own: that of its working hours
        self.company.partner_id.tz = False
        self.company.resource_calendar_id.tz = "America/Lima"
        page = self.get(self.get_form_path()).text
        self.assertRegex(page, r"Time zone:\s*America/Lima")
        self.trusted.tz = "Asia/Tokyo"
        self.login(self.trusted)
        page = self.get(f"/my/binders/{self.secure.id}/new").text
        self.assertRegex(page, r"Time zone:\s*Asia/Tokyo")

    def test_what_is_no_time_is_refused_and_not_lost(self):
        """REQ I-1"""
        self._ask()
        for wrong in (
            "yesterday",
            "2026-13-01T10:00",
            "2026-01-01T25:00",
            "2026-01-01",
            "0001-01-01T00:00",
            "9999-12-31T23:59",
            "٢٠٢٦-٠١-٠١T١٠:٠٠",
        ):
            self.company.partner_id.tz = (
                "Pacific/Honolulu" if wrong[0] == "9" else "Asia/Tokyo"
            )
            response = self.report(property_when=wrong)
            self.assertEqual(response.status_code, 400, wrong)
            self.assertIn('id="issue_property_when_error"', response.text)
            self.assertIn(f'value="{wrong}"', response.text)

    def test_kinds_that_would_show_records_of_ours_are_not_asked_for(self):
        """REQ I-1"""
        names = self.public.portal_field_ids.filtered("property_name")
        self.assertEqual(set(names.mapped("property_name")), {"kind", "when"})
        view = self.env["helpdesk.ticket.team"].get_view(view_type="form")
        self.assertIn("Many2one and Many2many", " ".join(view["arch"].split()))


@tagged("-at_install", "post_install")
class TestDefaults(IssueHttpCase):
    """What a binder says its properties are at first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.public.ticket_properties = [
            {"name": "mail", "type": "boolean", "string": "Mail me", "default": True},
            {"name": "floor", "type": "char", "string": "Floor", "default": "3rd"},
            {
                "name": "way",
                "type": "selection",
                "string": "Way",
                "selection": [["a", "Stairs"], ["b", "Lift"]],
                "default": "b",
            },
            {"name": "inside", "type": "char", "string": "Inside", "default": "secret"},
            {
                "name": "grade",
                "type": "selection",
                "string": "Grade",
                "selection": [["x", "High"]],
                "default": "x",
            },
        ]

    def setUp(self):
        super().setUp()
        self.show(
            self.public,
            "email",
            "name",
            "description",
            *("property_mail", "property_floor", "property_way"),
        )

    def _get_values(self, name):
        [issue] = self.find_reported(name)
        return {
            row["name"]: row.get("value") or False
            for row in issue.read(["properties"])[0]["properties"]
        }

    def test_the_form_shows_them(self):
        """REQ I-1"""
        page = self.get(self.get_form_path()).text
        self.assertRegex(page, r'<input[^>]*name="property_mail"[^>]*checked="checked"')
        self.assertRegex(page, r'<input[^>]*name="property_floor"[^>]*value="3rd"')
        self.assertRegex(page, r'<option value="b"[^>]*selected="selected"')
        self.assertNotIn("secret", page)

    def test_what_was_sent_is_stored_and_nothing_else(self):
        """REQ I-1: unticked means no, emptied means empty, unseen means unset"""
        self.report(name="Emptied", property_floor="", property_way="")
        self.assertEqual(
            set(self._get_values("Emptied").values()), {False}, "no default comes back"
        )
        sent = {"property_mail": "1", "property_floor": "2nd", "property_way": "a"}
        self.report(name="Filled in", **sent)
        self.assertEqual(
            self._get_values("Filled in"),
            {"mail": True, "floor": "2nd", "way": "a", "inside": False, "grade": False},
        )

    def test_what_was_emptied_stays_empty_beside_an_error(self):
        """REQ I-1"""
        page = self.report(name="", description="", property_floor="").text
        self.assertNotIn("3rd", page)
        self.assertNotRegex(page, r'name="property_mail"[^>]*checked')
