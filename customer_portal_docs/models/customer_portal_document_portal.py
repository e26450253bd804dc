from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..exceptions import Forbidden, NotFound
from ..tools.archive import StoredFile, make_archive
from ..tools.filesizes import format_size
from ..tools.rendering.process import get_kind, is_pictured
from ..tools.sorting import SORT_EXPRESSION
from .customer_portal_document_version import NEW_VERSION
from .customer_portal_title_mixin import MAX_TITLE_LENGTH

#: Most documents of one request for several at once.
MAX_TICKED = 1_000
#: Most titles in the subject of a mail.
MAX_NAMED = 3


class CustomerPortalDocument(models.Model):
    """The portal's side: who sees what, lists, what customers do, and who is told of it."""

    _inherit = "customer.portal.document"

    upload_key = fields.Char(
        copy=False,
        index="btree_not_null",
        groups=fields.NO_ACCESS,
        help="What was received together and nobody was notified of yet.",
    )
    receipt_reader_id = fields.Many2one(
        "res.partner",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=fields.NO_ACCESS,
        help="Who gets a receipt for it, with what else they send in these minutes.",
    )
    is_from_staff = fields.Boolean(
        string="From Our Staff",
        compute="_compute_is_from_staff",
        precompute=True,
        store=True,
        help="Whether staff, not the customer, put the document into the portal.",
    )
    origin_name = fields.Char(
        string="From",
        compute="_compute_origin_name",
        precompute=True,
        store=True,
        help="Who put the document into the portal, as customers see it.",
    )
    # rows of this table are read and written in SQL: opening a document changes nothing of it
    seen_by_ids = fields.Many2many(
        "res.users",
        "customer_portal_document_seen",
        "document_id",
        "user_id",
        copy=False,
        groups=fields.NO_ACCESS,
        help="The customers who have opened the document in the portal.",
    )

    _portal_staff_idx = models.Index(
        "(audience_key, create_date DESC, id DESC) "
        "WHERE active IS TRUE AND is_from_staff IS TRUE"
    )

    _portal_origin_idx = models.Index(
        f"(audience_key, ({SORT_EXPRESSION % 'origin_name'}), id) WHERE active IS TRUE"
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
            or self._is_shared_token(access_token)
            or self._is_open_through_other()
        )

    def _is_versionable_in_portal(self):
        """Tell whether the current user may give the document new files in the portal.

        Customers those documents that are theirs or their company's, staff as in the backend.
        What keeps a document as it is for now is another matter: see
        :meth:`_check_versionable_in_portal`.
        """
        self.ensure_one()
        operation = "read" if self.env.user._is_portal() else "write"
        return self.has_access(operation)

    def _is_to_accept_unchanged(self):
        """Tell whether the current user, a customer, is asked to accept staff's file as it is."""
        return self._is_text_of_staff() and self.env.user._is_portal()

    def _is_text_of_staff(self):
        """Tell whether readers are asked to accept staff's file, which no customer replaces."""
        self.ensure_one()
        # sudo: customer.portal.document - whose it is, and whether its readers are asked
        document_sudo = self.sudo()
        return document_sudo.acknowledgement and document_sudo.is_from_staff

    def _is_renewed_by_us(self):
        """Tell whether our staff, not the customer, put in the next version before the end."""
        self.ensure_one()
        # sudo: customer.portal.document - as above
        return self._is_text_of_staff() or self.sudo().renewed_by == "us"

    def _check_versionable_in_portal(self):
        """Refuse new files where the document stays as it is for now.

        :raise DocumentLockedError: it is locked
        :raise Forbidden: customers are asked to accept it: they accept no text of their own
        """
        self._check_not_locked()
        if self._is_to_accept_unchanged():
            raise Forbidden(
                self.env._(
                    "Readers are asked to accept this document, so only our staff can replace "
                    "its file."
                ),
                code="to_accept",
            )

    def _is_open_through_other(self):
        # sudo: customer.portal.document - where it lies; what is only for the contact stays so
        document_sudo = self.sudo()
        if (
            document_sudo.visibility == "contact"
            or not document_sudo.active
            or not self.env.user._is_portal()
            or document_sudo.company_id.id not in self.env.user._get_company_ids()
        ):
            return False
        Record = self.env["customer.portal.document.record"]
        return (
            document_sudo.folder_id
            in document_sudo.folder_id._get_portal_folders_sudo()
            or Record._is_readable(Record._get_of(document_sudo))
        )

    @api.model
    def _find_open_in_portal(self, ids):
        """Return the documents of these ids, each of which the current user may see.

        :param ids: list of int
        :raise NotFound: one of them is not there for this user
        """
        documents = self.browse(dict.fromkeys(ids))
        # sudo: customer.portal.document - existence only; the next lines authorise
        documents_sudo = documents.sudo().exists()
        readable = documents_sudo.sudo(False)
        readable = readable._filtered_access("read") if documents_sudo else readable
        others = documents_sudo.sudo(False) - readable
        if len(documents_sudo) < len(documents) or not all(
            document._is_open_through_other() for document in others
        ):
            raise NotFound(
                self.env._("This page does not exist, or you may not see it.")
            )
        return documents

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
        """Return how a page shows the file, for who may have it as well; see the pictures."""
        self.ensure_one()
        Picture = self.env["customer.portal.picture"]
        # sudo: ir.attachment - the caller authorised the document
        return Picture._get_preview(self.sudo().attachment_id, self.mimetype)

    def _has_no_portal_pages(self):
        """Tell whether it is known that no pages can be made of the file."""
        Picture = self.env["customer.portal.picture"]
        # sudo: ir.attachment - the caller authorised the document
        return Picture._has_failed(self.sudo().attachment_id, self.mimetype)

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
        News = self.env["customer.portal.document.news"]
        # sudo: res.company - its name
        company_name = self._get_company_of_user_sudo().name
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
                "domain": News._get_domain(),
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
                "label": self.env._("Expires soon or has expired"),
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
    def _get_company_of_user_sudo(self):
        """Return which of our companies the current user's documents are with, sudoed."""
        partner = self.env.user.partner_id
        own_company = partner.company_id and (
            partner.company_id & self.env.user.company_ids
        )
        # sudo: res.company - the settings of the company
        return (own_company or self.env.company).sudo()

    @api.model
    def _search_portal_list(self, scope, domain, **page):
        List = self.env["customer.portal.document.list"]
        if isinstance(scope, Domain):
            return List._search_in(scope, domain, **page)
        return List._search_mine(domain, elsewhere=scope, **page)

    @api.model
    def _count_portal_list(self, scope, domain, limit, in_order=False):
        List = self.env["customer.portal.document.list"]
        if isinstance(scope, Domain):
            return List._count_in(scope, domain, limit)
        return List._count_mine(domain, limit, in_order, elsewhere=scope)

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
        List = self.env["customer.portal.document.list"]
        News = self.env["customer.portal.document.news"]
        documents = List._search_in(domain, Domain.TRUE, sortby="newest", limit=limit)
        return {
            "section_documents": documents,
            "new_ids": set(News._filter(documents).ids),
            "format_size": format_size,
            "section_total": List._count_in(domain, Domain.TRUE),
        }

    @api.depends("create_uid")
    def _compute_is_from_staff(self):
        for document in self:
            # sudo: res.users - whether one of the staff; a new document has no creator yet
            user_sudo = (document.create_uid or self.env.user).sudo()
            document.is_from_staff = not user_sudo.share

    # not on the names of a company of ours and of its staff: each document would be written when
    # one of them is renamed, and who put it there is a fact of that time
    @api.depends("is_from_staff", "partner_id.name")
    def _compute_origin_name(self):
        # sudo: res.users, res.company - the names of people, to who sees the document
        for document_sudo in self.sudo():
            sender_sudo = document_sudo.partner_id
            if document_sudo.is_from_staff:
                sender_sudo = document_sudo.create_uid or self.env.user.sudo()
                # a scheduled action or an import is nobody whom the customer knows
                if sender_sudo._is_superuser():
                    sender_sudo = document_sudo.company_id
            # as much as an index takes
            document_sudo.origin_name = (sender_sudo.name or "")[:MAX_TITLE_LENGTH]

    # -- whose it is

    def _is_own_in_portal(self):
        """Tell whether the current user is the customer who put the document into the portal."""
        self.ensure_one()
        # sudo: customer.portal.document - who put it there
        document_sudo = self.sudo()
        return (
            self.env.user._is_portal()
            and not document_sudo.is_from_staff
            and document_sudo.partner_id == self.env.user.partner_id
            and self.has_access("read")
        )

    @api.model
    def _get_visibility_label(self, visibility, partner, company):
        """Return who sees a document, in the same words on all pages.

        :param str visibility: of the document
        :param partner: its contact
        :param company: the contact's company
        """
        # sudo: res.partner - their names, to who sees the document
        partner_sudo, company_sudo = partner.sudo(), company.sudo()
        if visibility == "company" and company_sudo.is_company:
            return self.env._(
                "Everyone of %(company)s, and our staff", company=company_sudo.name
            )
        return self.env._(
            "Only %(contact)s, and our staff", contact=partner_sudo.name or ""
        )

    # -- several at once

    def action_download(self):
        """Download the file; of several documents, a ZIP of their files.

        :raise UserError: more of them than one ZIP takes
        """
        if len(self) == 1:
            return self.action_open_file()
        if len(self) > MAX_TICKED:
            raise UserError(
                self.env._(
                    "At most %(count)s documents can be downloaded at once: please choose fewer.",
                    count=MAX_TICKED,
                )
            )
        ids = ",".join(map(str, self.ids))
        url = f"/my/documents/zip?ids={ids}"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _make_portal_archive(self):
        """Return the ZIP of these documents, which the caller has authorised.

        :rtype: :class:`Archive`
        :raise NotFound: none of them has a file, or one is missing on our side
        """
        # sudo: customer.portal.document - the caller authorised them, staff archived ones as well
        documents_sudo = self.with_context(active_test=False).sudo()
        rows = documents_sudo._read_stored_files([("id", "in", self.ids)])
        folders = documents_sudo._get_archive_folders()
        return make_archive(
            self.env,
            (
                (folders.get(file.attachment_id, ()), name, file)
                for _folder_id, name, file in rows
            ),
        )

    def _get_archive_folders(self):
        """Return the folders in a ZIP of the files of these documents, sudoed, by their ids.

        One for each contact, where staff download documents of several.
        """
        partners_sudo = self.partner_id
        if self.env.user._is_portal() or len(partners_sudo) < 2:
            return {}
        counts = Counter(partners_sudo.mapped("display_name"))
        names = {
            partner: partner.display_name
            if counts[partner.display_name] == 1
            else f"{partner.display_name} ({partner.id})"
            for partner in partners_sudo
        }
        return {
            document.attachment_id.id: (names[document.partner_id],)
            for document in self.filtered("partner_id")
        }

    def _get_archive_title(self):
        """Return what the ZIP of these documents is called, which the caller has authorised.

        By the request that all of them came for; for staff also by their contact or company.
        """
        documents_sudo = self.sudo()  # sudo: customer.portal.document - as above
        if len(self) == 1:
            return documents_sudo.name
        paths = ["request_line_id.request_id"]
        if not self.env.user._is_portal():
            paths += ["partner_id", "commercial_partner_id"]
        for path in paths:
            common_sudo, *others = {one.mapped(path) for one in documents_sudo}
            # a document that one may see tells nothing of a request that one may not
            if (
                common_sudo
                and not others
                and common_sudo.sudo(False).has_access("read")
            ):
                return common_sudo.display_name
        return self.env._("Documents")

    @api.model
    def _read_stored_files(self, domain):
        """Return the files of the documents that a domain finds and the user may read.

        With one query and no records: there may be tens of thousands.

        :return: list of (int folder id or None, str title, :class:`StoredFile`)
        """
        query = self._search(domain, order="folder_id, name, id")
        # who may read a document may read its file
        file = query.join(self._table, "attachment_id", "ir_attachment", "id", "file")
        rows = self.env.execute_query(
            query.select(
                SQL.identifier(self._table, "folder_id"),
                SQL.identifier(self._table, "name"),
                *(
                    SQL.identifier(file, column)
                    for column in ("id", "name", "store_fname", "file_size")
                ),
            )
        )
        return [(row[0], row[1], StoredFile(*row[2:])) for row in rows]

    # -- who is told of them

    @api.model
    def _cron_tell_of_uploads(self):
        """Tell of uploads that were left before their end: with the page, or the connection.

        And send the receipts of what came for requests some minutes ago, and mails to those who
        were asked then to accept a document, or are many and wait to be told of one. Where time
        is up, the job is called again for the rest, which no later part may say there is none of.
        """
        for tell in (
            self.env["customer.portal.document.incoming"]._tell_of_left_uploads,
            self.env["customer.portal.document.receipt"]._send_waiting,
        ):
            if not tell():
                return
        self.env["customer.portal.reader.mail"]._send_waiting()

    def _notify_assigned_user(self):
        """Send one mail about new documents to their assigned user."""
        self.env["customer.portal.document.mail"]._notify_assigned_user(self)

    def _notify_contact(self):
        """Tell the contact by mail that staff put a document into the portal."""
        self.env["customer.portal.document.mail"]._notify_contact(self)

    def _is_reader_asked_by_mail(self):
        """Tell whether the contact gets a mail that asks them to accept the document.

        Or got it, while other files were still on their way. Of a document that is nobody's, whether
        all of its readers do.
        """
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        if not self.partner_id:
            return Acknowledgement._asks_by_mail(self)
        return self.partner_id in Acknowledgement._get_readers_asked_by_mail(self)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(
            message, msg_vals=msg_vals, **kwargs
        )
        if not self or self.env.context.get("portal_new_version") is not NEW_VERSION:
            return recipients
        # of a new version that they are asked to accept, they are told by that
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        asked = set(Acknowledgement._get_readers_asked_by_mail(self).ids)
        return [data for data in recipients if data["id"] not in asked]

    def _get_mail_reader(self):
        """Return the contact whom a mail about this document goes to."""
        reader_id = self.env.context.get("portal_mail_reader_id")
        return self.partner_id.browse(reader_id) if reader_id else self.partner_id

    def _get_receipt_reader(self):
        # its name in receipts that somebody has edited
        return self._get_mail_reader()

    def _get_receipt_url(self):
        """Return the address that a receipt leads to, or None: who has no login sees no document."""
        self.ensure_one()
        if self._get_mail_reader()._has_portal_login(self.company_id):
            return f"{self.get_base_url()}{self.access_url}"
        return self._get_receipt_request_url()

    def _get_receipt_request_url(self):
        """Return the address of the request that the documents of a receipt are for, or None.

        It is there for a reader who has no login, and opens none of the documents.
        """
        reader = self._get_mail_reader()
        # sudo: customer.portal.request - of its own contact
        requests_sudo = self.sudo().request_line_id.request_id.filtered(
            lambda asking: (
                asking.partner_id == reader and asking.state == "open" and asking.active
            )
        )
        company = requests_sudo[:1].company_id
        if not requests_sudo or reader._has_portal_login(company):
            return None
        return requests_sudo[0]._get_customer_url()

    def _opens_for_contact(self):
        """Tell whether who reads a mail about the document may open it."""
        reader = self._get_mail_reader()
        return reader._has_portal_login(self.company_id, self.visibility)

    def _filter_open_for_contact(self):
        """Return those of these documents that :meth:`_opens_for_contact` says so of."""
        groups = self.grouped(
            lambda document: (
                document.partner_id,
                document.company_id,
                document.visibility,
            )
        )
        return self.browse().concat(
            *(
                together
                for together in groups.values()
                if together[0]._opens_for_contact()
            )
        )

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

    def _get_responsible_users_sudo(self):
        # sudo: res.users, res.company - who is told, whoever writes
        document_sudo = self.sudo()
        company_sudo = document_sudo.company_id
        return [
            document_sudo.user_id,
            company_sudo.portal_document_user_id,
            company_sudo._get_portal_document_managers_sudo(),
        ]

    def _get_uploading_company_name(self):
        """Return the name of the company that a document came from, or an empty string."""
        company = self.commercial_partner_id
        return company.name if company.is_company else ""
