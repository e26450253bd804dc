from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.customer_portal_docs.exceptions import InvalidInput

from .common import DAY, NOW, CalendarCase

MORNING = ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30"]
AFTERNOON = ["12:00", "12:30", "13:00", "13:30", "14:00", "14:30", "15:00", "15:30"]


def at(hour, minute=0, day=DAY):
    return day + timedelta(hours=hour, minutes=minute)


@tagged("-at_install", "post_install")
class TestSlots(CalendarCase):
    """REQ C-1, C-3: what is free, in UTC; Berlin is one hour ahead in November."""

    def test_the_working_hours_are_cut_into_slots(self):
        self.assertEqual(self._get_slots(), MORNING + AFTERNOON)
        self.assertEqual(self._get_slots(DAY + timedelta(days=3), 2), [])

    def test_without_hours_of_its_own_it_has_the_company_s(self):
        self.company.resource_calendar_id = self.hours
        self.calendar.resource_calendar_id = False
        self.assertEqual(self._get_slots(), MORNING + AFTERNOON)

    def test_the_people_s_own_hours_decide_where_the_calendar_has_none(self):
        """REQ C-1: all of them are at work, each where they are; what is chosen comes first"""
        self.company.resource_calendar_id = self.hours
        self.calendar.resource_calendar_id = False
        self.calendar.user_ids = self.anna | self.bert
        # who has the company's has them where the company is
        self._employ(self.bert, self.hours, tz="Asia/Tokyo")
        self.assertEqual(self._get_slots(), MORNING + AFTERNOON)
        part_time = self._create_hours("Anna", DAY.weekday(), 8, 11)
        resource = self._employ(self.anna, part_time)
        # from eight in Berlin, and Bert from nine
        self.assertEqual(self._get_slots(), MORNING[:4])
        self.assertEqual(self._get_slots(DAY + timedelta(days=1), 3), [])
        with self.assertRaises(InvalidInput):
            self.calendar._check_slot(at(13))
        self.assertEqual(self.calendar._check_slot(at(8)), (at(8), at(8, 30)))
        # an hour further west
        resource.tz = "Europe/London"
        self.assertEqual(self._get_slots(), MORNING)
        self.calendar.user_ids = self.anna
        self.assertEqual(self._get_slots(), MORNING)
        # a feast of hers alone
        feast = self.env["resource.calendar.leaves"].create(
            {
                "name": "Feast",
                "date_from": at(8),
                "date_to": at(9),
                "calendar_id": part_time.id,
            }
        )
        self.assertEqual(self._get_slots(), MORNING[2:])
        feast.unlink()
        # a working day far away is in two of Berlin's, and in slots from its own start
        resource.tz = "Australia/Darwin"
        self.calendar.slot_minutes = 45
        self.assertEqual(
            self._get_slots(DAY - timedelta(days=1), 2),
            ["22:30", "23:15", "00:00", "00:45"],
        )
        self.assertEqual(self._get_slots(), ["00:00", "00:45"])
        self.calendar.slot_minutes = 30
        self.calendar.resource_calendar_id = self.hours
        self.assertEqual(self._get_slots(), MORNING + AFTERNOON)
        self.calendar.resource_calendar_id = False
        for vals in (
            {"calendar_id": False},
            {"calendar_id": part_time.id, "active": False},
            {"active": True, "company_id": self._create_our_company().id},
        ):
            resource.write(vals)
            self.assertEqual(self._get_slots(), MORNING + AFTERNOON, vals)

    def test_without_any_hours_slots_begin_with_the_day(self):
        """REQ C-1: what the page shows can be chosen, however long a slot is"""
        self.company.resource_calendar_id = False
        self.calendar.write({"resource_calendar_id": False, "slot_minutes": 100})
        shown = self.calendar._get_slots(NOW, DAY + timedelta(days=5))
        self.assertGreater(len(shown), 50)
        for slot in shown[::7]:
            self.assertEqual(self.calendar._check_slot(slot[0]), slot)

    def _create_hours(self, name, weekday, start, stop):
        vals = {
            "name": name,
            "dayofweek": str(weekday),
            "hour_from": start,
            "hour_to": stop,
            "day_period": "morning",
        }
        return self.env["resource.calendar"].create(
            {
                "name": name,
                "tz": "Europe/Berlin",
                "company_id": self.company.id,
                "attendance_ids": [Command.clear(), Command.create(vals)],
            }
        )

    def _employ(self, user, hours, **vals):
        return self.env["resource.resource"].create(
            {
                "name": user.name,
                "user_id": user.id,
                "company_id": self.company.id,
                "calendar_id": hours.id,
                "tz": "Europe/Berlin",
                **vals,
            }
        )

    def _create_our_company(self):
        return self.env["res.company"].create({"name": "Elsewhere"})

    def test_slots_have_the_chosen_length_and_lie_within_the_hours(self):
        self.calendar.slot_minutes = 100
        self.assertEqual(self._get_slots(), ["08:00", "12:00", "13:40"])

    def test_an_event_takes_its_time(self):
        self._create_event(at(9), at(9, 45))
        self.assertEqual(
            self._get_slots(), ["08:00", "08:30", "10:00", "10:30", *AFTERNOON]
        )

    def test_the_buffer_is_on_both_sides_of_every_event(self):
        self.calendar.buffer_minutes = 15
        self._create_event(at(9), at(9, 30))
        self._create_event(at(13, 30), at(14))
        self.assertEqual(
            self._get_slots(),
            ["08:00", "10:00", "10:30", "12:00", "12:30", "14:30", "15:00", "15:30"],
        )

    def test_an_event_of_anybody_takes_the_time_of_all(self):
        self.calendar.user_ids = [Command.link(self.bert.id)]
        self._create_event(at(8), at(11), self.bert)
        self.assertEqual(self._get_slots(), AFTERNOON)

    def test_who_declined_has_time(self):
        event = self._create_event(at(8), at(11), self.bert, self.anna)
        self.assertEqual(self._get_slots(), AFTERNOON)
        attendee = event.attendee_ids.filtered(
            lambda one: one.partner_id == self.anna.partner_id
        )
        attendee.state = "declined"
        self.assertEqual(self._get_slots(), MORNING + AFTERNOON)

    def test_free_archived_and_other_people_s_events_take_none(self):
        self._create_event(at(8), at(16), show_as="free")
        self._create_event(at(8), at(16)).active = False
        self._create_event(at(8), at(16), self.bert)
        self.assertEqual(self._get_slots(), MORNING + AFTERNOON)

    def test_an_all_day_event_takes_the_day_where_the_person_is(self):
        self._create_event(DAY, DAY, allday=True, start_date=DAY, stop_date=DAY)
        self.assertEqual(self._get_slots(), [])
        self.assertEqual(len(self._get_slots(DAY + timedelta(days=1))), 14)
        self.assertEqual(len(self._get_slots(DAY - timedelta(days=0))), 0)

    def test_an_all_day_event_of_somebody_far_away_takes_their_day(self):
        self.anna.tz = "America/New_York"
        self._create_event(DAY, DAY, allday=True, start_date=DAY, stop_date=DAY)
        # midnight there is 6 o'clock in Berlin
        self.assertEqual(self._get_slots(), [])
        self.anna.tz = "Asia/Tokyo"
        self.assertEqual(self._get_slots()[0], "15:00")

    def test_an_event_of_several_days_and_over_midnight(self):
        self._create_event(at(14), at(9, day=DAY + timedelta(days=2)))
        self.assertEqual(self._get_slots(), MORNING + AFTERNOON[:4])
        self.assertEqual(self._get_slots(DAY + timedelta(days=1)), [])
        self.assertEqual(self._get_slots(DAY + timedelta(days=2))[0], "09:00")

    def test_each_occurrence_of_a_series_takes_its_time(self):
        self._create_event(
            at(8),
            at(11),
            recurrency=True,
            rrule_type="daily",
            interval=1,
            end_type="count",
            count=3,
            event_tz="Europe/Berlin",
        )
        for number, expected in enumerate([8, 8, 8]):
            if number < 3:
                self.assertEqual(
                    len(self._get_slots(DAY + timedelta(days=number))),
                    expected
                    if number < 3 and (DAY + timedelta(days=number)).weekday() < 5
                    else 0,
                )

    def test_a_colleague_s_leave_takes_time_and_a_public_holiday_too(self):
        resource = self.env["resource.resource"].create(
            {"name": "Anna", "user_id": self.anna.id, "calendar_id": self.hours.id}
        )
        Leaves = self.env["resource.calendar.leaves"]
        leave = Leaves.create(
            {
                "name": "Operation",
                "resource_id": resource.id,
                "date_from": at(8),
                "date_to": at(11),
            }
        )
        self.assertEqual(self._get_slots(), AFTERNOON)
        leave.time_type = "other"
        self.assertEqual(self._get_slots(), MORNING + AFTERNOON)
        Leaves.create(
            {
                "name": "Feast",
                "date_from": at(0),
                "date_to": at(23),
                "calendar_id": False,
            }
        )
        self.assertEqual(self._get_slots(), [])

    def test_notice_and_horizon(self):
        # now it is Monday noon
        self.calendar.notice_hours = 2
        self.assertEqual(self._get_slots(DAY - timedelta(days=2)), AFTERNOON[4:])
        self.calendar.horizon_days = 2
        self.assertEqual(self._get_slots(DAY), MORNING + ["12:00"])
        self.assertEqual(self._get_slots(DAY - timedelta(days=30), 25), [])

    def test_daylight_saving_moves_the_slots_with_the_hours(self):
        with freeze_time(datetime(2026, 10, 20)):
            friday = datetime(2026, 10, 23)
            self.assertEqual(self._get_slots(friday)[0], "07:00")
            self.assertEqual(self._get_slots(friday + timedelta(days=3))[0], "08:00")

    def test_a_night_in_which_the_clock_goes_back_has_an_hour_more(self):
        self.hours.attendance_ids = [
            Command.clear(),
            Command.create(
                {
                    "name": "Night",
                    "dayofweek": "6",
                    "hour_from": 0,
                    "hour_to": 6,
                    "day_period": "morning",
                }
            ),
        ]
        self.calendar.slot_minutes = 60
        with freeze_time(datetime(2026, 10, 20)):
            night = datetime(2026, 10, 24, 12)
            self.assertEqual(len(self._get_slots(night)), 7)
        with freeze_time(datetime(2026, 3, 20)):
            night = datetime(2026, 3, 28, 12)
            self.assertEqual(len(self._get_slots(night)), 5)

    def test_hours_until_midnight_go_to_the_end(self):
        self.hours.attendance_ids = [
            Command.clear(),
            Command.create(
                {
                    "name": "Late",
                    "dayofweek": str(DAY.weekday()),
                    "hour_from": 22,
                    "hour_to": 24,
                    "day_period": "afternoon",
                }
            ),
        ]
        self.calendar.slot_minutes = 60
        self.assertEqual(self._get_slots(), ["21:00", "22:00"])

    def test_the_slots_do_not_depend_on_what_was_asked(self):
        whole = self._get_slots(DAY)
        late = self.calendar._get_slots(at(9, 10), at(24))
        self.assertEqual([f"{s:%H:%M}" for s, _e in late], whole[3:])
        self.assertEqual(date(2026, 11, 4), DAY.date())

    def test_who_was_deleted_has_no_time(self):
        """REQ C-2: and nothing fails, with working hours or without"""
        carla = self._create_staff("test_carla", "base.group_user")
        calendar = self._create_calendar(user_ids=[Command.set(carla.ids)])
        appointment = self._create_appointment(calendar=calendar)
        carla.unlink()
        self.assertFalse(calendar.user_ids)
        for hours in (self.hours, self.hours.browse()):
            calendar.resource_calendar_id = hours
            self.assertEqual(self._get_slots(calendar=calendar, days=7), [])
            day = DAY + timedelta(days=1)
            self.assertEqual(calendar._get_shown_events(DAY, day), [])
        self.company.email = "office@example.com"
        appointment.action_accept()
        self.assertEqual(appointment.state, "accepted")
        invitation = self._get_mails(appointment)[-1].attachment_ids.raw
        self.assertIn(b"mailto:office@example.com", invitation)
        appointment.action_cancel()

    def test_a_requested_time_is_nobody_else_s_until_it_expires(self):
        self.calendar.hold_hours = 24
        self._create_appointment(at(9))
        self.assertNotIn("09:00", self._get_slots())
        other = self._create_calendar(name="Other", buffer_minutes=30)
        self.assertEqual(
            self._get_slots(calendar=other)[:3], ["08:00", "10:00", "10:30"]
        )
        with freeze_time(DAY):
            self.calendar.notice_hours = 0
            self.assertIn("09:00", self._get_slots())
