"""The world has moved, and who followed, had a link or had read before gets nothing any more.

The same is tried on each kind of thing that customers are told of: a document, a request and an
issue. Projects and tasks are core's: to follow them is the right to them, which staff give.
"""

import re
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.common import MockSmtplibCase
from odoo.addons.customer_portal_docs.tests.common import DocumentHttpCase
from odoo.addons.customer_portal_docs.tests.test_rights import MovesMixin

SECRET = "Wolfsbarsch"
#: What rules of customers may ask of their user: :class:`ir.rule` follows each of them, or it
#: never changes, or Odoo clears its cache where it does.
FOLLOWED = {
    "all_group_ids",
    "commercial_partner_id.id",
    "company_id.id",
    "company_ids.ids",
    "id",
    "ids",
    "partner_id",
    "partner_id.commercial_partner_id.id",
    "partner_id.id",
    "partner_id.ids",
}


class ThingsCase(DocumentHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.env["ir.config_parameter"].set_param("mail.default.from", "us@example.com")
        cls.agent = cls._create_staff(
            "test_does_all",
            "customer_portal_docs.group_document_manager",
            "customer_portal_shares.group_portal_manager",
            "helpdesk_mgmt.group_helpdesk_manager",
        )
        cls.binder = cls.env["helpdesk.ticket.team"].create({"name": "Binder"})
        cls.things = cls.create_things(cls.owner)
        cls.env.flush_all()

    @classmethod
    def create_things(cls, user):
        """Return one of each kind, which the whole company of a customer may see."""
        customer = {"partner_id": user.partner_id.id}
        request = cls.env["customer.portal.request"].create(
            {
                "name": f"{SECRET} request of {user.login}",
                "visibility": "company",
                "line_ids": [Command.create({"name": f"{SECRET} ledger"})],
                **customer,
            }
        )
        request.action_send()
        return {
            "document": cls._create_document(
                user, name=f"{SECRET} document of {user.login}"
            ),
            "request": request,
            "issue": cls.env["helpdesk.ticket"].create(
                {
                    "name": f"{SECRET} issue of {user.login}",
                    "description": SECRET,
                    "team_id": cls.binder.id,
                    **customer,
                }
            ),
        }

    def get_share_wizard(self, email):
        """Return a new share of the document, whose staff are about to add who has an address."""
        document = self.things["document"]
        return (
            self.env["customer.portal.share.wizard"]
            .with_user(self.agent)
            .create(
                {
                    "name": "Offer",
                    "access": "secured",
                    "item_ids": [
                        Command.create({"record": f"{document._name},{document.id}"})
                    ],
                    "new_user_email": email,
                    "new_user_name": "Anna Victim",
                }
            )
        )

    def get_paths(self, thing):
        """Return the addresses of a thing's pages and files."""
        paths = [thing.access_url]
        if thing._name == "customer.portal.document":
            paths += [f"{thing.access_url}/{name}" for name in ("content", "thumbnail")]
        for file in thing.message_ids.attachment_ids:
            paths.append(f"/web/content/{file.id}")
            if thing._name != "customer.portal.document":
                paths.append(f"{thing.access_url}/attachments/{file.id}")
        return paths

    def call(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
            return self.opener.post(
                f"{self.base_url()}/web/dataset/call_kw", json={"params": params}
            ).json()

    def forget(self):
        """Forget what the transaction knows, as the next request does; no cache of a worker."""
        self.env.flush_all()
        self.env.invalidate_all()

    def post(self, thing, subtype="mail.mt_comment"):
        """Have a member of staff write; return the contacts that are told, by whatever way."""
        before = self.env["mail.mail"].search([])
        message = thing.with_user(self.agent).message_post(
            body=SECRET,
            message_type="comment",
            subtype_xmlid=subtype,
            attachments=[("a.pdf", b"%PDF-1.4")],
        )
        if thing._name == "helpdesk.ticket":
            rows = self.env["customer.portal.issue.mail"].sudo().search([])
            rows._write_mails()
            rows.unlink()
        mails = self.env["mail.mail"].search([]) - before
        addresses = " ".join(
            text or "" for mail in mails for text in (mail.email_to, mail.email_cc)
        )
        told = message.notified_partner_ids | mails.recipient_ids
        return told | told.search([]).filtered(
            lambda partner: partner.email and partner.email in addresses
        )

    def assertShut(self, thing, users):
        """Nothing of a thing is told to any of them, by page, file or RPC."""
        for user in users:
            self.login(user)
            for path in self.get_paths(thing):
                with self.subTest(user=user and user.login, path=path):
                    with mute_logger("odoo.http"):
                        answer = self.get(path)
                    self.assertNotEqual(answer.status_code, 200)
                    self.assertNotIn(SECRET, answer.text)
            if not user:
                continue
            with self.subTest(user=user.login, model=thing._name):
                named = (thing._name, "search", [("id", "=", thing.id)])
                self.assertFalse(self.call(*named).get("result"))
                answer = self.call(thing._name, "read", thing.ids, ["name"])
                self.assertNotIn(SECRET, str(answer))
                answer = self.call(
                    "mail.message",
                    "search_read",
                    [("model", "=", thing._name), ("res_id", "=", thing.id)],
                    ["body"],
                )
                self.assertNotIn(SECRET, str(answer))

    def assertOpen(self, thing, *users):
        for user in users:
            self.login(user)
            self.assertEqual(self.get(thing.access_url).status_code, 200, user.login)


@tagged("-at_install", "post_install")
class TestMovedOn(ThingsCase):
    def follow(self, thing, *users):
        for user in users:
            self.env.cr.execute(
                """INSERT INTO mail_followers (res_model, res_id, partner_id)
                        VALUES (%s, %s, %s) ON CONFLICT DO NOTHING RETURNING id""",
                [thing._name, thing.id, user.partner_id.id],
            )
            for [follower_id] in self.env.cr.fetchall():
                self.env.cr.execute(
                    """INSERT INTO mail_followers_mail_message_subtype_rel
                                   (mail_followers_id, mail_message_subtype_id)
                            VALUES (%s, %s)""",
                    [follower_id, self.env.ref("mail.mt_comment").id],
                )
        self.env.invalidate_all()

    def test_to_follow_without_a_right_opens_nothing(self):
        """REQ 11.1, 11.14: over HTTP, to the follower and to the whole company of one"""
        neighbour = self._create_customer("test_neighbour", self.northwind)
        for thing in (*self.things.values(), self.binder):
            self.follow(thing, self.stranger, self.private)
            told = self.post(thing)
            self.assertFalse(told & (self.stranger | self.private).partner_id)
            self.forget()
            if thing != self.binder:
                self.assertShut(thing, (self.stranger, neighbour, self.private, None))
                self.assertOpen(thing, self.owner, self.colleague)

    def get_links(self, thing):
        """Return the addresses that open a thing without a login."""
        keys = []
        if "access_token" in thing._fields:
            keys.append(thing.sudo()._portal_ensure_token())
        if thing._name == "customer.portal.request":
            keys.append(thing._get_link_sudo()._get_token())
        if thing._name == "helpdesk.ticket":
            links_sudo = thing._create_portal_links(is_told=False)
            keys += [link._get_token() for link in links_sudo]
        self.env.flush_all()
        return [f"{thing.access_url}?access_token={key}" for key in keys]

    def test_what_is_given_to_another_customer_is_theirs_alone(self):
        """REQ 11.4"""
        for thing in self.things.values():
            self.follow(thing, self.owner, self.colleague)
            both = (self.owner | self.colleague).partner_id
            self.assertEqual(self.post(thing) & both, both)
            links = self.get_links(thing)
            self.login(None)
            opened = [url for url in links if self.get(url).status_code == 200]
            self.assertTrue(opened)
            self.assertOpen(thing, self.owner, self.colleague)
            thing.with_user(self.agent).partner_id = self.stranger.partner_id
            self.forget()
            told = self.post(thing)
            self.assertFalse(told & both)
            self.assertShut(thing, (self.owner, self.colleague, None))
            for url in links:
                for user in (None, self.owner):
                    self.login(user)
                    with self.subTest(model=thing._name, user=user):
                        self.assertNotEqual(self.get(url).status_code, 200)
            self.assertOpen(thing, self.stranger)

    def test_whose_it_is_is_changed_by_who_may(self):
        """REQ 11.4"""
        mine = self.stranger.partner_id
        for thing in self.things.values():
            for user in (self.owner, self.colleague, self.stranger, self.staff):
                for field in (
                    "partner_id",
                    "commercial_partner_id",
                    "audience_key",
                    "user_id",
                    "company_id",
                ):
                    if field not in thing._fields:
                        continue
                    with self.subTest(thing=thing, user=user.login, field=field):
                        with self.assertRaises(AccessError):
                            thing.with_user(user).write({field: mine.id})

    def test_links_end_when_their_owner_leaves_the_company(self):
        """REQ 11.14; an appointment is a person's own, and goes with them."""
        for thing in self.things.values():
            links = self.get_links(thing)
            self.follow(thing, self.owner)
            savepoint = self.env.cr.savepoint()
            self.owner.partner_id.parent_id = self.northwind
            self.forget()
            told = self.post(thing)
            self.assertNotIn(self.owner.partner_id, told)
            self.login(None)
            for url in links:
                with self.subTest(model=thing._name, url=url.split("?")[0]):
                    self.assertNotEqual(self.get(url).status_code, 200)
            self.assertShut(thing, (self.owner, self.stranger))
            self.assertOpen(thing, self.colleague)
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
            self.registry.clear_cache()

    def create_appointment(self):
        calendar = self.env["customer.portal.calendar"].create(
            {"name": "Talks", "user_ids": [Command.set(self.agent.ids)]}
        )
        return self.env["customer.portal.appointment"].create(
            {
                "calendar_id": calendar.id,
                "partner_id": self.owner.partner_id.id,
                "start": "2037-06-10 12:00:00",
                "subject": SECRET,
            }
        )

    def get_mailed_links(self):
        """Return all that opens something of the owner's without a login, of each kind."""
        appointment = self.create_appointment()
        key = appointment._get_link_sudo()._get_token()
        links = [f"/my/appointments/{appointment.id}?access_token={key}"]
        for thing in self.things.values():
            links += self.get_links(thing)
        document = self.things["document"]
        key = document.sudo().access_token
        links.append(f"{document.access_url}/content?access_token={key}")
        self.assertEqual(len({url.split("?")[0] for url in links}), 5)
        return links

    def get_discussion(self, key):
        """Return what Odoo's own door tells of the document's discussion to who has its key."""
        document = self.things["document"]
        named = {"thread_model": document._name, "thread_id": document.id, "token": key}
        with mute_logger("odoo.http"):
            return self.opener.post(
                f"{self.base_url()}/mail/chatter_fetch", json={"params": named}
            ).text

    def archive_as_before(self):
        """Archive the contact as a version did that ended no link by it."""
        self.env.cr.execute(
            "UPDATE res_partner SET active = FALSE WHERE id = %s",
            [self.owner.partner_id.id],
        )
        self.env.invalidate_all()

    def test_links_of_all_kinds_end_with_their_contact(self):
        """REQ 11.11, U-4: what was open a moment ago says that it is not any more."""
        partner = self.owner.partner_id

        def archive():
            self.owner.active = False
            partner.active = False

        def archive_and_come_back():
            archive()
            partner.active = True

        links = self.get_mailed_links()
        document = self.things["document"]
        self.post(document)
        key = document.sudo().access_token
        self.forget()
        for change in (
            archive,
            archive_and_come_back,
            self.archive_as_before,
            lambda: partner.write({"email": "new@example.com"}),
            lambda: self.owner.with_user(self.agent).action_portal_remove(),
        ):
            savepoint = self.env.cr.savepoint()
            self.login(None)
            for url in links:
                self.assertEqual(self.get(url).status_code, 200, url)
            self.assertIn(SECRET, self.get_discussion(key))
            change()
            self.forget()
            for url in links:
                with self.subTest(change=change, url=url):
                    answer = self.get(url)
                    self.assertEqual(answer.status_code, 404)
                    if not url.startswith(f"{document.access_url}/"):  # a file
                        self.assertIn("This link does not work", answer.text)
            self.assertNotIn(SECRET, self.get_discussion(key))
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
            self.registry.clear_cache()

    def test_links_of_others_stay(self):
        """REQ 11.11: of colleagues, and of what has a company as its contact, or nobody"""
        document = self.things["document"]
        links = []
        for partner in (
            self.brightwater,
            self.env["res.partner"],
            self.stranger.partner_id,
        ):
            other = document.copy({"partner_id": partner.id})
            links += self.get_links(other)
        self.owner.with_user(self.agent).action_portal_remove()
        self.owner.partner_id.write({"email": "new@example.com", "active": False})
        self.forget()
        self.login(None)
        for url in links:
            self.assertEqual(self.get(url).status_code, 200, url)
        self.brightwater.active = False
        self.forget()
        self.assertEqual(self.get(links[0]).status_code, 404)

    def test_the_next_mail_to_who_was_removed_has_a_new_link(self):
        """They are no user any more, and a contact still: archived contacts get none."""
        document = self.things["document"]
        old = document.sudo()._portal_ensure_token()
        self.owner.with_user(self.agent).action_portal_remove(notify=False)
        new = document.sudo()._portal_ensure_token()
        self.assertNotEqual(new, old)
        self.forget()
        self.login(None)
        self.assertEqual(
            self.get(f"{document.access_url}?access_token={new}").status_code, 200
        )

    def test_links_that_nobody_used_for_a_year_are_over(self):
        """REQ 11.11"""
        appointment = self.create_appointment()
        request = self.things["request"]
        self.login(None)
        for path, link_sudo in (
            (request.access_url, request._get_link_sudo()),
            (f"/my/appointments/{appointment.id}", appointment._get_link_sudo()),
        ):
            url = f"{path}?access_token={link_sudo._get_token()}"
            for days, setting, status in (
                (365, 365, 200),
                (366, 365, 404),
                (31, 30, 404),
                (400, 0, 200),
            ):
                with self.subTest(path=path, days=days, setting=setting):
                    self.company.portal_link_days = setting
                    link_sudo.portal_link_date = fields.Date.today() - timedelta(days)
                    self.env.flush_all()
                    self.assertEqual(self.get(url).status_code, status)
                    self.env.invalidate_all()

    def test_a_revoked_link_opens_none_of_odoo_s_own_routes(self):
        """REQ 11.11"""
        document = self.things["document"]
        key = document.sudo()._portal_ensure_token()
        pid = self.owner.partner_id.id
        proofs = ({"token": key}, {"pid": pid, "hash": document._sign_token(pid)})
        document.message_post(
            body=SECRET, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        file = document.attachment_id
        named = {"thread_model": document._name, "thread_id": document.id}

        def ask(url, params):
            with mute_logger("odoo.http"):
                return self.opener.post(
                    self.base_url() + url, json={"params": params}, timeout=30
                ).text

        def get_answers():
            self.login(None)
            for proof in proofs:
                yield ask("/mail/chatter_fetch", {**named, **proof})
                yield ask("/portal/chatter_init", {**named, **proof})
                yield ask(
                    "/mail/message/post",
                    {**named, **proof, "post_data": {"body": f"{SECRET} too"}},
                )

        self.assertIn(SECRET, "".join(get_answers()))
        count = len(document.message_ids)
        document.with_user(self.agent).action_revoke_link()
        self.forget()
        written = len(document.message_ids)
        self.assertEqual(written, count + 1, "the note of it")
        for answer in get_answers():
            self.assertNotIn(SECRET, answer)
        self.forget()
        self.assertEqual(len(document.message_ids), written)
        for path in (
            f"/web/content/{file.id}?access_token={key}",
            f"/web/image/{file.id}?access_token={key}",
            f"/mail/view?model={document._name}&res_id={document.id}&access_token={key}",
        ):
            with mute_logger("odoo.http"):
                answer = self.get(path)
            self.assertNotEqual(answer.content, file.raw, path)
            self.assertNotIn(SECRET, answer.text)


@tagged("-at_install", "post_install")
class TestAddresses(MockSmtplibCase, ThingsCase):
    def test_no_customer_is_told_the_address_of_another(self):
        """REQ 11.14: as it is sent by SMTP"""
        both = (self.owner | self.colleague).partner_id
        for thing in self.things.values():
            thing.message_subscribe(both.ids, self.env.ref("mail.mt_comment").ids)
            before = self.env["mail.mail"].search([])
            thing.with_user(self.agent).message_post(
                body=SECRET, message_type="comment", subtype_xmlid="mail.mt_comment"
            )
            with self.mock_smtplib_connection():
                (self.env["mail.mail"].search([]) - before).send()
            with self.subTest(model=thing._name):
                reached = set()
                for sent in self.emails:
                    told = set(both.mapped("email")) & set(sent["smtp_to_list"])
                    reached |= told
                    for address in set(both.mapped("email")) - told:
                        self.assertNotIn(address, str(sent))
                self.assertEqual(reached, set(both.mapped("email")))


@tagged("-at_install", "post_install")
class TestRightsThatMove(MovesMixin, ThingsCase):
    """REQ 11.13: what :class:`TestRightsInPortal` asks of documents, of all other things."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs = cls.create_things(cls.colleague)
        cls.others = cls.create_things(cls.stranger)
        Folder = cls.env["customer.portal.folder"]
        cls.their_folder, cls.other_folder = (
            Folder.create(
                {"name": f"{SECRET} {company.name}", "partner_ids": company.ids}
            )
            for company in (cls.brightwater, cls.northwind)
        )
        cls.env.flush_all()

    def get_seen(self):
        """Return the ids of requests, their lines and issues that the owner sees by RPC."""
        seen = {
            model: set(self.call(model, "search", [])["result"])
            for model in (
                "customer.portal.document",
                "customer.portal.request",
                "customer.portal.request.line",
                "helpdesk.ticket",
            )
        }
        text = self.get("/my/documents", headers={"Accept": "application/json"}).text
        page = self.get("/my/documents").text
        seen["folders"] = {
            folder.id
            for folder in (self.their_folder, self.other_folder)
            if folder.name in text + page
        }
        return seen

    def get_expected(self, things, folder):
        return {
            "customer.portal.document": things["document"].id,
            "customer.portal.request": things["request"].id,
            "customer.portal.request.line": things["request"].line_ids.id,
            "helpdesk.ticket": things["issue"].id,
            "folders": folder.id,
        }

    def warm(self):
        self.login(self.owner)
        seen = self.get_seen()
        for name, id_ in self.get_expected(self.theirs, self.their_folder).items():
            self.assertIn(id_, seen[name], name)
        for name, id_ in self.get_expected(self.others, self.other_folder).items():
            self.assertNotIn(id_, seen[name], name)

    def test_who_moves_is_answered_as_one_of_the_new_company(self):
        for move in self.moves:
            with self.subTest(move=move), self.made(move) as company:
                seen = self.get_seen()
                theirs = self.get_expected(self.theirs, self.their_folder)
                for name, id_ in theirs.items():
                    self.assertNotIn(id_, seen[name], name)
                others = self.get_expected(self.others, self.other_folder)
                for name, id_ in others.items():
                    is_new = company == self.northwind
                    self.assertEqual(id_ in seen[name], is_new, name)
                for thing in self.theirs.values():
                    status = self.get(thing.access_url).status_code
                    self.assertNotEqual(status, 200, thing)

    def test_every_rule_asks_what_is_followed(self):
        """A rule that names something else of its user could be kept beyond its truth."""
        rules = self.env["ir.rule"].search(
            [
                ("domain_force", "like", "user."),
                "|",
                ("groups", "=", False),
                ("groups", "in", self.env.ref("base.group_portal").ids),
            ]
        )
        models = {
            name
            for name in self.env.registry
            if self.env[name]._is_of_portal_suite() or name.startswith("helpdesk.")
        }
        found = set()
        for rule in rules.filtered(lambda rule: rule.model_id.model in models):
            asked = set(re.findall(r"\buser\.([\w.]+)", rule.domain_force))
            found |= asked
            with self.subTest(rule=rule.name):
                self.assertEqual(asked - FOLLOWED, set())
        self.assertIn("commercial_partner_id.id", found)
