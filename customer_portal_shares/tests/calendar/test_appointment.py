import contextlib
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.customer_portal_docs.exceptions import (
    Conflict,
    Forbidden,
    InvalidInput,
)

from .common import DAY, NOW, CalendarCase


def at(hour, minute=0):
    return DAY + timedelta(hours=hour, minutes=minute)


@tagged("-at_install", "post_install")
class TestAppointment(CalendarCase):
    """REQ C-2, C-3, C-5: what becomes of a request."""

    def _request(self, start=None, user=None, **vals):
        vals = {"subject": "New lamps", "note": "Three of them", **vals}
        if "visitor_email" not in vals:
            vals["partner_id"] = (user or self.owner).partner_id.id
        return self.env["customer.portal.appointment"]._request(
            self.calendar, start or at(9), vals
        )

    @contextlib.contextmanager
    def _running_crons(self):
        """Let scheduled actions go on without ending the test's transaction."""
        with patch.object(self.registry["ir.cron"], "_commit_progress"):
            yield self.env["customer.portal.appointment"]

    def _get_holds(self):
        Hold = self.env["customer.portal.appointment.hold"]
        return Hold.search([("user_id", "=", self.anna.id)], order="start")

    def _answer(self, appointment):
        return appointment.with_user(self.anna)

    # -- asking

    def test_a_request_is_held_and_the_managers_get_a_mail(self):
        appointment = self._request()
        self.assertEqual(
            (appointment.state, appointment.stop, appointment.hold_until),
            ("requested", at(9, 30), NOW + timedelta(hours=48)),
        )
        self.assertNotIn("09:00", self._get_slots())
        mail = self._get_mails(appointment)
        self.assertEqual(mail.email_to, self.anna.email_formatted)
        for words in (
            "Test Owner",
            "10:00 AM",
            "Europe/Berlin",
            "New lamps",
            "Three of",
        ):
            self.assertIn(words, mail.body_html)
        self.assertIn(
            f"/odoo/customer.portal.appointment/{appointment.id}", mail.body_html
        )

    def test_managers_who_left_are_told_nothing(self):
        """REQ C-3: archived, of another company or customers now; those it is with are"""
        self.calendar.manager_ids = self.bert
        self.assertEqual(self.calendar._get_managers(), self.bert)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        portal = self.env.ref("base.group_portal")
        # nor does their time count
        self.calendar.user_ids |= self.bert
        for vals in (
            {"active": False},
            {
                "active": True,
                "company_id": elsewhere.id,
                "company_ids": [Command.set(elsewhere.ids)],
            },
            {
                "company_ids": [Command.link(self.company.id)],
                "group_ids": [Command.set(portal.ids)],
            },
        ):
            self.bert.write(vals)
            with self.subTest(vals):
                self.assertEqual(self.calendar._get_managers(), self.anna)
                self.assertEqual(self.calendar._get_people(), self.anna)

    def test_managers_without_address_or_zone(self):
        """REQ C-2: somebody is told, and where the calendar is"""
        self.calendar.manager_ids = self.anna | self.bert
        self.bert.tz = False
        mails = self._get_mails(self._request())
        self.assertEqual(
            set(mails.mapped("email_to")),
            {self.anna.email_formatted, self.bert.email_formatted},
        )
        for mail in mails:
            self.assertIn("10:00 AM – 10:30 AM (Europe/Berlin)", mail.body_html)
        # the warning to a manager without a zone as well
        appointment = self._request(at(10))
        self._create_event(at(10), None, self.anna)
        appointment.with_user(self.bert).action_accept()
        self.assertIn("11:00 AM – 12:00 PM (Europe/Berlin)", appointment.warning)
        # without an address of theirs: those it is with, or the company
        self.company.email = "office@example.com"
        self.env.user.email = False
        self.anna.email = False
        [mail] = self._get_mails(self._request(at(12)))
        self.assertEqual(mail.email_to, self.bert.email_formatted)
        self.bert.email = "none"
        self.calendar.user_ids = self.portal_manager
        [mail] = self._get_mails(self._request(at(13)))
        self.assertEqual(mail.email_to, self.portal_manager.email_formatted)
        self.portal_manager.email = False
        [mail] = self._get_mails(self._request(at(14)))
        self.assertIn("office@example.com", mail.email_to)
        self.assertIn("Hello,", mail.body_html)

    def test_the_second_one_for_a_time_is_refused(self):
        self._request()
        with self.assertRaises(Conflict):
            self._request(user=self.stranger)
        self._request(at(9, 30), user=self.stranger)

    def test_two_that_see_the_same_free_time_get_it_once(self):
        """The constraint holds where a query does not see what was just committed."""
        first = self._create_appointment(at(9))
        second = self._create_appointment(at(9), self.stranger)
        holds = self._get_holds()
        self.assertEqual(holds.appointment_id, first)
        self._answer(first).action_accept()
        with self.assertRaises(Conflict):
            self._answer(second).action_accept()
        self.assertEqual((first.state, second.state), ("accepted", "requested"))

    def test_the_buffer_is_kept_between_two_that_see_the_same(self):
        self.calendar.buffer_minutes = 15
        self._create_appointment(at(9))
        self._create_appointment(at(9, 30), self.stranger)
        self._create_appointment(at(10), self.stranger)
        holds = self._get_holds()
        self.assertEqual(holds.mapped("start"), [at(9), at(10)])

    def test_times_outside_the_rules_are_refused(self):
        for start in (at(9, 7), at(11), at(20), NOW, at(9) - timedelta(days=7)):
            with self.assertRaises(InvalidInput):
                self._request(start)
        self.calendar.horizon_days = 1
        with self.assertRaises(InvalidInput):
            self._request()

    def test_a_visitor_s_request_is_one_once_it_is_confirmed(self):
        appointment = self._request(
            visitor_name="Vera", visitor_email="vera@example.com", state="unconfirmed"
        )
        self.assertEqual(appointment.hold_until, NOW + timedelta(hours=2))
        mail = self._get_mails(appointment)
        self.assertEqual(mail.email_to, '"Vera" <vera@example.com>')
        # anybody may have typed it
        self.assertNotIn("New lamps", mail.body_html + mail.subject)
        self.assertIn("access_token=", mail.body_html)
        appointment._confirm()
        self.assertEqual(appointment.state, "requested")
        self.assertEqual(appointment.hold_until, NOW + timedelta(hours=48))
        self.assertIn("Vera", self._get_mails(appointment)[-1].subject)

    # -- accepting

    def test_accepting_makes_the_event_and_tells_the_customer(self):
        appointment = self._request(staff_note="Bad payer")
        self.assertIs(self._answer(appointment).action_accept(), True)
        self.assertEqual(appointment.state, "accepted")
        event = appointment.event_id
        self.assertEqual((event.start, event.stop), (at(9), at(9, 30)))
        self.assertEqual(
            event.partner_ids, self.anna.partner_id | self.owner.partner_id
        )
        self.assertEqual(set(event.attendee_ids.mapped("state")), {"accepted"})
        mail = self._get_mails(appointment)[-1]
        self.assertEqual(mail.email_to, self.owner.partner_id.email_formatted)
        self.assertEqual(mail.attachment_ids.mapped("mimetype"), ["text/calendar"])
        self.assertIn(f"/my/appointments/{appointment.id}", mail.body_html)
        self.assertNotIn("access_token", mail.body_html)
        # the customer may read the event by RPC
        told = event.with_user(self.owner).read(
            ["name", "description", "notes", "location"]
        )[0]
        self.assertNotIn("Bad payer", str(told))
        self.assertNotIn("@", str(told["description"]))
        # and gets no other mail of it
        others = self.env["mail.mail"].search([("model", "=", "calendar.event")])
        self.assertFalse(others)

    def test_accepting_twice_is_refused_in_words(self):
        appointment = self._request()
        self._answer(appointment).action_accept()
        with self.assertRaises(UserError):
            self._answer(appointment).action_accept()

    def test_accepting_over_an_event_made_by_hand_needs_a_second_click(self):
        appointment = self._request()
        self._create_event(at(9))
        action = self._answer(appointment).action_accept()
        self.assertEqual(appointment.state, "requested")
        self.assertIn("10:00", action["params"]["message"])
        self.assertIn("10:00", appointment.warning)
        # another manager has not been told
        self.calendar.manager_ids |= self.bert
        self.assertIsInstance(appointment.with_user(self.bert).action_accept(), dict)
        self.assertIsInstance(self._answer(appointment).action_accept(), dict)
        # something new came in between
        self._create_event(at(9, 15))
        self.assertIsInstance(self._answer(appointment).action_accept(), dict)
        self.assertIs(self._answer(appointment).action_accept(), True)
        self.assertEqual(appointment.state, "accepted")
        self.assertFalse(appointment.warning)

    def test_only_managers_and_those_it_is_with_answer(self):
        appointment = self._request()
        for user in (self.bert, self.owner, self.document_user):
            with self.assertRaises(AccessError):
                appointment.with_user(user).action_accept()
        appointment.with_user(self.portal_manager).action_decline()

    def test_the_state_is_written_by_nobody(self):
        appointment = self._answer(self._request())
        for vals in (
            {"state": "accepted"},
            {"start": at(12)},
            {"event_id": self._create_event(at(14)).id},
            {"calendar_id": self._create_calendar().id},
        ):
            with self.assertRaises(AccessError):
                appointment.write(vals)
        with self.assertRaises(AccessError):
            self.env["customer.portal.appointment"].with_user(self.anna).create(
                {
                    "calendar_id": self.calendar.id,
                    "partner_id": self.owner.partner_id.id,
                    "start": at(12),
                    "state": "accepted",
                }
            )
        appointment.staff_note = "Fine"

    # -- declining, proposing, cancelling, expiring

    def test_declining_tells_the_reason_and_frees_the_time(self):
        appointment = self._request()
        self.assertIs(self._answer(appointment).action_decline("We are away"), True)
        self.assertEqual(appointment.state, "declined")
        self.assertIn("09:00", self._get_slots())
        mail = self._get_mails(appointment)[-1]
        self.assertIn("We are away", mail.body_html)
        self.assertFalse(mail.attachment_ids)
        with self.assertRaises(UserError):
            self._answer(appointment).action_accept()

    def test_another_time_is_proposed_and_accepted(self):
        appointment = self._request()
        self.assertIs(
            self._answer(appointment).action_propose("2026-11-04 13:00:00"), True
        )
        self.assertEqual((appointment.state, appointment.start), ("proposed", at(13)))
        self.assertIn("09:00", self._get_slots())
        self.assertNotIn("13:00", self._get_slots())
        self.assertIn("02:00 PM", self._get_mails(appointment)[-1].body_html)
        appointment._accept_proposal()
        self.assertEqual(appointment.state, "accepted")
        self.assertEqual(appointment.event_id.start, at(13))
        self.assertEqual(
            self._get_mails(appointment)[-2:].mapped("email_to"),
            [self.owner.partner_id.email_formatted, self.anna.email_formatted],
        )

    def test_the_old_time_of_a_proposal_is_in_the_customer_s_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        appointment = self._request()
        self._answer(appointment).with_context(lang="fr_FR").action_propose(at(14))
        body = self._get_mails(appointment)[-1].body_html
        self.assertIn("Wednesday, November 4, 2026, 10:00 AM", body)
        self.assertIn("Wednesday, November 4, 2026, 03:00 PM", body)
        self.assertNotIn("novembre", body)

    def test_managers_are_told_both_times_of_a_move(self):
        appointment = self._request()
        appointment._move(at(13))
        mail = self._get_mails(appointment)[-1]
        self.assertEqual(mail.email_to, self.anna.email_formatted)
        for words in ("02:00 PM", "Before: ", "10:00 AM"):
            self.assertIn(words, mail.body_html)
        self.assertIn("Moved: Test Owner", mail.subject)
        # and the customer of one that was certain; a proposal that is moved waits again
        self._answer(appointment).action_accept()
        appointment._move(at(14))
        told, mail = self._get_mails(appointment)[-2:]
        self.assertEqual(told.email_to, self.owner.partner_id.email_formatted)
        for words in ("03:00 PM", "Before: ", "02:00 PM"):
            self.assertIn(words, told.body_html)
        self.assertIn("See the appointment", mail.body_html)
        self._answer(appointment).action_propose(at(15))
        appointment._move(at(9))
        self.assertIn(
            ">Answer<",
            self._get_mails(appointment)[-1]
            .body_html.replace(" ", "")
            .replace("\n", ""),
        )

    def test_what_cannot_be_proposed(self):
        appointment = self._request()
        self._create_event(at(12))
        self._create_appointment(at(14), self.stranger)
        for start in (
            "2026-11-04 12:00:00",
            at(14),
            "2020-01-01 00:00:00",
            "x",
            None,
            7,
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                self._answer(appointment).action_propose(start)
        appointment.invalidate_recordset()
        self.assertEqual((appointment.state, appointment.start), ("requested", at(9)))
        self.assertNotIn("09:00", self._get_slots())

    def test_a_proposal_is_refused_when_the_time_is_gone(self):
        appointment = self._request()
        self._answer(appointment).action_propose(at(13))
        self._create_event(at(13))
        with self.assertRaises(Conflict):
            appointment._accept_proposal()

    def test_a_time_that_staff_may_propose_can_be_accepted(self):
        """REQ C-3: close to another event, or on a day off: they know what they propose"""
        self.calendar.buffer_minutes = 60
        self._create_event(at(13))
        resource = self.env["resource.resource"].create(
            {"name": "Anna", "user_id": self.anna.id, "calendar_id": self.hours.id}
        )
        self.env["resource.calendar.leaves"].create(
            {"resource_id": resource.id, "date_from": at(15), "date_to": at(18)}
        )
        appointment = self._request()
        for moment in (at(14), at(15)):
            self._answer(appointment).action_propose(moment)
            appointment._accept_proposal()
            self.assertEqual(appointment.state, "accepted")
            self.assertEqual(appointment.event_id.start, moment)

    def test_staff_cancel(self):
        appointment = self._request()
        self._answer(appointment).action_accept()
        event = appointment.event_id
        self.assertIs(self._answer(appointment).action_cancel(), True)
        self.assertEqual(appointment.state, "cancelled")
        self.assertFalse(event.active)
        self.assertIn("09:00", self._get_slots())
        mail = self._get_mails(appointment)[-1]
        self.assertIn(b"METHOD:CANCEL", mail.attachment_ids.raw)

    def test_the_customer_cancels_until_the_deadline(self):
        appointment = self._request()
        self._answer(appointment).action_accept()
        with freeze_time(at(9) - timedelta(hours=23)), self.assertRaises(Forbidden):
            appointment._cancel_by_customer()
        appointment._cancel_by_customer()
        self.assertEqual(appointment.state, "cancelled")
        self.assertFalse(appointment.event_id.active)
        mails = self._get_mails(appointment)[-2:]
        self.assertIn(self.anna.email_formatted, mails.mapped("email_to"))

    def test_the_customer_moves_until_the_deadline(self):
        appointment = self._request()
        self._answer(appointment).action_accept()
        first = self._get_mails(appointment)[-1].attachment_ids.raw
        appointment._move(at(13))
        self.assertEqual((appointment.state, appointment.start), ("accepted", at(13)))
        self.assertEqual(appointment.event_id.start, at(13))
        self.assertIn("09:00", self._get_slots())
        self.assertNotIn("13:00", self._get_slots())
        mail = self._get_mails(appointment).filtered("attachment_ids")[-1]
        self.assertIn(b"SEQUENCE:1", first)
        self.assertIn(b"SEQUENCE:2", mail.attachment_ids.raw)
        with self.assertRaises(InvalidInput):
            appointment._move(at(20))
        self._create_appointment(at(14), self.stranger)
        with self.assertRaises(Conflict):
            appointment._move(at(14))
        with freeze_time(at(12)), self.assertRaises(Forbidden):
            appointment._move(at(15))

    def test_a_moved_one_may_overlap_where_it_was(self):
        self.calendar.slot_minutes = 60
        appointment = self._request(at(8))
        self.calendar.slot_minutes = 30
        appointment._move(at(8, 30))
        self.assertEqual(appointment.stop, at(9))

    def test_what_nobody_answers_expires(self):
        appointment = self._request()
        proposed = self._request(at(10))
        self._answer(proposed).action_propose(at(15))
        unconfirmed = self._request(
            at(12), visitor_name="V", visitor_email="v@example.com", state="unconfirmed"
        )
        with freeze_time(NOW + timedelta(hours=3)), self._running_crons() as crons:
            crons._cron_expire()
        self.assertEqual(
            (appointment.state, proposed.state, unconfirmed.state),
            ("requested", "proposed", "expired"),
        )
        # who did not confirm is not written to again
        self.assertEqual(len(self._get_mails(unconfirmed)), 1)
        with freeze_time(NOW + timedelta(hours=49)), self._running_crons() as crons:
            crons._cron_expire()
            self.assertEqual((appointment.state, proposed.state), ("expired",) * 2)
        self.assertIn(
            "not answered in time", self._get_mails(appointment)[-1].body_html
        )

    def test_a_time_that_was_held_long_enough_is_the_next_one_s(self):
        self.calendar.notice_hours = 0
        first = self._request(at(34))
        with freeze_time(NOW + timedelta(hours=49)):
            second = self._request(at(34), user=self.stranger)
        self.assertEqual((first.state, second.state), ("expired", "requested"))

    # -- staff in their own calendar

    def test_an_event_that_staff_move_moves_the_appointment(self):
        appointment = self._request()
        self._answer(appointment).action_accept()
        appointment.event_id.with_user(self.anna).write(
            {"start": at(13), "stop": at(14)}
        )
        self.assertEqual((appointment.start, appointment.stop), (at(13), at(14)))
        self.assertIn("02:00 PM", self._get_mails(appointment)[-1].body_html)
        others = self.env["mail.mail"].search([("model", "=", "calendar.event")])
        self.assertNotIn(self.owner.partner_id, others.recipient_ids)
        appointment.event_id.with_user(self.anna).unlink()
        self.assertEqual(appointment.state, "cancelled")
        mail = self._get_mails(appointment)[-1]
        self.assertIn(b"METHOD:CANCEL", mail.attachment_ids.raw)

    # -- deleting

    def test_what_a_customer_expects_is_not_deleted(self):
        """REQ C-3: nor with its calendar or contact"""
        appointment = self._request()
        self._answer(appointment).action_accept()
        for record in (appointment, self.calendar, self.owner.partner_id):
            with self.assertRaisesRegex(UserError, "Test Owner, .*10:00"):
                record.unlink()
        # who may delete contacts, and knows nothing of calendars, is told no more
        clerk = new_test_user(
            self.env, "test_clerk", "base.group_user,base.group_partner_manager"
        )
        with self.assertRaisesRegex(UserError, "ask those who manage"):
            self.owner.partner_id.with_user(clerk).unlink()
        # nor is it told to who may not delete
        with self.assertRaises(AccessError):
            self.calendar.with_user(self.anna).unlink()
        event = appointment.event_id
        self._answer(appointment).action_cancel()
        self.calendar.unlink()
        self.assertFalse(appointment.exists() or event.active)

    def test_what_is_over_goes_with_the_contact(self):
        """REQ C-3: the event as well, which has their name"""
        partner = self.env["res.partner"].create({"name": "Wanda"})
        appointment = self._create_appointment(partner_id=partner.id)
        self._answer(appointment).action_accept()
        event = appointment.event_id
        with freeze_time(at(10)):
            partner.unlink()
        self.assertFalse(appointment.exists() or event.active)

    # -- languages and templates

    def test_all_that_were_not_accepted_of_many_are_named(self):
        """REQ C-3"""
        taken, free, busy = (
            self._request(at(hour), subject=f"At {hour}") for hour in (9, 10, 12)
        )
        self._create_event(at(9))
        self._create_event(at(12))
        message = self._answer(taken | free | busy).action_accept()["params"]["message"]
        self.assertEqual(free.state, "accepted")
        for appointment in (taken, busy):
            self.assertEqual(appointment.state, "requested")
            self.assertIn(f"{appointment.who}, {appointment.subject}:", message)
        self.assertNotIn(free.subject, message)

    def test_a_language_that_was_switched_off_is_nobody_s(self):
        """REQ C-3, C-5: its customers get the mails of the company's"""
        french = self.env["res.lang"]._activate_lang("fr_FR")
        visitor = {"visitor_name": "Vera", "visitor_email": "vera@example.com"}
        appointment = self._request(lang="fr_FR", **visitor)
        self.assertEqual(appointment._get_customer_lang(), "fr_FR")
        french.active = False
        self._answer(appointment).action_accept()
        with freeze_time(at(7) - timedelta(days=1)), self._running_crons() as crons:
            crons._cron_remind()
        self.assertIn("Reminder: Wednesday", self._get_mails(appointment)[-1].subject)

    def test_one_whose_mail_cannot_be_written_stops_no_other(self):
        """REQ C-3, C-5: staff have edited the templates"""
        bad, good = (self._request(at(hour)) for hour in (9, 10))
        bad_wait, good_wait = (self._request(at(hour)) for hour in (12, 13))
        self._answer(bad | good).action_accept()
        (bad | bad_wait).subject = "Bad"
        for kind in ("expired", "reminder"):
            template = self._get_template(kind)
            template.subject = "{{ 1 // (object.subject != 'Bad') }}"
        logger = "odoo.addons.customer_portal_shares"
        with self._running_crons() as crons, self.assertLogs(logger, "ERROR") as logs:
            with freeze_time(at(7) - timedelta(days=1)):
                crons._cron_remind()
            with freeze_time(NOW + timedelta(hours=49)):
                crons._cron_expire()
        self.assertEqual((bad_wait.state, good_wait.state), ("requested", "expired"))
        self.assertFalse(bad.reminder_date)
        self.assertTrue(good.reminder_date)
        self.assertEqual(len(logs.output), 2)

    def test_without_a_template_nothing_is_sent_and_all_else_is_done(self):
        """REQ C-2, C-3: somebody has deleted it"""
        for kind in ("request", "accepted", "moved", "cancelled"):
            self._get_template(kind).unlink()
        appointment = self._request()
        self._answer(appointment).action_accept()
        event = appointment.event_id.with_user(self.anna)
        event.write({"start": at(13), "stop": at(14)})
        event.unlink()
        self.assertEqual((appointment.state, appointment.start), ("cancelled", at(13)))
        self.assertFalse(self._get_mails(appointment))

    def _get_template(self, kind):
        name = f"customer_portal_shares.mail_template_appointment_{kind}"
        return self.env.ref(name)

    # -- reminders

    def test_a_reminder_goes_out_once_on_the_day_before(self):
        appointment = self._request()
        self._answer(appointment).action_accept()
        count = len(self._get_mails(appointment))
        with self._running_crons() as crons:
            crons._cron_remind()
        self.assertEqual(len(self._get_mails(appointment)), count)
        people = appointment.partner_id.user_ids
        people.active = appointment.partner_id.active = False
        with freeze_time(at(7) - timedelta(days=1)), self._running_crons() as crons:
            crons._cron_remind()
        self.assertEqual(len(self._get_mails(appointment)), count, "asleep")
        appointment.partner_id.active = people.active = True
        with freeze_time(at(7) - timedelta(days=1)), self._running_crons() as crons:
            crons._cron_remind()
            crons._cron_remind()
        self.assertEqual(len(self._get_mails(appointment)), count + 1)
        mail = self._get_mails(appointment)[-1]
        self.assertIn("Reminder: Wednesday, November 4", mail.subject)
        self.assertIn("move it there until Tuesday, November 3", mail.body_html)

    def test_reminders_go_on_with_the_next_run_where_time_is_up(self):
        appointments = self._request(at(9)) | self._request(at(10))
        self._answer(appointments).action_accept()
        for count in (1, 2):
            with (
                freeze_time(at(7) - timedelta(days=1)),
                patch.object(
                    self.registry["ir.cron"], "_commit_progress", return_value=0
                ) as commit,
            ):
                appointments._cron_remind()
            commit.assert_called_once_with(1, remaining=2 - count)
            self.assertEqual(len(appointments.filtered("reminder_date")), count)

    def test_one_that_is_cancelled_while_others_are_mailed_is_not_reminded_of(self):
        """REQ C-5: nor one that is moved away, or deleted"""
        first, cancelled, moved, gone = appointments = self.env[
            "customer.portal.appointment"
        ].concat(*(self._request(at(hour)) for hour in (9, 10, 12, 13)))
        self._answer(appointments).action_accept()

        def change(*args, **kwargs):
            (cancelled | gone).exists().state = "cancelled"
            gone.exists().unlink()
            moved.start = at(12) + timedelta(days=7)
            return 60

        with (
            freeze_time(at(7) - timedelta(days=1)),
            patch.object(self.registry["ir.cron"], "_commit_progress", change),
        ):
            appointments._cron_remind()
        self.assertTrue(first.reminder_date)
        self.assertFalse(cancelled.reminder_date)
        self.assertFalse(moved.reminder_date)

    def test_the_cron_says_what_it_does(self):
        cron = self.env["ir.cron"].search([("cron_name", "ilike", "remind")])
        self.assertIn("model._cron_remind()", cron.mapped("code"))
