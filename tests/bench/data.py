"""Many rows in seconds: one record made by Odoo, multiplied by PostgreSQL."""

import base64
from dataclasses import dataclass

#: Of ten documents of a customer, so many are of each kind.
KINDS = {"company": 5, "contact": 2, "folder": 1, "task": 1, "project": 1}
#: The title of one in ten documents begins with this word; of none, with the other.
COMMON_WORD, ABSENT_WORD = "Invoice", "zeppelin"
TITLE = """
    (ARRAY['Contract', 'Invoice', 'Drawing', 'Photo', 'Report', 'Minutes', 'Offer',
           'Manual', 'Plan', 'Certificate'])[1 + mod(n * 7 + n / 10, 10)]
    || ' ' || n || ' ' ||
    (ARRAY['harbour', 'station', 'bridge', 'tower', 'garden', 'depot', 'school'])
        [1 + mod(n / 3, 7)]
"""
DESCRIPTION = """
    CASE WHEN mod(n, 2) = 0 THEN
        'As agreed with the site manager in week ' || mod(n, 52) || ': please check
        the figures on page ' || mod(n, 30) || ' and tell us until Friday.'
    END
"""
#: As the model computes it.
SEARCH_TEXT = rf"""
    lower(regexp_replace(concat_ws(' ', {TITLE}, {DESCRIPTION}, 'report.pdf'), '\s+', ' ', 'g'))
"""
#: Scattered, so that a page has documents of all kinds.
WHEN = "now() AT TIME ZONE 'UTC' - mod(n * 7919, 100003) * interval '7 minutes'"


@dataclass
class Customer:
    """A customer of the benchmark: a company, and one contact of it who logs in.

    :ivar login: of the portal user, and the password
    :ivar folder_id: a folder with a tenth of the documents
    :ivar rows: documents, tasks and tickets that the customer may see, each so many
    """

    login: str
    company_id: int
    contact_id: int
    colleague_id: int
    rows: int
    folder_id: int = 0
    directory_id: int = 0


class Rows:
    """Fills a server's database.

    :param server: :class:`portal_setup.live.LiveServer`
    """

    def __init__(self, server):
        self.server = server

    def create(self, model, **values):
        """Create one record, as the administrator, and return its id."""
        return self.server.call(model, "create", [values])[0]

    def multiply(self, table, record_id, count, start=1, **columns):
        """Copy one row until there are ``count`` of it.

        :param start: first number of ``n``
        :param columns: SQL of the columns that differ, where ``n`` counts
        :return: what is added to ``n`` in the copies' ids
        """
        sequence, copies = f"{table}_id_seq", count - 1
        [(end,)] = self.server.sql(
            f"SELECT setval('{sequence}', nextval('{sequence}') + {copies})"
        )
        base = end - copies - start
        columns["id"] = f"{base} + n"
        names = self._columns(table)
        sources = ", ".join(columns.get(name, f"source.{name}") for name in names)
        self.server.sql(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {sources}"
            f" FROM {table} source, generate_series({start}, {start + copies - 1}) n"
            f" WHERE source.id = {record_id}"
        )
        return base

    def settle(self):
        """Let PostgreSQL know the tables, as it does by itself after some minutes."""
        self.server.sql("VACUUM ANALYZE")

    def _columns(self, table):
        rows = self.server.sql(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s",
            table,
        )
        return [name for (name,) in rows]

    def add_customer(self, name, rows=0):
        """Add a company with a portal user and a colleague; no documents yet."""
        company_id = self.create("res.partner", name=f"{name} Ltd", is_company=True)
        contact_id, colleague_id = (
            self.create(
                "res.partner",
                name=f"{name} {role}",
                parent_id=company_id,
                email=f"{name}.{role}@example.com",
            )
            for role in ("owner", "colleague")
        )
        self._add_portal_user(name, contact_id)
        return Customer(name, company_id, contact_id, colleague_id, rows)

    def _add_portal_user(self, login, partner_id):
        [group] = self.server.call(
            "ir.model.data",
            "search_read",
            [("module", "=", "base"), ("name", "=", "group_portal")],
            ["res_id"],
        )
        return self.create(
            "res.users",
            login=login,
            password=login,
            partner_id=partner_id,
            group_ids=[(6, 0, [group["res_id"]])],
        )

    # -- ours

    def add_documents(self, customer):
        """Add a customer's documents of all kinds, in a folder and on a task too."""
        company = [(6, 0, [customer.company_id])]
        customer.folder_id = self.create(
            "customer.portal.folder", name="Plans", partner_ids=company
        )
        start = 1
        for kind, share in KINDS.items():
            count = customer.rows * share // 10
            self._multiply_document(self._create_document(customer, kind), count, start)
            start += count

    def _create_document(self, customer, kind):
        values = {"partner_id": customer.colleague_id, "visibility": "company"}
        if kind == "contact":
            values = {"partner_id": customer.contact_id, "visibility": "contact"}
        if kind == "folder":
            values["folder_id"] = customer.folder_id
        if kind == "task":
            values |= {
                "res_model": "project.task",
                "res_id": self._create_task(customer),
            }
        if kind == "project":
            project_id = self._create_project(customer)
            values |= {"res_model": "project.project", "res_id": project_id}
        attachment_id = self.create(
            "ir.attachment",
            name="report.pdf",
            datas=base64.b64encode(b"%PDF-1.4 bench").decode(),
        )
        return self.create(
            "customer.portal.document",
            name=f"First of {kind}",
            attachment_id=attachment_id,
            **values,
        )

    def _multiply_document(self, document_id, count, start):
        [(attachment_id,)] = self.server.sql(
            f"SELECT attachment_id FROM customer_portal_document WHERE id = {document_id}"
        )
        files = self.multiply("ir_attachment", attachment_id, count, start)
        self.multiply(
            "customer_portal_document",
            document_id,
            count,
            start,
            attachment_id=f"{files} + n",
            name=TITLE,
            description=DESCRIPTION,
            search_text=SEARCH_TEXT,
            create_date=WHEN,
            file_date=WHEN,
        )

    # -- core's tasks and helpdesk_mgmt's tickets

    def _create_project(self, customer):
        project_id = self.create(
            "project.project", name="House", privacy_visibility="portal"
        )
        self._follow("project.project", project_id, customer)
        return project_id

    def _create_task(self, customer):
        project_id = self._create_project(customer)
        task_id = self.create("project.task", name="Roof", project_id=project_id)
        self._follow("project.task", task_id, customer)
        return task_id

    def _follow(self, model, record_id, customer):
        self.server.call(
            model, "message_subscribe", [record_id], partner_ids=[customer.contact_id]
        )

    def add_tasks(self, customer):
        """Add tasks that the customer follows."""
        task_id = self._create_task(customer)
        base = self.multiply(
            "project_task", task_id, customer.rows, name=TITLE, create_date=WHEN
        )
        self.server.sql(
            "INSERT INTO mail_followers (res_model, res_id, partner_id)"
            f" SELECT 'project.task', {base} + n, {customer.contact_id}"
            f" FROM generate_series(1, {customer.rows - 1}) n"
        )

    def add_tickets(self, customer):
        """Add tickets of the customer's company."""
        ticket_id = self.create(
            "helpdesk.ticket",
            name="Leak",
            description="<p>Water</p>",
            partner_id=customer.contact_id,
        )
        self.multiply(
            "helpdesk_ticket",
            ticket_id,
            customer.rows,
            name=TITLE,
            number=f"'HT{ticket_id}-' || n",
            create_date=WHEN,
        )

    # -- issues

    def add_binder(self, customer, **values):
        """Add a binder that trusts the customer, with so many issues; return its id."""
        users = self.server.call(
            "res.users", "search", [("login", "=", customer.login)]
        )
        binder_id = self.create(
            "helpdesk.ticket.team",
            name=f"Binder of {customer.login}",
            portal_user_ids=[(6, 0, users)],
            portal_form_limit_address=0,
            portal_form_limit_email=0,
            **values,
        )
        self.unfollow_binders()
        if customer.rows:
            self._add_issues(customer, binder_id)
        return binder_id

    def unfollow_binders(self):
        """Let nobody follow the teams: a follower is told of each ticket by a mail of Odoo's."""
        self.server.sql(
            "DELETE FROM mail_followers WHERE res_model = 'helpdesk.ticket.team'"
        )

    def _add_issues(self, customer, binder_id):
        ticket_id = self.create(
            "helpdesk.ticket",
            name="Leak",
            description="<p>Water</p>",
            partner_id=customer.contact_id,
            team_id=binder_id,
        )
        stages = self.server.call("helpdesk.ticket.stage", "search", [])
        self.multiply(
            "helpdesk_ticket",
            ticket_id,
            customer.rows,
            name=TITLE,
            number=f"'HT{ticket_id}-' || n",
            create_date=WHEN,
            last_stage_update=WHEN,
            stage_id=f"(ARRAY{stages})[1 + mod(n / 3, {len(stages)})]",
            partner_id=f"CASE WHEN mod(n, 3) = 0 THEN {customer.contact_id}"
            f" ELSE {customer.colleague_id} END",
            portal_search_text=SEARCH_TEXT,
        )

    # -- dms

    def add_directory(self, customer, save_type="file"):
        """Add a dms directory that the customer may read and write."""
        storage_id = self.create(
            "dms.storage", name=customer.login, save_type=save_type
        )
        users = self.server.call(
            "res.users", "search", [("login", "in", [customer.login, "admin"])]
        )
        group_id = self.create(
            "dms.access.group",
            name=customer.login,
            perm_create=True,
            perm_write=True,
            explicit_user_ids=[(6, 0, users)],
        )
        customer.directory_id = self.create(
            "dms.directory",
            name=customer.login,
            is_root_directory=True,
            storage_id=storage_id,
            group_ids=[(6, 0, [group_id])],
        )

    def add_dms_files(self, customer):
        """Add files to the customer's directory."""
        file_id = self.create(
            "dms.file",
            name="report.pdf",
            directory_id=customer.directory_id,
            content=base64.b64encode(b"%PDF-1.4 bench").decode(),
        )
        title = f"{TITLE} || '.pdf'"
        self.multiply("dms_file", file_id, customer.rows, name=title)
