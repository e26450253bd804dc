from datetime import timedelta

from lxml import etree

from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from .common import DAY, NOW, CalendarCase


@tagged("-at_install", "post_install")
class TestCalendarInTheBackend(CalendarCase):
    """What those whom a calendar names find in Odoo."""

    def _get_menus(self, user):
        """Return the menus of the app that a user sees, as they are named in full."""
        app = self.env.ref("customer_portal_docs.menu_root")
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        found = app.search([("id", "child_of", app.id)]).filtered(
            lambda menu: menu.id in menus
        )
        return set(found.mapped("complete_name"))

    def test_what_odoo_itself_makes_is_an_administrator_s(self):
        """REQ C-2: nobody would get the requests of its own user, which is archived"""
        self.assertTrue(self.env.user._is_superuser())
        calendar = self.env["customer.portal.calendar"].create({"name": "Made"})
        admin = self.env.ref("base.user_admin")
        self.assertEqual((calendar.user_ids, calendar.manager_ids), (admin, admin))

    def test_a_manager_without_a_role_finds_the_requests(self):
        """REQ C-2, U-8: and no menu that is empty, or that would be refused"""
        calendars = {
            "Customer Portal",
            "Customer Portal/Appointments",
            "Customer Portal/Appointments/Appointments",
            "Customer Portal/Appointments/Requests to Answer",
            "Customer Portal/Appointments/Calendars",
        }
        self.assertEqual(self._get_menus(self.anna), calendars)
        self.assertLess(calendars, self._get_menus(self.document_user))
        # nobody else has an app that is of no use to them
        self.assertEqual(self._get_menus(self.staff), set())
        self.calendar.manager_ids = [Command.link(self.staff.id)]
        self.assertEqual(self._get_menus(self.staff), calendars)
        self.calendar.manager_ids = [Command.unlink(self.staff.id)]
        self.assertEqual(self._get_menus(self.staff), set())
        # those of a calendar that was archived still have its appointments
        self.calendar.active = False
        self.assertEqual(self._get_menus(self.anna), calendars)
        self.calendar.active = True
        appointment = self._create_appointment()
        for records in (appointment, self.calendar):
            records = records.with_user(self.anna).search([])
            for kind in ("list", "kanban"):
                arch = etree.fromstring(records.get_view(view_type=kind)["arch"])
                names = [node.get("name") for node in arch.iter("field")]
                self.assertTrue(records.read(names), kind)
        self.assertTrue(Form(self.calendar.with_user(self.anna)).name)
        with Form(appointment.with_user(self.anna)) as form:
            form.staff_note = "With a ladder"

    def test_the_buttons_of_a_calendar_list_what_they_count(self):
        """REQ C-2: what is to be answered, and what comes"""
        requested, accepted, over, refused = (
            self._create_appointment(start)
            for start in (
                DAY.replace(hour=9),
                DAY.replace(hour=10),
                DAY.replace(hour=13),
                DAY.replace(hour=14),
            )
        )
        (accepted | over).action_accept()
        refused.action_decline()
        # begun, and not yet over
        accepted.sudo().write(
            {"start": NOW.replace(hour=11), "stop": NOW.replace(hour=13)}
        )
        over.sudo().write({"start": NOW.replace(hour=9), "stop": NOW.replace(hour=10)})
        calendar = self.calendar.with_user(self.anna)
        calendar.invalidate_recordset()
        form = self._parse("customer_portal_calendar_view_form")
        buttons = form.xpath("//button[@name='action_open_appointments']")
        found = []
        for button in buttons:
            [field] = button.xpath("field")
            listed = self._list(calendar, safe_eval(button.get("context")))
            self.assertEqual(len(listed), calendar[field.get("name")])
            found.append(listed)
        self.assertEqual(found, [requested, accepted])

    def test_a_request_is_declined_from_its_line(self):
        """REQ C-2: with words, by the form's own method; where it can be accepted"""
        for view in ("list", "kanban"):
            arch = self._parse(f"customer_portal_appointment_view_{view}")
            [accept], [decline] = (
                arch.xpath(f"//button[@name='{name}'][not(ancestor::header)]")
                for name in ("action_accept", "action_open_decline")
            )
            self.assertEqual(accept.get("invisible"), decline.get("invisible"), view)
        appointment = self._create_appointment().with_user(self.anna)
        action = appointment.action_open_decline()
        self.assertEqual((action["res_id"], action["target"]), (appointment.id, "new"))
        [(view_id, kind)] = action["views"]
        arch = etree.fromstring(appointment.get_view(view_id, kind)["arch"])
        self.assertTrue(arch.xpath("//button[@name='action_decline']"))
        with Form(appointment, view=view_id) as form:
            form.reason = "We are away"
        appointment.action_decline()
        self.assertEqual(appointment.state, "declined")
        self.assertIn("We are away", self._get_mails(appointment)[-1].body_html)

    def test_people_and_hours_are_of_its_company(self):
        """REQ C-1: no colleague is offered who cannot open it"""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.bert.write({"company_ids": elsewhere.ids, "company_id": elsewhere.id})
        domains = {
            name: safe_eval(field["domain"], {"company_id": elsewhere.id})
            for name, field in self.calendar.fields_get(attributes=["domain"]).items()
            if name in ("user_ids", "manager_ids", "resource_calendar_id")
        }
        people = self.anna | self.bert
        for name in ("user_ids", "manager_ids"):
            self.assertEqual(people.search(domains[name]) & people, self.bert, name)
        found = self.hours.search(domains["resource_calendar_id"])
        self.assertIn(elsewhere.resource_calendar_id, found)
        self.assertNotIn(self.hours, found)

    def _parse(self, name):
        return etree.fromstring(self.env.ref(f"customer_portal_shares.{name}").arch)

    def _list(self, calendar, context):
        """Return what the list shows with the filters of a button."""
        action = calendar.action_open_appointments()
        context = {**context, **action["context"]}
        search = self._parse("customer_portal_appointment_view_search")
        domain = list(action["domain"])
        for key in context:
            name = key.removeprefix("search_default_")
            if name != key:
                [node] = search.xpath(f"//filter[@name='{name}']")
                domain += safe_eval(node.get("domain"))
        return self.env[action["res_model"]].with_user(self.anna).search(domain)

    def test_the_form_of_a_contact_counts_its_appointments(self):
        """REQ C-2: those that the user may read; a company has those of its contacts"""
        mine = self._create_appointment()
        hers = self._create_appointment(DAY + timedelta(hours=11), self.colleague)
        partners = self.owner.partner_id | self.brightwater | self.northwind
        self.assertEqual(
            partners.with_user(self.anna).mapped("portal_appointment_count"), [1, 2, 0]
        )
        self.assertEqual(
            partners.with_user(self.bert).mapped("portal_appointment_count"), [0, 0, 0]
        )
        action = self.env.ref(
            "customer_portal_shares.customer_portal_appointment_action_partner"
        )
        values = {"active_id": self.brightwater.id}
        Appointment = self.env["customer.portal.appointment"].with_user(self.anna)
        Appointment = Appointment.with_context(**safe_eval(action.context, values))
        found = Appointment.search(safe_eval(action.domain, values))
        self.assertEqual(set(found), {mine, hers})
        self.assertEqual(Form(Appointment).partner_id, self.brightwater)
        # and no default for anything else
        found.action_accept()
        self.assertEqual(set(found.mapped("state")), {"accepted"})
