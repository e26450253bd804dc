from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, consteq

from ..exceptions import InvalidInput
from ..tools.charsets import SAMPLE_BYTES, find_charset
from ..tools.filenames import clean_filename, clean_line, clean_text
from ..tools.filesizes import format_size
from ..tools.filetypes import is_inline
from ..tools.rendering import sheets
from ..tools.rendering.process import get_kind, is_pictured
from .customer_portal_list_mixin import CustomerPortalListMixin

#: Of a picture that is not looked into yet.
_ONE_PAGE = {"total": 1, "sizes": [[1000, 750]]}
#: When an upload of several files counts as left, after its last one.
UPLOAD_END_MINUTES = 10
#: Most titles in the subject of a mail.
MAX_NAMED = 3


class Elsewhere(NamedTuple):
    """Where a search looks beside the customer's own documents and those of the company.

    :ivar folder_ids: tuple of int, the folders that the customer may browse
    """

    folder_ids: tuple


class CustomerPortalDocument(models.Model):
    """What the portal shows to whom, how it is listed, and what comes in by it."""

    _inherit = "customer.portal.document"

    upload_key = fields.Char(
        copy=False,
        index="btree_not_null",
        groups=fields.NO_ACCESS,
        help="What came in together and nobody was told of yet.",
    )

    # -- who may see what

    def _is_open_in_portal(self, access_token=None):
        """Tell whether the current user may see this document in the portal.

        By the access rules, with the document's link, in a folder opened to the user, or on
        a record that the user may read.

        :param access_token: str or None, the key of the document's link
        """
        self.ensure_one()
        return (
            self.has_access("read")
            or self._is_access_token(access_token)
            or self._is_open_through_other()
        )

    def _is_versionable_in_portal(self):
        """Tell whether the current user may give the document new files in the portal.

        Customers those documents that are theirs or their company's, staff as in the backend.
        A lock is another matter.
        """
        self.ensure_one()
        operation = "read" if self.env.user._is_portal() else "write"
        return self.has_access(operation)

    def _is_access_token(self, access_token):
        # sudo: customer.portal.document - comparing tells nothing else; consteq takes ASCII only
        document_sudo = self.sudo()
        own_token = document_sudo._is_link_alive() and document_sudo.access_token
        is_right = bool(
            own_token
            and access_token
            and access_token.isascii()
            and consteq(own_token, access_token)
            and not document_sudo._is_portal_link_over()
        )
        if is_right:
            document_sudo._note_portal_link_use()
        return is_right

    def _is_open_through_other(self):
        # sudo: customer.portal.document - where it lies; what is only for the contact stays so
        document_sudo = self.sudo()
        if (
            document_sudo.visibility == "contact"
            or not document_sudo.active
            or not self.env.user._is_portal()
        ):
            return False
        return (
            document_sudo.folder_id
            in document_sudo.folder_id._get_portal_folders_sudo()
            or (self._is_readable_record(document_sudo._get_linked_record()))
        )

    def _is_readable_record(self, record):
        if not record:
            return False
        return record.with_user(self.env.user).sudo(False)._shows_portal_documents()

    @api.model
    def _get_portal_record(self, res_model, res_id):
        """Return the record that documents are listed or uploaded on, as the current user.

        :param str res_model: name of a model
        :param int res_id: id of a record
        :return: the record, or None where the user must not know of it
        """
        if res_model not in self._get_linkable_models():
            return None
        try:
            record = self.env[res_model].browse(res_id).exists()
        except AccessError:
            return None
        return record if self._is_readable_record(record) else None

    def _get_portal_links(self):
        """Return where these documents were uploaded, for those places the user may visit.

        :return: dict of document id to the record, sudoed
        """
        readable = {
            (record._name, record.id): record
            for model in self._get_linkable_models()
            for record in self._search_portal_records_sudo(model)
        }
        return {
            document.id: readable[document.res_model, document.res_id]
            for document in self
            if (document.res_model, document.res_id) in readable
        }

    def _search_portal_records_sudo(self, res_model):
        """Return the records of one model that these documents are on and the user may read.

        A search applies the access rules in one query, with what the pages show of a record.
        """
        ids = self.filtered(lambda doc: doc.res_model == res_model).mapped("res_id")
        records = self.env[res_model].with_user(self.env.user).sudo(False)
        if not ids or not records.has_access("read"):
            return records
        # sudo: linked records - found by the user's own rules
        return (
            records.with_context(active_test=False)
            .search_fetch([("id", "in", ids)], ["display_name"])
            .with_context(active_test=self.env.context.get("active_test", True))
            .sudo()
        )

    # -- what is shown of a file, to who has passed a gate

    def _has_portal_preview(self):
        """Tell whether the portal may have something to show of the file."""
        self.ensure_one()
        return bool(self.attachment_id and get_kind(self.mimetype))

    def _has_portal_thumbnail(self):
        """Tell whether a list shows a small picture of the file rather than an icon."""
        self.ensure_one()
        return bool(self.attachment_id) and is_pictured(self.mimetype)

    def _get_portal_layout(self):
        """Return how many pages the file has, and their sizes, or None; see the pictures."""
        self.ensure_one()
        Picture = self.env["customer.portal.picture"]
        # sudo: ir.attachment - the caller authorised the document
        return Picture._get_layout(self.sudo().attachment_id, self.mimetype)

    def _get_portal_page(self, page, width):
        """Return a page of the file as a JPEG file, or None where there is nothing to show.

        :param int page: from 1
        :param int width: in pixels, one of those that pictures have
        """
        self.ensure_one()
        Picture = self.env["customer.portal.picture"]
        # sudo: ir.attachment - the caller authorised the document
        attachment_sudo = self.sudo().attachment_id
        return Picture._get_page(attachment_sudo, self.mimetype, page, width)

    def _get_portal_preview(self):
        """Return how the page of a document shows the file, for who may have it as well.

        Nothing that a browser may take for a download: tables and texts are part of the page.

        :return: dict of ``kind``: ``pdf``, ``image``, ``table`` (with ``rows``, ``has_more``),
            ``text`` (with ``text``, ``has_more``), ``pages`` (with ``layout``), ``waiting`` for the
            job that makes pages of it, or ``none``
        """
        self.ensure_one()
        kind = self._has_portal_preview() and get_kind(self.mimetype)
        if kind == "table":
            rows, has_more = sheets.read_table(*self._read_portal_beginning())
            has_more = has_more or self.file_size > sheets.MAX_TEXT_BYTES
            return {"kind": kind, "rows": rows, "has_more": has_more}
        if kind == "text":
            has_more = self.file_size > sheets.MAX_TEXT_BYTES
            text = sheets.decode(*self._read_portal_beginning())
            return {"kind": kind, "text": text, "has_more": has_more}
        if kind and is_inline(self.mimetype):
            return {"kind": kind}
        if not kind:
            return {"kind": "none"}
        # (the page only reads: it has nothing drawn, but for what its pictures then ask for)
        if kind == "image":
            return {"kind": "pages", "layout": _ONE_PAGE}
        Picture = self.env["customer.portal.picture"]
        # sudo: ir.attachment - the caller authorised the document
        attachment_sudo = self.sudo().attachment_id
        layout = Picture._find_layout(attachment_sudo, self.mimetype)
        if layout:
            return {"kind": "pages", "layout": layout}
        return {"kind": "none" if self._has_no_portal_pages() else "waiting"}

    def _has_no_portal_pages(self):
        """Tell whether it is known that no pages can be made of the file."""
        Picture = self.env["customer.portal.picture"]
        # sudo: ir.attachment - the caller authorised the document
        return Picture._has_failed(self.sudo().attachment_id, self.mimetype)

    def _read_portal_beginning(self):
        """Return the beginning of a text file, and what it is encoded in."""
        # sudo: ir.attachment - the caller authorised the document
        attachment_sudo = self.sudo().attachment_id
        try:
            with attachment_sudo._open_portal_content() as file:
                content = file.read(sheets.MAX_TEXT_BYTES)
        except FileNotFoundError:
            content = b""
        return content, find_charset(content[:SAMPLE_BYTES])

    # -- lists

    @api.model
    def _get_portal_sortings(self):
        return {
            **super()._get_portal_sortings(),
            "name": {"label": self.env._("Title"), "order": "name ASC, id ASC"},
            "name_desc": {
                "label": self.env._("Title, from Z to A"),
                "order": "name DESC, id DESC",
            },
            "origin": {
                "label": self.env._("From"),
                "order": "origin_name ASC, id ASC",
            },
            "origin_desc": {
                "label": self.env._("From, from Z to A"),
                "order": "origin_name DESC, id DESC",
            },
            "largest": {
                "label": self.env._("Largest"),
                "order": "file_size DESC, id DESC",
            },
            "smallest": {
                "label": self.env._("Smallest"),
                "order": "file_size ASC, id ASC",
            },
        }

    @api.model
    def _get_portal_filters(self):
        user = self.env.user
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        # sudo: res.company - its name
        company_name = self._get_portal_company_sudo().name
        return {
            **super()._get_portal_filters(),
            "mine": {
                "label": self.env._("Only mine"),
                "domain": Domain("partner_id", "=", user.partner_id.id),
            },
            "staff": {
                "label": self.env._("From %(company)s", company=company_name),
                "domain": Domain("is_from_staff", "=", True),
            },
            "new": {
                "label": self.env._("New"),
                "domain": self._get_portal_new_domain(),
            },
            "project": {
                "label": self.env._("On a project"),
                "domain": Domain("res_model", "=", "project.project"),
            },
            "task": {
                "label": self.env._("On a task"),
                "domain": Domain("res_model", "=", "project.task"),
            },
            "unlinked": {
                "label": self.env._("Not linked"),
                "domain": Domain("res_model", "=", False),
            },
            "expiring": {
                "label": self.env._("Ends soon or has ended"),
                "domain": Domain(
                    "expiring_date", "<=", fields.Date.context_today(self)
                ),
            },
            "accept": {
                "label": self.env._("To read and accept"),
                "domain": Acknowledgement._get_unaccepted_domain(user.partner_id),
            },
        }

    @api.model
    def _get_portal_company_sudo(self):
        """Return which of our companies the current user's documents are with, sudoed."""
        partner = self.env.user.partner_id
        own_company = partner.company_id and (
            partner.company_id & self.env.user.company_ids
        )
        # sudo: res.company - the settings of the company
        return (own_company or self.env.company).sudo()

    @api.model
    def _search_portal_list(self, scope, domain, *, sortby, limit, offset):
        if isinstance(scope, Domain):
            return self._search_portal_in(
                scope, domain, sortby=sortby, limit=limit, offset=offset
            )
        return self._search_portal(
            domain, sortby=sortby, limit=limit, offset=offset, elsewhere=scope
        )

    @api.model
    def _count_portal_list(self, scope, domain, limit, in_order):
        if isinstance(scope, Domain):
            return self._count_portal_in(scope, domain, limit)
        return self._count_portal(domain, limit, in_order=in_order, elsewhere=scope)

    @api.model
    def _search_portal(self, domain, *, sortby, limit, offset=0, elsewhere=None):
        """Return one page of the current user's own documents and those of the company.

        :param Domain domain: what else to look for
        :param str sortby: key of :meth:`_get_portal_sortings`
        :param int limit: documents on a page
        :param int offset: documents before the page
        :param Elsewhere elsewhere: where else to look, None for nowhere
        """
        if not self.has_access("read"):
            return self.browse()
        order = self._get_portal_sortings()[sortby]["order"]
        page = SQL(
            "SELECT id FROM (%s) AS document ORDER BY %s LIMIT %s OFFSET %s",
            self._get_portal_rows(domain, order, offset + limit, elsewhere),
            self._sort_columns(order),
            limit,
            offset,
        )
        return self.browse(id_ for (id_,) in self.env.execute_query(page))

    def _get_portal_rows(self, domain, order, limit, elsewhere=None):
        """Return SQL of the current user's first documents, with the columns of their order.

        The access rule asks for either of two keys, and no index gives the rows of two keys
        in one order. So each key is read by itself from its index, as far as the limit goes;
        and so is each other place, where a document may be found a second time.
        """
        terms = order.split(", ") if order else []
        names = dict.fromkeys(["id", *(term.split()[0] for term in terms)])
        columns = [SQL.identifier(self._table, name) for name in names]
        queries = [
            self._search(
                domain & Domain("audience_key", "=", key), order=order, limit=limit
            ).select(*columns)
            for key in set(self._get_portal_audience_keys())
        ]
        for place in self._get_portal_places(elsewhere) if elsewhere else ():
            # sudo: customer.portal.document - see _is_open_through_other
            found = self.sudo()._search(domain & place, order=order, limit=limit)
            queries.append(found.select(*columns))
        union = SQL(" UNION ") if elsewhere else SQL(" UNION ALL ")
        return union.join(SQL("(%s)", query) for query in queries)

    @api.model
    def _get_portal_places(self, elsewhere):
        """Yield the domain of what the current user finds in each place that is not a list.

        :param Elsewhere elsewhere: where to look
        """
        if elsewhere.folder_ids and self.env.user._is_portal():
            yield (
                Domain("visibility", "!=", "contact")
                & Domain("folder_id", "in", elsewhere.folder_ids)
            )
        yield from self._get_portal_record_places()

    @api.model
    def _get_portal_record_places(self):
        """Yield the domain of what the current user, a customer, finds on each kind of record."""
        if not self.env.user._is_portal():
            return
        seen = Domain("visibility", "!=", "contact")
        for model in self._get_linkable_models():
            records = self.env[model]._search_portal_places()
            if records is not None:
                yield (
                    seen
                    & Domain("res_model", "=", model)
                    & Domain("res_id", "in", records)
                )

    @api.model
    def _search_portal_in(self, container_domain, domain, *, sortby, limit, offset=0):
        """Return one page of the documents in a folder or on a record.

        The caller has made sure that the user may see the folder or record.
        """
        order = self._get_portal_sortings()[sortby]["order"]
        documents = self._get_portal_container_documents()
        if documents is None:
            return self.browse()
        return documents.search(
            self._get_portal_container_domain(container_domain) & domain,
            order=order,
            limit=limit,
            offset=offset,
        )

    @api.model
    def _get_portal_container_documents(self):
        """Return the model to look for a folder's or record's documents in, None for nothing.

        Customers see documents through the folder or record; staff by their role alone.
        """
        if self.env.user._is_portal():
            # sudo: customer.portal.document - see _is_open_through_other
            return self.sudo()
        return self if self.has_access("read") else None

    @api.model
    def _get_portal_container_domain(self, container_domain):
        if not self.env.user._is_portal():
            return Domain(container_domain)
        seen = Domain("visibility", "!=", "contact") | Domain(
            "audience_key", "in", self._get_portal_audience_keys()
        )
        return Domain(container_domain) & seen

    @api.model
    def _count_portal(
        self,
        domain,
        limit=CustomerPortalListMixin._portal_count_limit,
        in_order=False,
        elsewhere=None,
    ):
        """Count the current user's documents, up to a limit.

        :param Domain domain: what else to look for
        :param bool in_order: whether to count along the list's index: right for a filter of the
            list, where PostgreSQL reads the whole table else, and wrong for words and for all
        :param Elsewhere elsewhere: where else to look, None for nowhere
        """
        if not self.has_access("read"):
            return 0
        if in_order or elsewhere:
            order = self._get_portal_sortings()["newest"]["order"] if in_order else None
            rows = self._get_portal_rows(domain, order, limit, elsewhere)
            query = SQL("SELECT COUNT(*) FROM (%s) AS document", rows)
            [(count,)] = self.env.execute_query(query)
            return min(count, limit)
        keys = Domain("audience_key", "in", self._get_portal_audience_keys())
        return self.search_count(domain & keys, limit=limit)

    @api.model
    def _count_portal_in(
        self,
        container_domain,
        domain,
        limit=CustomerPortalListMixin._portal_count_limit,
    ):
        documents = self._get_portal_container_documents()
        if documents is None:
            return 0
        return documents.search_count(
            self._get_portal_container_domain(container_domain) & domain,
            limit=limit,
        )

    def _get_portal_json(self):
        self.ensure_one()
        return {
            "id": self.id,
            "url": self.access_url,
            "name": self.name,
            "mimetype": self.mimetype,
            "size": self.file_size,
        }

    @api.model
    def _get_portal_section_values(self, record, limit=10):
        """Return what the Documents section of a record's portal page shows.

        :param record: a record that the current user may read
        :param int limit: most documents shown
        """
        domain = Domain([("res_model", "=", record._name), ("res_id", "=", record.id)])
        documents = self._search_portal_in(
            domain, Domain.TRUE, sortby="newest", limit=limit
        )
        return {
            "section_documents": documents,
            "new_ids": set(documents._filter_portal_new().ids),
            "format_size": format_size,
            "section_total": self._count_portal_in(domain, Domain.TRUE),
        }

    # -- how files become documents, and who is told of it

    @api.model
    def _create_from_files(self, files, vals):
        """Create one document for each file, all of them or none.

        The caller has checked that the files are acceptable and that the current user may
        upload for this contact, into this folder and on this record.

        :param files: list of (str file name, :class:`IncomingFile`)
        :param vals: dict of values that the documents share; ``name`` may be empty
        :return: the documents, sudoed
        """
        title = clean_line(vals.pop("name", ""))
        # sudo: customer.portal.document - customers create documents here and nowhere else
        documents_sudo = self.sudo().with_context(
            mail_create_nosubscribe=True,
            mail_create_nolog=True,
            mail_auto_subscribe_no_notify=True,
        )
        created_sudo = documents_sudo.create(
            [
                {
                    **vals,
                    "name": self._get_title(
                        title, clean_filename(filename), len(files)
                    ),
                    "description": clean_text(vals.get("description")),
                    "attachment_id": self._create_attachment_sudo(
                        filename, incoming
                    ).id,
                }
                for filename, incoming in files
            ]
        )
        created_sudo._subscribe_contact()
        return created_sudo

    @api.model
    def _get_title(self, title, filename, count):
        if title and count == 1:
            return title
        return f"{title} – {filename}" if title else filename

    @api.model
    def _create_attachment_sudo(self, filename, incoming):
        filename = clean_filename(filename)
        # sudo: ir.attachment - portal users have no access of their own to attachments; what
        # core does for them (no scriptable type is stored as such) is asked for by context,
        # and a customer's picture is kept as it is
        return (
            self.env["ir.attachment"]
            .sudo()
            .with_context(attachments_mime_plainxml=True, image_no_postprocess=True)
            .create(
                {
                    "name": filename,
                    "mimetype": incoming.get_mimetype(filename),
                    "raw": incoming,
                }
            )
        )

    def _subscribe_contact(self):
        # nobody follows a new document yet: nothing to look up before
        # but who is assigned to it, who may be the contact as well
        followed = self.filtered(
            lambda document: (
                document.partner_id.active
                and document.partner_id != document.user_id.partner_id
            )
        )
        for partner, documents in followed.grouped("partner_id").items():
            self.env["mail.followers"]._insert_followers(
                self._name,
                documents.ids,
                partner.ids,
                customer_ids=partner.filtered("partner_share").ids,
                check_existing=False,
            )

    @api.model
    def _parse_valid_until(self, text, today, is_asked=False):
        """Return the end that a customer says a document has, False for none.

        :param text: anything that a client may have sent; an ISO date
        :param today: date, where the customer is
        :param bool is_asked: whether it has to be said
        :raise InvalidInput: missing, no date, or over already
        """
        text = text.strip() if isinstance(text, str) else ""
        if not text and not is_asked:
            return False
        try:
            date = fields.Date.to_date(text) if len(text) == 10 else None
        except ValueError:
            date = None
        if not date:
            raise InvalidInput(
                self.env._("Please say until when the document is valid."),
                code="bad_valid_until",
            )
        if date < today:
            raise InvalidInput(
                self.env._(
                    "This document is not valid any more. Please send the new one."
                ),
                code="bad_valid_until",
            )
        return date

    @api.model
    def _create_from_portal(self, files, vals):
        """Create documents that the current portal user uploads, and tell who must know.

        :param files: list of (str file name, :class:`IncomingFile`)
        :param vals: dict of ``name``, ``description``, ``folder_id``, ``res_model``, ``res_id``,
            ``valid_until`` and ``upload_key``, which is the same for all files that come in together: who must
            know is told once, when :meth:`_end_upload` is called
        :return: the documents, sudoed
        """
        partner = self.env.user.partner_id
        # what is asked for below, and not eighty columns
        partner.fetch(
            ["active", "commercial_partner_id", "company_id", "name", "partner_share"]
        )
        company_sudo = self._get_portal_company_sudo()
        documents_sudo = self._create_from_files(
            files,
            {
                "visibility": company_sudo.portal_document_visibility,
                **vals,
                "partner_id": partner.id,
                "company_id": company_sudo.id,
                "user_id": company_sudo.portal_document_user_id.id,
            },
        )
        if not vals.get("upload_key"):
            documents_sudo._tell_of_upload()
        return documents_sudo

    @api.model
    def _end_upload(self, upload_key):
        """Tell who must know of the documents that the current user has uploaded together."""
        # sudo: customer.portal.document - the key is hidden from all users
        documents_sudo = self.sudo().search(
            [("upload_key", "=", upload_key), ("create_uid", "=", self.env.uid)],
            order="id",
        )
        documents_sudo._tell_of_upload()

    @api.model
    def _cron_tell_of_uploads(self):
        """Tell of uploads that were left before their end: with the page, or the connection."""
        since = fields.Datetime.subtract(
            fields.Datetime.now(), minutes=UPLOAD_END_MINUTES
        )
        # sudo: customer.portal.document - as above
        left_sudo = self.sudo().search(
            [("upload_key", "!=", False), ("create_date", "<", since)], order="id"
        )
        together = left_sudo.grouped(lambda doc: (doc.create_uid, doc.upload_key))
        for documents_sudo in together.values():
            documents_sudo.try_lock_for_update()._tell_of_upload()
            self.env["ir.cron"]._commit_progress(1)

    def _tell_of_upload(self):
        """Tell who must know of documents that came in together, each of them once."""
        self.filtered("upload_key").upload_key = False
        self._notify_assigned_user()
        receipts = self.filtered("company_id.portal_document_receipt")
        receipts._send_receipt()

    def _get_together(self):
        """Return the documents that a mail about this one is about, this one first."""
        ids = self.env.context.get("portal_documents_together") or ()
        return self | self.browse(ids) if self.id in ids else self

    def _get_names_together(self):
        """Return the titles of the documents that a mail is about, in one line."""
        names = self._get_together().mapped("name")
        if len(names) <= MAX_NAMED:
            return ", ".join(names)
        return self.env._(
            "%(names)s and %(count)s more",
            names=", ".join(names[:MAX_NAMED]),
            count=len(names) - MAX_NAMED,
        )

    def _notify_assigned_user(self):
        """Send one mail about new documents to their assigned user, after the transaction."""
        if not self.user_id:
            return
        template = self.env.ref(
            "customer_portal_docs.mail_template_document_uploaded",
            raise_if_not_found=False,
        )
        for user, documents in self.filtered("user_id").grouped("user_id").items():
            problem = documents[0]._get_notification_problem(template)
            if problem:
                for document in documents:
                    document.message_post(body=problem, subtype_xmlid="mail.mt_note")
                continue
            documents._send_together(
                template, user.lang, "customer_portal_docs.mail_layout"
            )

    def _send_together(self, template, lang, layout):
        """Send one mail about these documents, after the transaction.

        :param template: mail.template of documents
        :param str lang: code of the reader's language
        :param str layout: XML id of what is around the mail
        """
        mail_id = template.with_context(
            lang=lang, portal_documents_together=self.ids
        ).send_mail(self[0].id, email_layout_xmlid=layout)
        # sudo: mail.mail - staff may not read the queue that their own mail is in
        self.env["mail.mail"].sudo().browse(mail_id).send_after_commit()

    def _get_responsible_users_sudo(self):
        # sudo: res.users, res.company - who is told, whoever writes
        document_sudo = self.sudo()
        managers = self.env.ref("customer_portal_docs.group_document_manager")
        return [
            document_sudo.user_id,
            document_sudo.company_id.portal_document_user_id,
            managers.sudo().all_user_ids.filtered(
                lambda user: (
                    document_sudo.company_id in user.company_ids and not user.share
                )
            ),
        ]

    def _get_notification_problem(self, template):
        """Return why the assigned user cannot be told, in words for staff, or None."""
        user = self.user_id
        if not template:
            return self.env._(
                "Nobody was told of this document: the e-mail template is missing."
            )
        if not user.active:
            return self.env._(
                "Nobody was told of this document: %(user)s, to whom portal documents are "
                "assigned, is archived.",
                user=user.name,
            )
        if not user.email_normalized:
            return self.env._(
                "Nobody was told of this document: %(user)s, to whom portal documents are "
                "assigned, has no e-mail address.",
                user=user.name,
            )
        return None

    def _get_uploading_company_name(self):
        """Return the name of the company that a document came from, or an empty string."""
        company = self.commercial_partner_id
        return company.name if company.is_company else ""

    def _notify_contact(self):
        """Tell the contact by mail that staff put a document into the portal."""
        self._mail_contact("customer_portal_docs.mail_template_document_shared")

    def _send_receipt(self):
        """Confirm the upload to the contact by mail."""
        self._mail_contact("customer_portal_docs.mail_template_document_receipt")

    def _mail_contact(self, template_xmlid):
        if not self:
            return
        template = self.env.ref(template_xmlid, raise_if_not_found=False)
        if not template:
            return
        reachable = self.filtered("partner_id.email_normalized")
        for partner, documents in reachable.grouped("partner_id").items():
            documents._send_together(
                template, partner.lang, "mail.mail_notification_light"
            )
