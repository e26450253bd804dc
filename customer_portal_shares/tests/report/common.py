"""Reports on projects' tasks: rows of two customers, and of none."""

import csv
import io

from odoo.fields import Command

from ..common import ShareCase, ShareHttpCase

JSON = {"Accept": "application/json"}


class ReportsMixin:
    @classmethod
    def _set_up_reports(cls):
        cls.sharer.group_ids = [
            Command.link(cls.env.ref("base.group_allow_export").id),
            Command.link(cls.env.ref("project.group_project_manager").id),
        ]
        cls.project = cls.env["project.project"].create({"name": "Office"})
        cls.other_project = cls.env["project.project"].create({"name": "Harbour"})
        Task = cls.env["project.task"]
        cls.rows = Task.create(
            [
                cls._task("Desk", cls.owner, 2.5, "2024-01-10", cls.project),
                cls._task("Chair", cls.owner, 1, "2024-02-20", cls.project),
                cls._task("Crane", cls.colleague, 4, "2024-02-21", cls.other_project),
            ]
        )
        cls.foreign = Task.create(
            [
                cls._task("Secret", cls.stranger, 100, "2024-02-01", cls.project),
                cls._task("Internal", None, 1000, "2024-02-01", cls.project),
            ]
        )
        cls.report = cls._create_report()

    @classmethod
    def _task(cls, name, user, hours, day, project):
        return {
            "name": name,
            "partner_id": user.partner_id.id if user else False,
            "allocated_hours": hours,
            "date_deadline": f"{day} 12:00:00",
            "project_id": project.id,
        }

    @classmethod
    def _create_report(cls, user=None, columns=None, **vals):
        columns = columns or [
            ("name", "none"),
            ("allocated_hours", "sum"),
            ("project_id", "none"),
        ]
        model = vals.pop("model", "project.task")
        projects = cls.project + cls.other_project
        defaults = {
            "name": "Our tasks",
            "model_id": cls.env["ir.model"]._get(model).id,
            "domain": str([("project_id", "in", projects.ids)]),
            "column_ids": [
                Command.create({"path": path, "total": total, "sequence": number})
                for number, (path, total) in enumerate(columns)
            ],
            "date_path": "date_deadline",
            "partner_path": "partner_id",
        }
        if model != "project.task":
            defaults.update(domain="[]", date_path=False, partner_path=False)
        return (
            cls.env["customer.portal.report"]
            .with_user(user or cls.sharer)
            .create({**defaults, **vals})
        )

    @classmethod
    def _tick(cls, *users, report=None):
        for user in users:
            user.sudo().portal_report_ids = [Command.link((report or cls.report).id)]

    def names(self, answer):
        return [row["name"] for row in answer["rows"]]


class ReportCase(ReportsMixin, ShareCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_reports()


class ReportHttpCase(ReportsMixin, ShareHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_reports()

    def url(self, rest="", report=None):
        return f"/my/reports/{(report or self.report).id}{rest}"

    def get_report(self, rest="", report=None, url=None):
        response = self.get((url or self.url("", report)) + rest, headers=JSON)
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    def get_csv(self, rest="", report=None):
        response = self.get(self.url(f"/export/csv{rest}", report))
        self.assertEqual(response.status_code, 200, response.text)
        return list(csv.reader(io.StringIO(response.content.decode())))
