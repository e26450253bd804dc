"""Personas and helpers shared by the tests of the suite."""

import re

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.http import Request
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import HttpCase, TransactionCase

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PORTAL, INTERNAL = "base.group_portal", "base.group_user"
#: Odoo's own route for files beside messages.
ATTACHMENT_URL = "/mail/attachment/upload"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def make_pdf(page_count=1, words="Hello", size=(595, 842)):
    """Return a PDF file with words on each page."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(page_count))
    objects.append(f"<</Type/Pages/Count {page_count}/Kids[{kids}]>>".encode())
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    for number in range(page_count):
        text = f"BT /F1 40 Tf 60 700 Td ({words} {number + 1}) Tj ET".encode()
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R>>>>>>" % (*size, 5 + 2 * number)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(text), text))
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\n"
        b"startxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(body))
    )


def count_writes(cr, tables=None):
    """Return the rows that this transaction wrote so far, those rolled back included, by table.

    What ``pg_stat_xact_user_tables`` shows, without the joins that make it take 18 ms.

    :param tables: list of the names of those that count, None for all
    """
    cr.execute(
        """SELECT * FROM (
               SELECT relname, pg_stat_get_xact_tuples_inserted(oid) AS inserted,
                      pg_stat_get_xact_tuples_updated(oid) AS updated,
                      pg_stat_get_xact_tuples_deleted(oid) AS deleted
                 FROM pg_class
                WHERE relkind = 'r' AND relnamespace = current_schema::regnamespace
                  AND (%(tables)s::text[] IS NULL OR relname = ANY(%(tables)s))
           ) AS written WHERE inserted + updated + deleted > 0 ORDER BY relname""",
        {"tables": tables},
    )
    return cr.fetchall()


class PersonasMixin:
    """Two customer companies, a private customer, and staff with and without rights."""

    @classmethod
    def _set_up_personas(cls):
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.company.write(
            {
                "portal_document_user_id": False,
                "portal_document_notification_text": False,
                "portal_document_visibility": "company",
                "portal_document_max_size": 1,
                "portal_document_types": False,
            }
        )
        cls.brightwater = cls._create_company("Brightwater")
        cls.northwind = cls._create_company("Northwind Fish")
        nobody = cls.env["res.partner"]
        (
            cls.owner,
            cls.colleague,
            cls.stranger,
            cls.private,
            cls.staff,
            cls.document_user,
            cls.manager,
        ) = cls._create_users(
            ("test_owner", [PORTAL], cls.brightwater),
            ("test_colleague", [PORTAL], cls.brightwater),
            ("test_stranger", [PORTAL], cls.northwind),
            ("test_private", [PORTAL], nobody),
            ("test_staff", [INTERNAL, "project.group_project_user"], nobody),
            (
                "test_document_user",
                [
                    INTERNAL,
                    "customer_portal_docs.group_document_user",
                    "project.group_project_user",
                ],
                nobody,
            ),
            (
                "test_manager",
                [INTERNAL, "customer_portal_docs.group_document_manager"],
                nobody,
            ),
        )

    def _neutralize(self, addon):
        """Do to the database what Odoo does to a copy for tests, on behalf of one addon."""
        self.env.flush_all()
        [query] = get_neutralization_queries([addon])
        self.env.cr.execute(query)
        self.env.invalidate_all()

    def _uninstall_model(self, name, table, record):
        """Let a record be about one of a model, and the model go as with its addon.

        :param str name: of a model that no other record is about
        :param str table: of the record
        """
        self.env.flush_all()
        self.env.cr.execute(
            """INSERT INTO ir_model (model, name, "order", state)
               VALUES (%s, '{"en_US": "Gone"}', 'id', 'base') RETURNING id""",
            [name],
        )
        model = self.env["ir.model"].browse(self.env.cr.fetchone()[0])
        self.env.cr.execute(
            f"UPDATE {table} SET res_model = %s, res_id = 5 WHERE id = %s",
            [name, record.id],
        )
        model.with_context(_force_unlink=True).unlink()
        self.env.invalidate_all()

    @classmethod
    def _create_company(cls, name):
        return cls.env["res.partner"].create({"name": name, "is_company": True})

    @classmethod
    def _create_customer(cls, login, company):
        return cls._create_user(login, [PORTAL], company)

    @classmethod
    def _create_staff(cls, login, *groups):
        return cls._create_user(login, [INTERNAL, *groups])

    @classmethod
    def _create_user(cls, login, groups, parent=None):
        return cls._create_users((login, groups, parent or cls.env["res.partner"]))

    @classmethod
    def _create_users(cls, *people):
        """Return users, made together, in half of the time.

        :param people: a tuple of login, groups and parent for each
        """
        partners = cls.env["res.partner"].create(
            [
                {
                    "name": login.replace("_", " ").title(),
                    "email": f"{login}@example.com",
                    "parent_id": parent.id,
                }
                for login, _groups, parent in people
            ]
        )
        return (
            cls.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                [
                    {
                        "login": login,
                        "password": login,
                        "partner_id": partner.id,
                        "group_ids": [
                            Command.set([cls.env.ref(group).id for group in groups])
                        ],
                    }
                    for (login, groups, _parent), partner in zip(
                        people, partners, strict=True
                    )
                ]
            )
        )

    @classmethod
    def _create_attachment(cls, name="contract.pdf", raw=PDF, **vals):
        return cls.env["ir.attachment"].create({"name": name, "raw": raw, **vals})

    @classmethod
    def _create_document(
        cls, user=None, name="Contract", filename="contract.pdf", raw=PDF, **vals
    ):
        return cls.env["customer.portal.document"].create(
            {
                "name": name,
                "partner_id": user.partner_id.id if user else False,
                "attachment_id": cls._create_attachment(filename, raw).id,
                **vals,
            }
        )

    def _set_created(self, documents, moment):
        """Have documents, with the files that they have, be from another time.

        All that a test does has the time at which it began.
        """
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_portal_document SET create_date = %s, file_date = %s "
            "WHERE id IN %s",
            [moment, moment, tuple(documents.ids)],
        )
        documents.invalidate_recordset()

    @classmethod
    def _create_folder(cls, name, *customers, **vals):
        """Return a folder that is opened to these contacts."""
        ids = [partner.id for partner in customers]
        return cls.env["customer.portal.folder"].create(
            {"name": name, "partner_ids": [Command.set(ids)], **vals}
        )

    @classmethod
    def _create_project(cls, name, *followers):
        project = cls.env["project.project"].create(
            {"name": name, "privacy_visibility": "portal"}
        )
        project.message_subscribe(
            partner_ids=[user.partner_id.id for user in followers]
        )
        return project

    def _set_limit(self, name, most):
        """Have a limit of the throttle be ``most`` until the test ends."""
        Throttle = self.env["customer.portal.throttle"]
        limits = Throttle._get_limits()
        limits[name] = limits[name]._replace(most=most)
        self.patch(type(Throttle), "_get_limits", lambda self: limits)


class DocumentCase(PersonasMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_personas()


class AtOnceCase(TransactionCase):
    """A document to accept that is really there: several people work on it, each on a cursor."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            attachment = self._get_env(cr)["ir.attachment"].create({"name": "a.txt"})
            self.document = attachment.env["customer.portal.document"].create(
                {
                    "name": "Rules",
                    "attachment_id": attachment.id,
                    "acknowledgement": True,
                }
            )
        self.addCleanup(self._delete)

    def _get_env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def _delete(self):
        with self.registry.cursor() as cr:
            self.document.with_env(self._get_env(cr)).unlink()


class PortalHttpCase(HttpCase):
    """People and programs that ask our pages, and follow no redirect by themselves."""

    def login(self, user):
        """Log in as ``user`` for the requests that follow; None for a visitor."""
        self.authenticate(user.login if user else None, user.login if user else None)

    def get(self, url, **kwargs):
        kwargs.setdefault("allow_redirects", False)
        return self.url_open(url, **kwargs)

    def get_json(self, url):
        return self.get(url, headers={"Accept": "application/json"})

    def head(self, url):
        return self.opener.head(
            self.base_url() + url, allow_redirects=False, timeout=30
        )

    def post(self, url, data=None, files=(), as_json=False, **kwargs):
        """Post a form.

        :param files: list of (field, (name, bytes)), or a dict
        """
        return self.opener.post(
            self.base_url() + url,
            data=data or {},
            files=files or None,
            headers={"Accept": "application/json"} if as_json else {},
            allow_redirects=False,
            timeout=60,
            **kwargs,
        )

    def send_tus(self, method, path="/my/documents/tus", data=None, **headers):
        """Send a request of a resumable upload.

        :param headers: beside the version, with ``_`` for ``-``
        """
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.opener.request(
            method,
            self.base_url() + path,
            data=data,
            headers={"Tus-Resumable": "1.0.0", **names},
            allow_redirects=False,
            timeout=30,
        )

    def send_attachment(self, record, name="a.pdf", raw=PDF, headers=None, **data):
        """Put a file beside a message by Odoo's own route."""
        return self.opener.post(
            self.base_url() + ATTACHMENT_URL,
            data={
                "csrf_token": Request.csrf_token(self),
                "thread_model": record._name,
                "thread_id": record.id,
                **data,
            },
            files=[("ufile", (name, raw))],
            headers=headers,
            allow_redirects=False,
            timeout=30,
        )


class DocumentHttpCase(PersonasMixin, PortalHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_personas()

    def get_token(self):
        page = self.get("/my/documents/upload").text
        return re.search(r'name="csrf_token"\s+value="([^"]+)"', page).group(1)

    def upload(
        self, files, token=None, as_json=True, url="/my/documents/upload", **data
    ):
        """Post the upload form.

        :param files: list of (name, bytes)
        """
        return self.opener.post(
            self.base_url() + url,
            data={"csrf_token": self.get_token() if token is None else token, **data},
            files=[("file", file) for file in files] or {"file": ("", b"")},
            headers={"Accept": "application/json"} if as_json else {},
            allow_redirects=False,
            timeout=30,
        )

    def get_uploaded(self, response):
        self.assertEqual(response.status_code, 201, response.text)
        ids = [document["id"] for document in response.json()["documents"]]
        return self.env["customer.portal.document"].browse(ids)
