from datetime import date, timedelta

from odoo.tests import tagged

from .common import DAY, CalendarCase


def at(hour, minute=0):
    return DAY + timedelta(hours=hour, minutes=minute)


@tagged("-at_install", "post_install")
class TestShownEvents(CalendarCase):
    """REQ C-1: what is told of events."""

    def _get_shown(self, calendar=None):
        return (calendar or self.calendar)._get_shown_events(
            DAY, DAY + timedelta(days=1)
        )

    def _get_json(self):
        return [event.get_json() for event in self._get_shown()]

    def test_busy_only_tells_start_and_stop_alone(self):
        self._create_event(at(9), location="Cellar", description="<p>Deal</p>")
        self.assertEqual(
            self._get_json(),
            [
                {
                    "start": "2026-11-04T09:00:00Z",
                    "end": "2026-11-04T10:00:00Z",
                    "all_day": False,
                }
            ],
        )

    def test_details_tell_the_title(self):
        self.calendar.show_details = True
        self._create_event(at(9))
        self._create_event(at(11), show_as="free", name="At home")
        self.assertEqual(
            [event.get("title") for event in self._get_json()],
            ["Secret talks", "At home"],
        )

    def test_private_events_are_busy_in_any_case(self):
        self.calendar.show_details = True
        self._create_event(at(9), privacy="private")
        self._create_event(at(11), privacy="confidential")
        self._create_event(at(12), privacy="private", show_as="free")
        self.anna.res_users_settings_id.calendar_default_privacy = "private"
        self._create_event(at(13))
        self.assertEqual([event.title for event in self._get_shown()], ["", "", ""])
        self._create_event(at(14), privacy="public")
        self.assertEqual(self._get_shown()[-1].title, "Secret talks")

    def test_appointments_of_others_are_busy_in_any_case(self):
        self.calendar.show_details = True
        self._create_appointment(at(9)).action_accept()
        [shown] = self._get_shown()
        self.assertEqual((shown.start, shown.title), (at(9), ""))
        # nor a copy, nor what is left of it without the appointment
        event = self.env["calendar.event"].search([("start", "=", at(9))])
        event.copy({"start": at(11), "stop": at(12)})
        event.portal_appointment_ids.event_id = False
        self.assertEqual([event.title for event in self._get_shown()], ["", ""])

    def test_an_all_day_event_is_days(self):
        end = DAY + timedelta(days=1)
        self._create_event(DAY, end, allday=True, start_date=DAY, stop_date=end)
        [shown] = self._get_shown()
        self.assertEqual(
            (shown.start, shown.stop), (date(2026, 11, 4), date(2026, 11, 6))
        )
        self.assertTrue(shown.get_json()["all_day"])
        later = DAY + timedelta(days=2)
        self.assertFalse(
            self.calendar._get_shown_events(later, later + timedelta(days=1))
        )

    def test_a_changed_occurrence_of_a_series_tells_no_more(self):
        event = self._create_event(
            at(9),
            recurrency=True,
            rrule_type="daily",
            interval=1,
            end_type="count",
            count=3,
            event_tz="Europe/Berlin",
        )
        changed = event.recurrence_id.calendar_event_ids.sorted("start")[1]
        changed.write({"name": "Changed", "start": at(30), "stop": at(31)})
        entries = self.calendar._get_shown_events(DAY, DAY + timedelta(days=5))
        self.assertEqual([entry.title for entry in entries], ["", "", ""])
        self.assertIn(at(30), [entry.start for entry in entries])

    def test_leave_is_told_as_busy(self):
        resource = self.env["resource.resource"].create(
            {"name": "Anna", "user_id": self.anna.id, "calendar_id": self.hours.id}
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Operation",
                "resource_id": resource.id,
                "date_from": at(8),
                "date_to": at(11),
            }
        )
        self.calendar.show_details = True
        [shown] = self._get_shown()
        self.assertEqual((shown.start, shown.stop, shown.title), (at(8), at(11), ""))

    def test_what_only_touches_is_not_told(self):
        self._create_event(DAY - timedelta(hours=1), DAY)
        self._create_event(DAY + timedelta(days=1))
        self.assertEqual(self._get_shown(), [])

    def test_two_people_in_one_event_are_told_once(self):
        self.calendar.user_ids |= self.bert
        self._create_event(at(9), None, self.anna, self.bert)
        self.assertEqual(len(self._get_shown()), 1)
