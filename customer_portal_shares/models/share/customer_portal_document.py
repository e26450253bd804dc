import contextlib

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.customer_portal_docs.exceptions import TooLarge
from odoo.addons.customer_portal_docs.tools.filenames import clean_line
from odoo.addons.customer_portal_docs.tools.filesizes import format_size
from odoo.addons.customer_portal_docs.tools.networks import get_network
from odoo.addons.customer_portal_docs.tools.rendering.process import (
    get_kind,
    is_pictured,
)

#: Most documents that one share receives where what it receives is limited at all.
MAX_RECEIVED = 10_000


class CustomerPortalDocument(models.Model):
    _name = "customer.portal.document"
    _inherit = ["customer.portal.document", "customer.portal.shareable.mixin"]

    _share_template = "customer_portal_shares.share_documents"
    _share_filter = "documents"
    _share_has_files = True
    _share_fields = (
        "name",
        "description",
        "mimetype",
        "file_size",
        "attachment_id",
        "create_date",
    )

    share_id = fields.Many2one(
        "customer.portal.share",
        string="Received By Share",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="customer_portal_docs.group_document_user",
    )
    share_visitor = fields.Char(
        string="Sent By",
        readonly=True,
        copy=False,
        groups="customer_portal_docs.group_document_user",
        help="The name that the visitor of the share gave; nobody has checked it.",
    )

    def _get_share_contacts(self):
        return self.partner_id

    def _get_share_kind(self):
        return self.env._("Document")

    def _prepare_share_values(self, share_sudo, page=1):
        values = super()._prepare_share_values(share_sudo, page)
        values.update(share_sudo._get_formatters())
        if self._is_whole_share(share_sudo):
            return {**values, **self._prepare_share_view(share_sudo)}
        return {**values, "document": None}

    def _is_whole_share(self, share_sudo):
        """Tell whether a share's page shows the document itself, and no list of one."""
        return (
            len(self) == 1
            and len(share_sudo._get_item_keys()) == 1
            and share_sudo._shows_content()
            and self._has_portal_preview()
        )

    def _prepare_share_view(self, share_sudo):
        """Return what shows the document: the file itself, or no more than pictures of it."""
        self.ensure_one()
        values = {"document": self, "is_view_only": share_sudo._is_view_only()}
        if share_sudo._is_view_only():
            layout = self._get_portal_layout()
            is_waiting = not layout and (
                self._has_portal_preview() and not self._has_no_portal_pages()
            )
            return {**values, "layout": layout, "is_waiting": is_waiting}
        if not share_sudo._shows_content():
            return {**values, "preview": {"kind": "counted"}}
        return {**values, "preview": self._get_portal_preview()}

    @api.model
    def _get_share_page(self, domain, page, step):
        """Return one page of the documents that a domain finds, the newest first.

        :param int page: from 1; beyond the last one is the last one
        :param int step: documents of a page
        :return: dict with ``documents`` (dicts of :attr:`_share_fields`), ``total``, ``page``,
            ``pages``
        """
        found = self._read_share_page(domain, 0, step + 1)
        total, pages = len(found), 1
        if total > step:
            total = self.search_count(domain)
            pages = max(1, -(-total // step))
        page = min(max(page, 1), pages)
        if page > 1:
            found = self._read_share_page(domain, (page - 1) * step, step)
        return {
            "documents": found[:step],
            "total": total,
            "page": page,
            "pages": pages,
        }

    @api.model
    def _read_share_page(self, domain, offset, limit):
        # no records: to ask each of them for each field takes longer than the query
        query = self._search(domain, offset, limit, "create_date desc, id desc")
        names = ("id", *self._share_fields)
        columns = (self._field_to_sql(self._table, name, query) for name in names)
        rows = self.env.execute_query(query.select(*columns))
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _prepare_share_rows(self, share_sudo):
        """Return what the list on a share's page shows, a dict for each document."""
        documents = self._read_format(self._share_fields, load=None)
        return self._prepare_share_rows_of(share_sudo, documents)

    @api.model
    def _prepare_share_rows_of(self, share_sudo, documents):
        """Return the same for documents that were read already.

        :param documents: list of dicts of :attr:`_share_fields`
        """
        write_day = share_sudo._get_formatters()["format_day"]
        url = f"/share/{share_sudo.token}/document"
        is_spent = share_sudo._get_downloads_left() == 0
        can_download = share_sudo.allow_download and not is_spent
        preview = "pages" if share_sudo._is_view_only() else "preview"
        return [
            {
                "name": document["name"],
                "mimetype": document["mimetype"],
                "about": f"{format_size(document['file_size'] or 0)} · {write_day(document['create_date'])}",
                "url": f"{url}/{document['id']}",
                "page_url": f"{url}/{document['id']}/{preview}",
                "can_preview": document["attachment_id"]
                and bool(get_kind(document["mimetype"])),
                "has_thumbnail": document["attachment_id"]
                and is_pictured(document["mimetype"]),
                "can_download": can_download and document["attachment_id"],
            }
            for document in documents
        ]

    def _prepare_share_json(self, share_sudo):
        return self._prepare_share_json_of(
            self._read_format(self._share_fields, load=None)
        )

    @api.model
    def _prepare_share_json_of(self, documents):
        return [
            {
                "id": document["id"],
                "name": document["name"],
                # without a file: as records say it, not as the database
                "mimetype": document["mimetype"] or False,
                "size": document["file_size"] or 0,
            }
            for document in documents
        ]

    def _measure_share_archive(self, share_sudo):
        with_file = self.filtered("attachment_id")
        return len(with_file), sum(with_file.mapped("file_size"))

    @api.model
    def _measure_share_domain(self, domain):
        """Return how many documents with a file a domain finds, and the size of these files."""
        query = self._search(domain & Domain("attachment_id", "!=", False))
        size = self._field_to_sql(self._table, "file_size", query)
        [(count, size)] = self.env.execute_query(
            query.select(SQL("count(*)"), SQL("coalesce(sum(%s::bigint), 0)", size))
        )
        return count, int(size)

    def _get_share_archive(self, share_sudo):
        for _folder_id, name, file in self._read_stored_files([("id", "in", self.ids)]):
            yield (), name, file

    @api.model
    def _find_in_share(self, share, record_id):
        """Return a document of the share or of its folders, as the owner, or an empty record."""
        found = super()._find_in_share(share, record_id)
        if found:
            return found
        folders = self.env["customer.portal.folder"]._get_share_tree(share)
        if not folders or not share._may_owner_read(self):
            return found
        domain = Domain("id", "=", record_id) & share._get_company_domain(self)
        domain &= folders._get_share_content_domain()
        return self.search_fetch(domain, self._share_fields)

    def _get_share_neighbours(self, share_sudo):
        """Return the documents before and after this one, as the share's lists have them.

        :return: two records, each maybe empty
        """
        self.ensure_one()
        listed = share_sudo._get_shared_records(self._name)
        if self in listed:
            place = listed.ids.index(self.id)
            return listed[max(place - 1, 0) : place], listed[place + 1 : place + 2]
        return self._get_folder_neighbours(share_sudo)

    def _get_folder_neighbours(self, share_sudo):
        def is_beside(sign):
            def compare(model, alias, query):
                return SQL(
                    "(%s, %s) %s (SELECT create_date, id FROM %s WHERE id = %s)",
                    SQL.identifier(alias, "create_date"),
                    SQL.identifier(alias, "id"),
                    sign,
                    SQL.identifier(self._table),
                    self.id,
                )

            return Domain.custom(to_sql=compare)

        folder = self.folder_id
        domain = folder._get_share_content_domain()
        domain &= share_sudo._get_company_domain(self)
        newer = domain & is_beside(SQL(">"))
        older = domain & is_beside(SQL("<"))
        return (
            self.search(newer, limit=1, order="create_date asc, id asc"),
            self.search(older, limit=1, order="create_date desc, id desc"),
        )

    # -- what visitors send

    @api.model
    def _receive_from_share(self, share_sudo, files, folder, visitor, upload_sudo=None):
        """Make documents of the files that a visitor sent into a share, and tell its owner.

        :param files: list of (str file name, :class:`IncomingFile`), each checked
        :param folder: where the visitor puts them, as the owner; None for the share's own
        :param dict visitor: ``partner_id`` and ``visitor``, how visitors called themselves, and
            ``thanks_email`` of those who want to be thanked
        :param upload_sudo: the resumable upload that the file came by; it is finished
        :return: the documents, sudoed
        :raise TooLarge: the share has received as much as it may
        """
        with self._receiving_from_share(share_sudo, files, upload_sudo):
            # whoever sent the last piece twice: the lock of the row went with the transaction
            if upload_sudo and upload_sudo.is_done:
                return upload_sudo.document_id
            vals = self._prepare_received_vals(share_sudo, folder, visitor)
            Incoming = self.env["customer.portal.document.incoming"]
            documents_sudo = Incoming._create_documents(files, vals)
            self.env["customer.portal.share.receipt"]._queue(
                documents_sudo,
                get_network(visitor.get("address")),
                visitor.get("thanks_email"),
            )
            if upload_sudo:
                upload_sudo._finish(documents_sudo)
        return documents_sudo

    @api.model
    def _check_share_takes(self, share_sudo, size):
        """Refuse a file of so many bytes before it is sent, if the share is full.

        Until the transaction ends, nobody else is told that there is room: the caller begins an
        upload in it.

        :raise TooLarge: the share has received as much as it may
        """
        max_bytes = share_sudo.company_id.portal_share_upload_quota * 1024**2
        if not max_bytes:
            return
        share_sudo._lock_announcing()
        # a new transaction sees what the others have committed meanwhile
        with self.env.registry.cursor() as cr:
            received = self.with_env(self.env(cr=cr))._measure_received(share_sudo)
        self._check_share_quota(share_sudo, received, [size], max_bytes)

    @contextlib.contextmanager
    def _receiving_from_share(self, share_sudo, files, upload_sudo=None):
        """Let what is received be no more than the company allows, whoever sends at once."""
        max_bytes = share_sudo.company_id.portal_share_upload_quota * 1024**2
        if not max_bytes:
            yield
            return
        with share_sudo._counting():
            received = self._measure_received(share_sudo, upload_sudo)
            sizes = [file.size for _name, file in files]
            self._check_share_quota(share_sudo, received, sizes, max_bytes)
            yield

    @api.model
    def _measure_received(self, share_sudo, but_upload=None):
        """Return how many files a share has received or is receiving, and their size in bytes.

        What is announced counts in full while it comes in: it may lie there all but the last byte.
        What began by a link that was renewed since cannot go on.

        :param but_upload: customer.portal.upload that does not count, or None
        """
        of_share = Domain("share_id", "=", share_sudo.id)
        # sudo: customer.portal.document - of the share, whoever may read them
        documents_sudo = self.sudo().with_context(active_test=False)
        [(count, size)] = documents_sudo._read_group(
            of_share, aggregates=["__count", "file_size:sum"]
        )
        goes_on = of_share & Domain("is_done", "=", False)
        goes_on &= Domain("link_digest", "=", share_sudo.token_digest)
        # sudo: customer.portal.upload - as above
        uploads_sudo = self.env["customer.portal.upload"].sudo().search(goes_on)
        reserved = [
            upload_sudo._get_reserved_bytes()
            for upload_sudo in uploads_sudo
            if not but_upload or upload_sudo.id != but_upload.id
        ]
        return count + sum(map(bool, reserved)), (size or 0) + sum(reserved)

    def _check_share_quota(self, share_sudo, received, sizes, max_bytes):
        count, size = received
        count += len(sizes)
        size += sum(sizes)
        if size > max_bytes or count > MAX_RECEIVED:
            message = self.env._(
                "This share is full and takes no more files. Please tell the person who sent you "
                "the link."
            )
            raise share_sudo._refuse(TooLarge, message, code="share_full")

    def _prepare_received_vals(self, share_sudo, folder, visitor):
        is_drop = share_sudo._is_drop()
        # who sees nothing has no folder to choose: the first one that is shared, or none
        if not folder or is_drop:
            folder = share_sudo._get_shared_records("customer.portal.folder")[:1]
        # a name that was typed proves nothing, and staff are no customers
        is_customer = self.env.user._is_portal()
        return {
            "partner_id": visitor["partner_id"] if is_customer else False,
            "folder_id": folder.id,
            # what came in by a file drop is seen by staff first
            "visibility": "contact" if is_drop else "company",
            "user_id": share_sudo.user_id.id,
            "company_id": share_sudo.company_id.id,
            "share_id": share_sudo.id,
            "share_visitor": clean_line(visitor["visitor"]),
        }
