from contextlib import suppress
from datetime import date
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools.translate import code_translations

from ..tools.reminders import is_due, parse_plan
from .request_case import RequestCase


@tagged("-at_install", "post_install")
class TestReminders(RequestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.portal.request"].search([]).active = False

    def _remind(self, moment):
        """Run the scheduled action at a moment; return the mails that it made."""
        before = self._get_mails()
        cron = self.registry["ir.cron"]
        with freeze_time(moment), patch.object(cron, "_commit_progress", self._commit):
            self.env["res.partner"]._cron_portal_remind()
        return self._get_mails() - before

    @staticmethod
    def _commit(cron, processed=0, **kwargs):
        return 1.0

    def test_the_plan(self):
        """REQ D-18: on its days, once if some were missed, and never before it was sent"""
        self.assertEqual(parse_plan(" 7, -3,0,,0 "), [-3, 0, 7])
        self.assertEqual(parse_plan(None), [])
        for text in ("x", "1;2", "999", "1.5", ",".join(map(str, range(30)))):
            with self.assertRaises(ValueError):
                parse_plan(text)
        plan, due, sent = [-3, 0, 7], date(2026, 3, 10), date(2026, 3, 1)
        expected = {
            (date(2026, 3, 6), None): False,
            (date(2026, 3, 7), None): True,
            (date(2026, 3, 8), None): True,
            (date(2026, 3, 8), date(2026, 3, 7)): False,
            (date(2026, 3, 10), date(2026, 3, 7)): True,
            (date(2026, 3, 10), date(2026, 3, 10)): False,
            (date(2026, 3, 17), date(2026, 3, 10)): True,
            (date(2026, 3, 30), date(2026, 3, 17)): False,
        }
        for (today, last), is_expected in expected.items():
            self.assertEqual(is_due(plan, due, today, sent, last), is_expected, today)
        self.assertFalse(is_due(plan, due, date(2026, 3, 8), date(2026, 3, 7)))
        # told on that very day
        self.assertFalse(is_due(plan, due, date(2026, 3, 7), date(2026, 3, 7)))

    def test_never_on_the_day_of_another_mail(self):
        """REQ D-18: who was asked for something today is reminded tomorrow"""
        with freeze_time("2026-03-01 05:00:00"):
            first = self._open(deadline="2026-03-10")
        with freeze_time("2026-03-07 06:00:00"):
            # due on that day by its plan, and told on it
            self._open(lines=("Lease",), deadline="2026-03-10")
        self.assertFalse(self._remind("2026-03-07 07:00:00"))
        mail = self._remind("2026-03-08 07:00:00")
        self.assertEqual(len(mail), 1)
        self.assertIn("Passport", mail.body_html)
        self.assertIn("Lease", mail.body_html)
        with freeze_time("2026-03-10 06:00:00"):
            self._put_in(first.line_ids[0])
            first.line_ids[0].action_reject("It is too dark")
        self.assertFalse(self._remind("2026-03-10 07:00:00"))
        self.assertEqual(len(self._remind("2026-03-11 07:00:00")), 1)

    def test_notes_are_in_the_language_of_staff(self):
        """REQ 10.2, D-18: whoever causes them, in whatever language"""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.owner.partner_id.lang = "fr_FR"
        kind = self.env.ref("customer_portal_docs.mail_activity_type_review")
        kind.summary = "EN review"
        kind.with_context(lang="fr_FR").summary = "FR review"
        request = self._open(deadline="2030-01-01")
        as_owner = request.with_user(self.owner).with_context(lang="fr_FR").sudo()
        asked = []
        find = code_translations.get_python_translations

        def note_language(module, lang):
            if module == "customer_portal_docs":
                asked.append(lang)
            return find(module, lang)

        with patch.object(code_translations, "get_python_translations", note_language):
            for number, staff_lang in enumerate(("en_US", "fr_FR")):
                self.document_user.lang = staff_lang
                reader = as_owner.with_context(lang="en_US" if number else "fr_FR")
                asked.clear()
                reader.line_ids[number]._decline("I have none")
                reader._log_reminder()
                reader._promise(date(2037, 5, 1), "On holiday", "Owner")
                # (of American English, Odoo asks for none)
                self.assertEqual(set(asked), {staff_lang} - {"en_US"})
        [activity] = request.activity_ids
        self.assertEqual(activity.summary, "FR review")

    def test_reminders_go_out_by_themselves(self):
        """REQ D-18: one mail for all requests, never two a day, none when it is there"""
        self.owner.partner_id.lang = "en_US"
        with freeze_time("2026-03-01 09:00:00"):
            first = self._open(deadline="2026-03-10")
            second = self._open(lines=("Lease",), deadline="2026-03-20")
            second.name = "Rent"
        self.assertFalse(self._remind("2026-03-06 09:00:00"))
        mail = self._remind("2026-03-07 09:00:00")
        self.assertEqual(mail.recipient_ids, self.owner.partner_id)
        for words in ("Passport", "Bank statements", "Lease", "Rent", "March 10, 2026"):
            self.assertIn(words, mail.body_html)
        self.assertFalse(self._remind("2026-03-07 18:00:00"))
        with freeze_time("2026-03-07 19:00:00"):
            first.action_remind()
        self.assertEqual(self._get_mails()[-1], mail)
        self.assertFalse(self._remind("2026-03-08 09:00:00"))
        for request in (first, second):
            self.assertIn("reminded", request.message_ids[0].body)
        self._put_in(first.line_ids[0])
        mail = self._remind("2026-03-10 09:00:00")
        self.assertNotIn("Passport", mail.body_html)
        self.assertIn("Bank statements", mail.body_html)
        self._put_in(first.line_ids[1])
        # the plan of the first is over: nothing is missing
        self.assertFalse(self._remind("2026-03-13 09:00:00"))
        mail = self._remind("2026-03-18 09:00:00")
        self.assertNotIn("Bank statements", mail.body_html)
        self.assertIn("Lease", mail.body_html)
        second.action_cancel()
        self.assertFalse(self._remind("2026-03-20 09:00:00"))

    def test_staff_read_that_none_go_out_without_a_due_date(self):
        """REQ D-18: where they would choose one"""
        self._open()
        candidates = self.env["res.partner"]._get_portal_reminder_candidates()
        self.assertNotIn(self.owner.partner_id.id, candidates)
        for model in ("customer.portal.request", "customer.portal.request.wizard"):
            Model = self.env[model].with_user(self.document_user)
            arch = etree.fromstring(Model.get_view(view_type="form")["arch"])
            [hint] = arch.xpath("//field[@name='deadline']/following-sibling::span[1]")
            self.assertIn("no reminders are sent", hint.text)
            self.assertTrue(hint.get("invisible").startswith("deadline"))

    def test_many_are_reminded_together(self):
        """REQ D-18: to each their own, in their language; words are compiled once in each"""
        self.env["res.lang"]._activate_lang("fr_FR")
        customers = (self.owner, self.colleague, self.stranger)
        for customer, lang in zip(customers, ("en_US", "fr_FR", "en_US"), strict=True):
            customer.partner_id.lang = lang
            with freeze_time("2026-03-01 09:00:00"):
                self._open(
                    customer, lines=(f"For {customer.name}",), deadline="2026-03-10"
                )
        template = self.env.ref("customer_portal_docs.mail_template_reminder")
        template.with_context(lang="fr_FR").body_html = template.body_html.replace(
            "Hello", "Bonjour"
        )
        compiled, IrQweb = [], self.registry["ir.qweb"]
        generate = IrQweb._generate_code

        def note(qweb, source):
            words = isinstance(source, etree._Element) and etree.tostring(source)
            code = generate(qweb, source)
            # (core tries first whether it is harmless, and gives up halfway)
            compiled.append(words or b"")
            return code

        with patch.object(IrQweb, "_generate_code", note):
            mails = self._remind("2026-03-10 09:00:00")
        self.assertEqual(len(mails), 3)
        for customer in customers:
            [mail] = mails.filtered(
                lambda mail, partner=customer.partner_id: partner in mail.recipient_ids
            )
            is_french = customer == self.colleague
            self.assertIn("Bonjour" if is_french else "Hello", mail.body_html)
            for other in customers:
                said = f"For {other.name}" in mail.body_html
                self.assertEqual(said, other == customer)
            self.assertEqual(customer.partner_id.portal_reminder_mail_id, mail)
        for hello in (b"Hello", b"Bonjour"):
            self.assertEqual(sum(hello in words for words in compiled), 1)

    def test_a_reminder_that_waits_is_taken_back(self):
        """REQ D-18: it stops at once when it is done"""
        with freeze_time("2026-03-01 09:00:00"):
            request = self._open(deadline="2026-03-10")
        self.assertTrue(self._remind("2026-03-10 09:00:00"))
        partner = self.owner.partner_id
        self._put_in(request.line_ids[0])
        mail = self._get_mails(partner)[-1]
        self.assertNotIn("Passport", mail.body_html)
        self.assertIn("Bank statements", mail.body_html)
        self._put_in(request.line_ids[1])
        self.assertNotIn(
            "Reminder", " ".join(self._get_mails(partner).mapped("subject"))
        )

    def test_the_customer_s_day_and_language(self):
        """REQ D-18"""
        self.env["res.lang"]._activate_lang("de_DE")
        partner = self.owner.partner_id
        partner.write({"tz": "Pacific/Auckland", "lang": "de_DE"})
        with freeze_time("2026-03-01 09:00:00"):
            self._open(deadline="2026-03-10", reminder_days="0")
        self.assertFalse(self._remind("2026-03-09 09:00:00"))
        # already the tenth there
        mail = self._remind("2026-03-09 18:00:00")
        self.assertIn("10. März 2026", mail.body_html)

    def test_the_frame_is_in_the_customer_s_language(self):
        """REQ D-18, 10.2: not in that of the scheduled action"""
        self.env["res.lang"]._activate_lang("de_DE")
        self.owner.partner_id.lang = "de_DE"
        find = code_translations.get_python_translations

        def translate(module, lang):
            found = find(module, lang)
            return {**found, "Reminder": "Erinnerung"} if lang == "de_DE" else found

        with freeze_time("2026-03-01 09:00:00"):
            self._open(deadline="2026-03-10")
        with patch.object(code_translations, "get_python_translations", translate):
            mail = self._remind("2026-03-10 09:00:00")
        self.assertIn("Erinnerung", mail.body_html)
        # which is of no one request
        self.assertNotIn("Document Request", mail.body_html)

    def test_an_archived_company_reminds_of_nothing(self):
        """REQ D-18, D-19: and its links open nothing, as no staff would see what comes by them"""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.document_user.company_ids |= elsewhere
        with freeze_time("2026-03-01 09:00:00"):
            request = self._open(deadline="2026-03-10", company_id=elsewhere.id)
        token = request._get_link_sudo()._get_token()
        elsewhere.active = False
        self.assertFalse(self._remind("2026-03-10 09:00:00"))
        partners = self.env["res.partner"]
        candidates = partners._get_portal_reminder_candidates()
        self.assertNotIn(self.owner.partner_id.id, candidates)
        self.assertFalse(request._find_sudo(request.id, token)[1])
        elsewhere.active = True
        self.assertTrue(self._remind("2026-03-11 09:00:00"))
        self.assertTrue(request._find_sudo(request.id, token)[1])

    def test_a_sleeping_contact_is_not_reminded(self):
        """REQ D-18"""
        with freeze_time("2026-03-01 09:00:00"):
            request = self._open(self.private, deadline="2026-03-10")
        token = request._get_link_sudo()._get_token()
        partner = self.private.partner_id
        asleep = [("id", "=", request.id), ("is_asleep", "=", True)]
        self.assertFalse(request.search(asleep))
        self.private.active = False
        partner.active = False
        self.assertFalse(self._remind("2026-03-10 09:00:00"))
        self.assertFalse(request._find_sudo(request.id, token)[1])
        # staff see it, and whatever they do sends no mail
        self.assertTrue(request.is_asleep)
        self.assertEqual(request.search(asleep), request)
        self.assertEqual(request.action_open_contact()["res_id"], partner.id)
        before = self._get_mails(partner)
        self._put_in(request.line_ids[0])
        request.line_ids[0].action_reject("Blurred")
        request.action_remind()
        request.message_post(body="And now?", subtype_xmlid="mail.mt_comment")
        self.assertIn("archived", " ".join(request.message_ids.mapped("body")))
        request.line_ids.action_accept()
        self.assertEqual((request.state, request.is_asleep), ("done", False))
        draft = self._ask(self.private)
        draft.action_send()
        self.assertEqual(self._get_mails(partner), before)
        partner.active = True
        self.assertFalse(draft.is_asleep)
        self.assertFalse(draft.search([("is_asleep", "=", True)]) & draft)
        self.assertFalse(request._find_sudo(request.id, token)[1], "it has ended")

    def test_a_plan_is_checked(self):
        """REQ D-18"""
        for plan in ("tomorrow", "1,x", "4000"):
            with self.assertRaises(ValidationError):
                self._ask(reminder_days=plan)
            with self.assertRaises(ValidationError):
                self.company.portal_request_reminder_days = plan
        self.company.portal_request_reminder_days = "-1"
        with freeze_time("2026-03-01 09:00:00"):
            self._open(deadline="2026-03-10")
        self.assertFalse(self._remind("2026-03-07 09:00:00"))
        self.assertTrue(self._remind("2026-03-09 09:00:00"))

    def test_a_kill_in_the_middle_tells_nobody_twice(self):
        """REQ D-18: what one batch has done stays, and is not done again"""
        Partner = self.registry["res.partner"]
        self.patch(Partner, "_portal_reminder_batch", 1)
        customers = (self.owner, self.colleague, self.stranger)
        ours = {customer.partner_id.id for customer in customers}
        find = Partner._get_portal_reminder_candidates
        # those of the demonstration data would come first
        self.patch(
            Partner,
            "_get_portal_reminder_candidates",
            lambda partners: [id_ for id_ in find(partners) if id_ in ours],
        )
        with freeze_time("2026-03-01 09:00:00"):
            for customer in customers:
                self._open(customer, deadline="2026-03-10")
        self.env.flush_all()
        kept = []

        class Killed(Exception):
            pass

        def commit(cron, processed=0, **kw):
            self.env.flush_all()
            if not processed:
                return 1.0
            kept.append(processed)
            if len(kept) == 2:
                # the third batch begins, and its transaction never ends
                raise Killed
            return 1.0

        before = self._get_mails()
        with freeze_time("2026-03-10 09:00:00"):
            with patch.object(self.registry["ir.cron"], "_commit_progress", commit):
                # (not assertRaises, which takes back what was done)
                with suppress(Killed):
                    self.env["res.partner"]._cron_portal_remind()
        self.assertEqual(len(kept), 2)
        told = (self._get_mails() - before).recipient_ids
        self.assertEqual(len(told), 2)
        rest = self._remind("2026-03-10 09:05:00")
        self.assertEqual(len(rest), 1)
        self.assertFalse(rest.recipient_ids & told)
        self.assertFalse(self._remind("2026-03-10 09:10:00"))

    def _remind_in_batches(self, moment, size=2, batches=1):
        """Have the job run out of time after some batches; return the mails that it made."""
        self.patch(self.registry["res.partner"], "_portal_reminder_batch", size)
        left, before = [batches], self._get_mails()
        job = self.env.ref("customer_portal_docs.ir_cron_request_remind")
        job, progress = job.with_context(cron_id=job.id)._add_progress()

        def commit(cron, processed=0, remaining=0):
            progress.remaining = remaining
            left[0] -= bool(processed)
            return max(left[0], 0)

        with freeze_time(moment):
            with patch.object(self.registry["ir.cron"], "_commit_progress", commit):
                self.env["res.partner"].with_env(job.env)._cron_portal_remind()
        return self._get_mails() - before

    def test_it_goes_on_where_it_stopped(self):
        """REQ D-18: those who are not due today are not looked at before all others again"""
        self.env["customer.portal.document"].search([]).acknowledgement = False
        contacts = self.env["res.partner"].create(
            [{"name": name, "email": f"{name}@example.com"} for name in "abcdef"]
        )
        with freeze_time("2026-03-01 09:00:00"):
            for contact in contacts:
                is_last = contact == contacts[-1]
                self._open(
                    partner_id=contact.id,
                    deadline="2026-03-10" if is_last else "2026-06-10",
                )
        moment = "2026-03-10 09:00:00"
        self.assertFalse(self._remind_in_batches(moment))
        self.assertFalse(self._remind_in_batches(moment))
        mail = self._remind_in_batches(moment)
        self.assertEqual(mail.recipient_ids, contacts[-1])
        self.assertFalse(self._remind_in_batches(moment))
        # the call after the last one has begun anew, as does one on the next day
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_cron_progress SET create_date = create_date - INTERVAL '1 day'"
        )
        self.env.invalidate_all()
        for request in contacts.portal_request_ids:
            request.deadline = "2026-03-11"
        mails = self._remind_in_batches("2026-03-11 09:00:00")
        self.assertEqual(mails.recipient_ids, contacts[:2])

    def test_what_changes_after_the_job_counts_on_the_same_day(self):
        """REQ D-18: a due date, the plan of a request, the company's plan"""
        with freeze_time("2026-03-01 09:00:00"):
            request = self._open(deadline="2026-06-10")
        moment = "2026-03-10 09:00:00"
        partner = request.partner_id.sudo()
        self.company.portal_request_reminder_days = ""

        changes = {
            "deadline": lambda: request.write({"deadline": "2026-03-10"}),
            "reminder_days": lambda: request.write({"reminder_days": "-92"}),
            "company": lambda: self.company.write(
                {"portal_request_reminder_days": "-92"}
            ),
        }
        for name, change in changes.items():
            if name == "deadline":
                self.company.portal_request_reminder_days = "0"
            request.write({"deadline": "2026-06-10", "reminder_days": False})
            partner.portal_reminded_date = False
            with self.subTest(change=name):
                self.assertFalse(self._remind_in_batches(moment, batches=99))
                with freeze_time(moment):
                    change()
                mails = self._remind_in_batches(moment, batches=99)
                self.assertEqual(mails.recipient_ids, partner)
                self.assertFalse(self._remind_in_batches(moment, batches=99))
            self.company.portal_request_reminder_days = ""

    def test_one_who_cannot_be_reminded_stops_nobody(self):
        """REQ D-18: it is logged, and the others of the batch are reminded"""
        contacts = self.owner.partner_id | self.stranger.partner_id
        with freeze_time("2026-03-01 09:00:00"):
            for contact in contacts:
                self._open(partner_id=contact.id, deadline="2026-03-10")
        # as a change of the database's own may leave it
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_portal_request SET reminder_days = 'x' WHERE partner_id = %s",
            [self.owner.partner_id.id],
        )
        self.env.invalidate_all()
        logger = "odoo.addons.customer_portal_docs.models.res_partner_reminder"
        with self.assertLogs(logger):
            mails = self._remind("2026-03-10 09:00:00")
        self.assertEqual(mails.recipient_ids, self.stranger.partner_id)

    def test_it_comes_from_the_company_that_asks(self):
        """REQ D-18: what cannot be delivered, too, comes back to its domain"""
        # the first one is that of all companies
        _main, domain = self.env["mail.alias.domain"].create(
            [{"name": "main.example.com"}, {"name": "elsewhere.example.com"}]
        )
        elsewhere = self.env["res.company"].create(
            {
                "name": "Elsewhere",
                "email": "office@elsewhere.example.com",
                "alias_domain_id": domain.id,
            }
        )
        self.document_user.company_ids |= elsewhere
        with freeze_time("2026-03-01 09:00:00"):
            self._open(deadline="2026-03-10", company_id=elsewhere.id)
            self._open(self.stranger, deadline="2026-03-10")
        mails = self._remind("2026-03-10 09:00:00")
        theirs = mails.filtered(lambda one: self.owner.partner_id in one.recipient_ids)
        self.assertIn("office@elsewhere.example.com", theirs.email_from)
        self.assertEqual(theirs.record_alias_domain_id, domain)
        self.assertNotEqual((mails - theirs).record_alias_domain_id, domain)
