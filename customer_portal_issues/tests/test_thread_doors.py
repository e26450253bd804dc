"""Core's routes and methods of discussions, tried on issues and binders as on documents."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.thread_doors import (
    EXTRA,
    ThreadDoorsMixin,
)

from .common import IssueHttpCase


@tagged("-at_install", "post_install")
class TestIssueDoors(ThreadDoorsMixin, IssueHttpCase):
    limit = "issue_answer"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document_user = cls._create_staff(
            "test_both",
            "customer_portal_docs.group_document_user",
            "helpdesk_mgmt.group_helpdesk_user",
        )
        cls.thread = cls._create_issue(cls.secure, cls.owner)
        cls.outsiders = (cls.owner,)
        cls.link = {"token": cls.thread._portal_ensure_token()}
        cls._set_up_thread()

    def get_visits(self):
        yield from super().get_visits()
        personal = self.thread._create_portal_links(is_told=False)._get_token()
        pid = self.owner.partner_id.id
        for proof in (
            {"token": personal},
            {"pid": pid, "hash": self.thread._sign_token(pid)},
        ):
            yield None, proof
        yield self.trusted, {}

    def test_trusted_customers_write_by_our_page_alone(self):
        with self.assertRaises(AccessError):
            self.rpc(
                self.trusted,
                self.thread._name,
                "message_post",
                self.thread.ids,
                body="Pay",
            )

    def test_an_archived_issue_takes_no_message(self):
        self.thread.active = False
        with self.assertRaises(AccessError):
            self.thread.with_user(self.owner).message_post(body="Hello")

    def test_nobody_outside_writes_on_a_binder(self):
        self.secure.show_in_portal = True
        self.secure.message_subscribe(partner_ids=self.owner.partner_id.ids)
        for user in (self.owner, self.trusted):
            for extra in ({}, *({name: value} for name, value in EXTRA.items())):
                with self.subTest(extra=extra), self.assertRaises(AccessError):
                    self.rpc(
                        user,
                        self.secure._name,
                        "message_post",
                        self.secure.ids,
                        **{"body": "Pay", **extra},
                    )
