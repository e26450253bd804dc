"""Files beside messages, on every record that customers discuss: as on our own page (issue 11, line 5)."""

from unittest.mock import patch

from test_moved_on import ThingsCase

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_portal_docs.tests.common import PDF
from odoo.addons.customer_portal_docs.tools.incoming import IncomingFile

#: Name and content, with the answer of a record that takes files.
FILES = (
    ("a.pdf", PDF, 200),
    ("a.dat", b"x" * 900_000, 200),
    ("a.exe", PDF, 415),
    ("a.pdf", b"MZ\x90\x00 no PDF", 415),
    ("a.docm", PDF, 415),
    ("a.one", PDF, 415),
    ("a.settingcontent-ms", PDF, 415),
    ("big.pdf", b"x" * (2**20 + 1), 413),
    ("empty.pdf", b"", 400),
)


@tagged("-at_install", "post_install")
class TestFileDoors(ThingsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        project = cls._create_project("Office", cls.owner)
        task = cls.env["project.task"].create(
            {"name": "Door", "project_id": project.id}
        )
        task.message_subscribe(partner_ids=cls.owner.partner_id.ids)
        cls.records = {
            **cls.things,
            "binder": cls.binder,
            "project": project,
            "task": task,
        }

    def _send(self, record, *file, **data):
        with mute_logger("odoo.http"):
            return self.send_attachment(
                record, *file, headers={"Accept": "application/json"}, **data
            )

    def _count(self):
        return self.env["ir.attachment"].search_count([])

    def test_they_are_judged_alike_on_every_record(self):
        """Types and sizes; and none of them is read whole into memory."""
        fail = patch.object(IncomingFile, "read_whole", side_effect=AssertionError)
        takes = set()
        for user in (self.owner, self.stranger):
            self.login(user)
            for kind, record in self.records.items():
                is_open = self._send(record).status_code == 200
                if is_open:
                    takes.add((user, kind))
                for name, raw, status in FILES:
                    for pending in ("true", "false"):
                        with self.subTest(user=user.login, kind=kind, name=name), fail:
                            count = self._count()
                            answer = self._send(record, name, raw, is_pending=pending)
                            expected = status
                            if not is_open and status == 200:
                                expected = 404
                            if is_open or status == 200:
                                self.assertEqual(answer.status_code, expected)
                            self.assertGreaterEqual(answer.status_code, 200)
                            is_stored = is_open and status == 200
                            self.assertEqual(self._count() - count, int(is_stored))
        self.assertEqual(
            takes,
            {(self.owner, kind) for kind in ("document", "request", "issue", "task")},
        )

    def test_who_sends_too_many_has_to_wait(self):
        self._set_limit("message_file", 2)
        document = self.things["document"]
        key = document.sudo()._portal_ensure_token()
        for user, proof in ((self.owner, {}), (None, {"token": key})):
            self.login(user)
            with self.subTest(user=user):
                answers = [self._send(document, **proof) for _number in range(3)]
                statuses = [answer.status_code for answer in answers]
                self.assertEqual(statuses, [200, 200, 429])
                self.assertGreater(int(answers[2].headers["Retry-After"]), 0)
                self.assertEqual(answers[2].json()["error"], "throttled")
        self.login(self.agent)
        statuses = [self._send(document).status_code for _number in range(3)]
        self.assertEqual(statuses, [200, 200, 200], "staff send what they like")
