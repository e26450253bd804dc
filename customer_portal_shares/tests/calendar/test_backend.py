from lxml import etree

from odoo.tests import Form, tagged

from .common import CalendarCase


@tagged("-at_install", "post_install")
class TestCalendarInTheBackend(CalendarCase):
    """What those whom a calendar names find in Odoo."""

    def _get_menus(self, user):
        """Return the menus of the app that a user sees, as they are named in full."""
        Menu = self.env["ir.ui.menu"]
        app = self.env.ref("customer_portal_docs.menu_root")
        menus = Menu.browse(Menu.with_user(user)._visible_menu_ids())
        found = menus.search([("id", "child_of", app.id), ("id", "in", menus.ids)])
        return set(found.mapped("complete_name"))

    def test_a_manager_without_a_role_finds_the_requests(self):
        """REQ C-2, U-8: and no menu that is empty, or that would be refused"""
        calendars = {
            "Customer Portal",
            "Customer Portal/Calendars",
            "Customer Portal/Calendars/Appointments",
            "Customer Portal/Calendars/Requests to Answer",
            "Customer Portal/Calendars/Calendars",
        }
        self.assertEqual(self._get_menus(self.anna), calendars)
        self.assertLess(calendars, self._get_menus(self.document_user))
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
