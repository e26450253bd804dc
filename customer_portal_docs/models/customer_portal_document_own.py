from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..exceptions import InvalidInput, NotFound
from ..tools.archive import StoredFile, make_archive
from ..tools.filenames import clean_line, clean_text
from ..tools.sorting import SORT_EXPRESSION
from .customer_portal_title_mixin import MAX_TITLE_LENGTH

#: Names of what customers change of their own documents.
OWN_FIELDS = ("name", "description", "folder_id", "visibility")
#: How long a document is new to those who have not opened it, in days.
NEW_DAYS = 30


class CustomerPortalDocument(models.Model):
    """What customers do with documents: tidy up their own, download several, see what is new."""

    _inherit = "customer.portal.document"

    is_from_staff = fields.Boolean(
        string="From Our Staff",
        compute="_compute_is_from_staff",
        precompute=True,
        store=True,
        help="Staff put the document into the portal, and not the customer.",
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

    @api.depends("create_uid")
    def _compute_is_from_staff(self):
        for document in self:
            # sudo: res.users - whether one of the staff; a new document has no creator yet
            user_sudo = (document.create_uid or self.env.user).sudo()
            document.is_from_staff = not user_sudo.share

    @api.depends(
        "is_from_staff", "partner_id.name", "create_uid.name", "company_id.name"
    )
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

    # -- changes

    def _change_in_portal(self, vals):
        """Change one's own documents as a customer, and tell of it in their discussions.

        The caller has made sure that they are the current user's own, and that the user may
        put documents into the folder.

        :param dict vals: of :data:`OWN_FIELDS`; what is not there stays as it is
        :raise InvalidInput: no title
        :raise DocumentLockedError: one of them is locked
        """
        self._check_not_locked()
        vals = self._clean_own_values(vals)
        # sudo: customer.portal.document - customers change their own ones here and nowhere else
        for document_sudo in self.sudo():
            changed = {
                name: value
                for name, value in vals.items()
                if document_sudo._fields[name].convert_to_write(
                    document_sudo[name], document_sudo
                )
                != value
            }
            if changed:
                told = document_sudo._describe_changes(changed)
                document_sudo.with_context(mail_notrack=True).write(changed)
                document_sudo._tell_as_customer(told)

    @api.model
    def _clean_own_values(self, vals):
        vals = {name: vals[name] for name in OWN_FIELDS if name in vals}
        if "name" in vals:
            vals["name"] = clean_line(vals["name"])
            if not vals["name"]:
                raise InvalidInput(
                    self.env._("Please give the document a title."), code="no_title"
                )
        if "description" in vals:
            vals["description"] = clean_text(vals["description"]) or False
        if "folder_id" in vals:
            vals["folder_id"] = vals["folder_id"] or False
        return vals

    def _describe_changes(self, vals):
        """Return what a change changes, in words for the discussion, a line for each."""
        lines = []
        if "name" in vals:
            lines.append(
                self.env._(
                    "Renamed from “%(before)s” to “%(after)s”",
                    before=self.name,
                    after=vals["name"],
                )
            )
        if "description" in vals:
            lines.append(self.env._("Changed the description"))
        if "folder_id" in vals:
            lines.append(self._describe_move(vals["folder_id"]))
        if "visibility" in vals:
            who = self._get_visibility_label(
                vals["visibility"], self.partner_id, self.commercial_partner_id
            )
            lines.append(self.env._("Visible to: %(who)s", who=who))
        return lines

    def _describe_move(self, folder_id):
        folder = self.folder_id.browse(folder_id or [])
        if not folder:
            return self.env._("Moved out of “%(folder)s”", folder=self.folder_id.name)
        return self.env._("Moved to “%(folder)s”", folder=folder.name)

    def _withdraw_in_portal(self):
        """Take back one's own documents: nobody finds them any more, and staff keep them.

        :raise DocumentLockedError: one of them is locked
        """
        self._check_not_locked()
        # sudo: customer.portal.document - as above
        for document_sudo in self.sudo():
            document_sudo.with_context(mail_notrack=True).active = False
            document_sudo._tell_as_customer([self.env._("Withdrawn by the customer")])

    def _tell_as_customer(self, lines):
        """Post what the current user has done with the document.

        :param lines: list of str
        """
        self.message_post(
            body=Markup("<br/>").join(lines),
            author_id=self.env.user.partner_id.id,
            message_type="notification",
            subtype_xmlid="mail.mt_comment",
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

    def _make_portal_archive(self):
        """Return the ZIP of these documents, which the caller has authorised.

        :rtype: :class:`Archive`
        :raise NotFound: none of them has a file, or one is missing on our side
        """
        # sudo: customer.portal.document - the caller authorised them
        rows = self.sudo()._read_stored_files([("id", "in", self.ids)])
        return make_archive(self.env, (((), name, file) for _id, name, file in rows))

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

    # -- what is new

    @api.model
    def _get_portal_new_domain(self):
        """Return the domain of what came from others lately and the user has not opened."""
        # sudo: res.users - when the current user said that all is known
        known = self.env.user.sudo().portal_documents_known_date
        since = fields.Datetime.subtract(fields.Datetime.now(), days=NEW_DAYS)
        since = max(filter(None, [since, known]))

        def to_sql(model, alias, query):
            return SQL(
                "%s IS DISTINCT FROM %s AND NOT EXISTS ("
                "SELECT 1 FROM customer_portal_document_seen AS seen "
                "WHERE seen.document_id = %s AND seen.user_id = %s)",
                SQL.identifier(alias, "create_uid"),
                model.env.uid,
                SQL.identifier(alias, "id"),
                model.env.uid,
            )

        return Domain("create_date", ">", since) & Domain.custom(to_sql=to_sql)

    def _filter_portal_new(self):
        """Return those of these documents that are new to the current user."""
        if not self or not self.env.user._is_portal():
            return self.browse()
        # sudo: customer.portal.document - these are seen already
        new_sudo = self.sudo().search(
            Domain("id", "in", self.ids) & self._get_portal_new_domain()
        )
        return self & new_sudo.with_env(self.env)

    @api.model
    def _count_portal_new(self, limit=100):
        """Return how many documents are new to the current user, up to a limit."""
        if not self.env.user._is_portal():
            return 0
        return self._count_portal(self._get_portal_new_domain(), limit)

    def _note_seen_in_portal(self):
        """Remember that the current user has opened the document, which the caller authorised."""
        self.ensure_one()
        if self.env.user._is_portal():
            self.env.cr.execute(
                SQL(
                    "INSERT INTO customer_portal_document_seen (document_id, user_id) "
                    "VALUES (%s, %s) ON CONFLICT DO NOTHING",
                    self.id,
                    self.env.uid,
                )
            )

    @api.model
    def _note_all_known_in_portal(self):
        """Remember that the current user knows of all that there is now."""
        if self.env.user._is_portal():
            # sudo: res.users - of the current user, who has no other way to write it
            user_sudo = self.env.user.sudo()
            user_sudo.portal_documents_known_date = fields.Datetime.now()
