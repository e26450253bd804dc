from collections import defaultdict
from contextlib import suppress
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, mute_logger

from ..exceptions import Conflict, Forbidden, InvalidInput
from ..tools.reminders import is_due, parse_plan

#: Days that readers have, where nobody says something else.
DAYS_TO_ACCEPT = 7


class CustomerPortalAcknowledgement(models.Model):
    """Somebody has read and accepted one version of a document: who, which, when, from where.

    Nobody changes or deletes such a row, and what was accepted stays readable: neither the
    document nor that version can be deleted.
    """

    _name = "customer.portal.acknowledgement"
    _description = "Document Read and Accepted"
    _order = "date desc, id desc"
    _rec_name = "person"
    _reader_template = "customer_portal_docs.mail_template_accept"

    document_id = fields.Many2one(
        "customer.portal.document",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    attachment_id = fields.Many2one(
        "ir.attachment",
        string="Version",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    filename = fields.Char(readonly=True, help="Its name at that time.")
    checksum = fields.Char("SHA-1", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    person = fields.Char("Name", readonly=True, help="The contact's name at that time.")
    email = fields.Char("E-mail", readonly=True, help="The contact's address then.")
    date = fields.Datetime(
        "Accepted On", required=True, readonly=True, default=fields.Datetime.now
    )
    address = fields.Char("IP Address", readonly=True)

    _once = models.Constraint(
        "UNIQUE (attachment_id, partner_id)",
        "This contact has already accepted this version.",
    )

    def write(self, vals):
        self._check_superuser()
        return super().write(vals)

    def unlink(self):
        self._check_superuser()
        return super().unlink()

    def _check_superuser(self):
        """Refuse to change what was accepted.

        :raise AccessError: to everybody
        """
        if not self.env.su:
            raise AccessError(
                self.env._("What was read and accepted is kept unchanged, for good.")
            )

    # -- who is asked

    @api.model
    def _get_readers(self, document, known=None):
        """Return the customers with a login who may see the document in the portal.

        By themselves, by a folder, or by the project, task or other record that it is on.

        :param known: res.partner of whom the caller need not know it; none of them is returned
        """
        document_sudo = document.sudo()  # sudo: the document - who may see it
        known = known or self.env["res.partner"]
        if document_sudo.visibility == "contact":
            partners_sudo = document_sudo.partner_id - known
            domain = Domain("partner_id", "in", partners_sudo.ids)
            return self._find_logins(document_sudo, domain)
        domain = self._get_company_domain(document_sudo.commercial_partner_id)
        domain &= Domain("partner_id", "not in", known.ids)
        readers = self._find_logins(document_sudo, domain)
        return readers | self._get_readers_of_place(document, known | readers)

    @api.model
    def _get_readers_of_place(self, document, known):
        """Return who may see the document for its folder, or for the record that it is on.

        :param known: res.partner who need not be asked, as in :meth:`_get_readers`
        """
        document_sudo = document.sudo()  # sudo: the document - as above
        domain = self._get_company_domain(self._get_folder_partners_sudo(document_sudo))
        domain &= Domain("partner_id", "not in", known.ids)
        readers = self._find_logins(document_sudo, domain)
        record = self.env["customer.portal.document.record"]._get_of(document_sudo)
        if record:
            users_sudo = record._get_portal_readers_sudo(known | readers).filtered(
                lambda user: document_sudo.company_id in user.company_ids
            )
            readers |= users_sudo.partner_id.with_env(self.env)
        return readers

    @api.model
    def _find_logins(self, document_sudo, domain):
        """Return the contacts of the portal users of a domain who work with a document's company."""
        # sudo: res.users - who may read it; the caller shows them to staff who read the document
        users_sudo = (
            self.env["res.users"]
            .sudo()
            .search(
                domain
                & Domain("company_ids", "in", document_sudo.company_id.ids)
                & Domain("group_ids", "in", self.env.ref("base.group_portal").ids)
            )
        )
        return users_sudo.partner_id.with_env(self.env)

    @api.model
    def _get_company_domain(self, partners_sudo):
        """Return the domain of the users who are some contacts, or of their companies."""
        return Domain("partner_id", "in", partners_sudo.ids) | Domain(
            "partner_id.commercial_partner_id", "in", partners_sudo.ids
        )

    @api.model
    def _get_folder_partners_sudo(self, document_sudo):
        """Return the contacts whom a document's folder is opened to, sudoed."""
        folder_sudo = document_sudo.folder_id
        partners_sudo = folder_sudo.partner_ids.browse()
        # an archived folder is closed with all below it
        for above_sudo in folder_sudo.browse(reversed(folder_sudo._get_path_ids())):
            if not above_sudo.active:
                break
            partners_sudo |= above_sudo.partner_ids
        return partners_sudo

    @api.model
    def _get_missing_readers(self, document):
        """Return the readers who have neither accepted the current version nor sent it."""
        return self._get_readers(document, self._get_done(document)[document])

    @api.model
    def _get_done(self, documents):
        """Return who need not accept the current version of documents: who has, and who sent it.

        :return: dict of each document to res.partner
        """
        # sudo: customer.portal.acknowledgement, customer.portal.document - who has accepted
        accepted = dict(
            self.sudo()._read_group(
                [("attachment_id", "in", documents.sudo().attachment_id.ids)],
                ["attachment_id"],
                ["partner_id:recordset"],
            )
        )
        nobody = self.env["res.partner"]
        senders = self._get_senders(documents)
        return {
            document: senders[document]
            | accepted.get(document.sudo().attachment_id, nobody).with_env(self.env)
            for document in documents
        }

    @api.model
    def _get_senders(self, documents):
        """Return who sent the current files of documents, a dict of each to res.partner."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %s FROM customer_portal_document AS document WHERE id = ANY(%s)",
                self._get_sender_sql("document"),
                documents.ids,
            )
        )
        senders = {id_: [sender_id] if sender_id else [] for id_, sender_id in rows}
        return {
            document: self.env["res.partner"].browse(senders.get(document.id, []))
            for document in documents
        }

    @api.model
    def _get_sender_sql(self, alias):
        """Return SQL of the id of the contact who sent the current file, and so has read it.

        :param str alias: of the documents
        """
        return SQL(
            "(SELECT file.portal_sender_id FROM ir_attachment AS file WHERE file.id = %s)",
            SQL.identifier(alias, "attachment_id"),
            to_flush=(
                self.env["customer.portal.document"]._fields["attachment_id"],
                self.env["ir.attachment"]._fields["portal_sender_id"],
            ),
        )

    @api.model
    def _get_missing_sql(self, alias, partner):
        """Return the condition that a contact has neither accepted nor sent the current version.

        The same as :meth:`_get_done`, where documents are looked for.

        :param str alias: of the documents
        :param partner: int id of a contact, or SQL of it
        """
        return SQL(
            """(NOT EXISTS (SELECT FROM customer_portal_acknowledgement AS accepted
                             WHERE accepted.attachment_id = %s AND accepted.partner_id = %s)
                AND %s IS DISTINCT FROM %s)""",
            SQL.identifier(alias, "attachment_id"),
            partner,
            partner,
            self._get_sender_sql(alias),
        )

    @api.model
    def _get_all_missing_reader_ids(self):
        """Return the ids of all contacts who have not accepted what they are asked to, a set.

        The same as :meth:`_get_missing_readers`, for all documents at once.
        """
        ids = self._find_missing_reader_ids()
        documents = self.env["customer.portal.document"].search(
            Domain("acknowledgement", "=", True)
            & Domain("attachment_id", "!=", False)
            & Domain("company_id.active", "=", True)
            & Domain("visibility", "=", "company")
            & (Domain("folder_id", "!=", False) | Domain("res_model", "!=", False))
        )
        done = self._get_done(documents)
        # most documents are seen in the same place as others
        for together in documents.grouped(self._get_place_key).values():
            done_of_all = set.intersection(*(set(done[one].ids) for one in together))
            known = self.env["res.partner"].browse(ids | done_of_all)
            ids.update(self._get_readers_of_place(together[0], known).ids)
        return ids

    @api.model
    def _get_place_key(self, document):
        """Return all that decides who sees a document beside its contact and their company."""
        return (
            document.company_id.id,
            document.folder_id.id,
            document.res_model,
            document.res_id,
        )

    @api.model
    def _get_audience_key(self, document):
        """Return all that decides who sees a document, its readers."""
        is_of_contact = document.visibility == "contact"
        whose = document.partner_id if is_of_contact else document.commercial_partner_id
        return (document.visibility, whose.id, *self._get_place_key(document))

    @api.model
    def _find_missing_reader_ids(self):
        """Return the ids of those who are to accept what is theirs or their company's, a set."""
        self.env.flush_all()
        query = SQL(
            """SELECT DISTINCT partner.id
                 FROM res_users AS login
                 JOIN res_groups_users_rel AS member
                   ON member.uid = login.id AND member.gid = %s
                 JOIN res_partner AS partner ON partner.id = login.partner_id
                CROSS JOIN LATERAL unnest(
                      ARRAY[partner.id, -partner.id, -partner.commercial_partner_id]
                      ) AS audience (key)
                 JOIN customer_portal_document AS document
                   ON document.audience_key = audience.key
                  AND document.acknowledgement AND document.active
                 JOIN res_company AS company
                   ON company.id = document.company_id AND company.active
                 JOIN res_company_users_rel AS works
                   ON works.cid = company.id AND works.user_id = login.id
                WHERE login.active AND document.attachment_id IS NOT NULL AND %s""",
            self.env.ref("base.group_portal").id,
            self._get_missing_sql("document", SQL.identifier("partner", "id")),
        )
        return {id_ for [id_] in self.env.execute_query(query)}

    @api.model
    def _get_unaccepted_domain(self, partner):
        """Return the domain of documents that ask one contact to accept them."""
        return Domain("acknowledgement", "=", True) & Domain.custom(
            to_sql=lambda model, alias, query: self._get_missing_sql(alias, partner.id)
        )

    @api.model
    def _find_to_accept_sudo(self, limit=None, names=(), elsewhere=None):
        """Return the documents that wait for the current user, sudoed, the newest first.

        :param names: of the fields that are read with them
        :param Elsewhere elsewhere: where else to look, if the caller has asked before
        """
        Document = self.env["customer.portal.document"]
        # sudo: customer.portal.document - found by the user's own keys and folders
        documents_sudo = Document.sudo()
        if not self.env.user._is_portal():
            return documents_sudo.browse()
        order = "create_date DESC, id DESC"
        companies = self.env["customer.portal.document.list"]._get_company_domain()
        waiting = companies & self._get_unaccepted_domain(self.env.user.partner_id)
        # each place by itself: together, no index finds what lies in any of them
        rows = SQL(" UNION ").join(
            SQL(
                "(%s)",
                documents_sudo._search(
                    waiting & place, order=order, limit=limit
                ).select(
                    SQL.identifier(documents_sudo._table, "id"),
                    SQL.identifier(documents_sudo._table, "create_date"),
                ),
            )
            for place in self._get_places(elsewhere)
        )
        found = Domain("id", "any!", SQL("SELECT id FROM (%s) AS place", rows))
        return documents_sudo.search_fetch(found, names, order=order, limit=limit)

    @api.model
    def _get_places(self, elsewhere):
        """Yield the domain of what the current user, a customer, sees in each place."""
        Document = self.env["customer.portal.document"]
        yield Domain("audience_key", "in", Document._get_portal_audience_keys())
        List = self.env["customer.portal.document.list"]
        yield from List._get_places(elsewhere or List._find_elsewhere())

    @api.model
    def _prepare_dates(self, vals):
        """Return the values that say since when readers of a document are asked, and until when.

        :param dict vals: what else is written of the document
        """
        today = fields.Date.context_today(self)
        return {
            "acknowledgement_date": today,
            "acknowledgement_deadline": vals.get("acknowledgement_deadline")
            or today + timedelta(days=DAYS_TO_ACCEPT),
        }

    @api.model
    def _is_due(self, document, today, last):
        """Tell whether a reader is to be reminded today, by the company's plan.

        :param document: customer.portal.document, which the reader has not accepted
        :param today: date, where the reader is
        :param last: date of the reader's last reminder of anything, or None
        """
        # sudo: customer.portal.document - when it was asked for, for the reminder
        document_sudo = document.sudo()
        since = document_sudo.acknowledgement_date
        if not since:
            return False
        plan = parse_plan(document_sudo.company_id.portal_request_reminder_days)
        due = document_sudo.acknowledgement_deadline or since + timedelta(
            days=DAYS_TO_ACCEPT
        )
        return is_due(plan, due, today, since, last)

    # -- readers are told, once for each version

    @api.model
    def _asks_by_mail(self, document):
        """Tell whether the readers of a document are asked by mail to accept it, soon or already."""
        # sudo: customer.portal.document - what was chosen is for staff to read
        document_sudo = document.sudo()
        return bool(
            document_sudo.acknowledgement
            and document_sudo.acknowledgement_notify
            and self.env.ref(self._reader_template, raise_if_not_found=False)
        )

    @api.model
    def _get_readers_asked_by_mail(self, document):
        """Return the readers who get a mail that asks them to accept the current version."""
        if not self._asks_by_mail(document):
            return self.env["res.partner"]
        return self._get_readers(document) - self._get_senders(document)[document]

    @api.model
    def _note_switched_off(self, documents):
        """Say in the discussions of documents that readers were not told as it was planned."""
        Mail = self.env["customer.portal.document.mail"]
        Mail._note_problem(
            documents,
            self.env._(
                "Not all readers were notified of this document: the e-mail that asks them to "
                "accept it was switched off before it was sent."
            ),
        )

    @api.model
    def _filter_untold(self, documents):
        """Return those of these documents whose readers wait for the mail that asks them."""
        # sudo: customer.portal.document - whoever switches it off may tell nobody of it
        asking_sudo = documents.sudo().filtered(
            lambda one: one.acknowledgement and one.acknowledgement_notify
        )
        Mail = self.env["customer.portal.reader.mail"]
        return Mail._filter_waiting(asking_sudo, "acknowledgement")

    @api.model
    def _get_readers_to_tell(self, documents_sudo):
        """Return who is told of documents of one audience: dict of document to res.partner."""
        # not who has accepted already, nor who sent it
        known = self._get_done(documents_sudo)
        known_of_all = set.intersection(
            *(set(partners.ids) for partners in known.values())
        )
        readers = self._get_readers(
            documents_sudo[0], self.env["res.partner"].browse(known_of_all)
        )
        return {document: readers - known[document] for document in documents_sudo}

    @api.model
    def _mail(self, todo):
        """Ask readers; what fails for one keeps nobody from their mail.

        One for each contact and company of ours.

        :param dict todo: a contact's id to the list of ids of documents
        """
        Document = self.env["customer.portal.document"]
        groups = defaultdict(list)
        for partner_id, document_ids in todo.items():
            groups[tuple(document_ids)].append(partner_id)
        for document_ids, partner_ids in groups.items():
            partners = self.env["res.partner"].browse(partner_ids)
            by_company = Document.browse(document_ids).grouped("company_id")
            for documents in by_company.values():
                partners._ask_to_accept(documents)
        # sudo: ir.cron - as whoever mails
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    # -- to accept

    @api.model
    def _get_own_sudo(self, document):
        """Return what the current user has accepted of a document, sudoed, the newest first."""
        # sudo: customer.portal.acknowledgement - one's own
        return self.sudo().search(
            Domain("document_id", "=", document.id)
            & Domain("partner_id", "=", self.env.user.partner_id.id)
        )

    @api.model
    def _get_portal_values(self, document):
        """Return what the page of a document shows the current user, None for nothing.

        :return: dict with ``is_asked``, ``deadline`` (date or False), ``current`` (what says that
            this version is accepted, or an empty record) and ``earlier`` (the same of older
            versions)
        """
        if not self.env.user._is_portal():
            return None
        own_sudo = self._get_own_sudo(document)
        # sudo: customer.portal.document - what the page is about; its gate was passed
        document_sudo = document.sudo()
        current_sudo = own_sudo.filtered(
            lambda one: one.attachment_id == document_sudo.attachment_id
        )
        is_asked = (
            document_sudo.acknowledgement
            and self.env.user.partner_id not in self._get_done(document)[document]
        )
        if not is_asked and not own_sudo:
            return None
        return {
            "is_asked": is_asked,
            "deadline": document_sudo.acknowledgement_deadline,
            "current": current_sudo,
            "earlier": own_sudo - current_sudo,
        }

    @api.model
    def _accept(self, document, version_id, address):
        """Keep that the current user, who may see the document, has read and accepts it.

        :param version_id: id of the version that was shown, None for the current one
        :param str address: where from
        :raise Forbidden: one of the staff, whom nobody asks
        :raise InvalidInput: nobody is asked
        :raise Conflict: there is a new version meanwhile
        """
        if not self.env.user._is_portal():
            raise Forbidden(self.env._("Only customers are asked to accept documents."))
        # sudo: customer.portal.document - its version; the caller let the user see it
        document_sudo = document.sudo()
        self._wait_for_version(document_sudo)
        attachment_sudo = document_sudo.attachment_id
        if not document_sudo.acknowledgement or not attachment_sudo:
            raise InvalidInput(
                self.env._("This document does not ask to be accepted."),
                code="not_asked",
            )
        if version_id and version_id != attachment_sudo.id:
            raise Conflict(
                self.env._(
                    "There is a new version of this document. Please read it, and accept it then."
                ),
                code="changed",
            )
        if attachment_sudo in self._get_own_sudo(document).attachment_id:
            return
        # who presses twice at the same moment has accepted it once
        with suppress(UniqueViolation), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                self._create_own(document_sudo, address)

    @api.model
    def _wait_for_version(self, document_sudo):
        """Wait until who is at work on a document is done, and let no new version in before us.

        Readers do not wait for each other, as they would by ``lock_for_update``. The request is
        called once more where there is another version then.
        """
        self.env.cr.execute(
            "SELECT FROM customer_portal_document WHERE id = %s FOR SHARE",
            [document_sudo.id],
        )

    @api.model
    def _create_own(self, document_sudo, address):
        attachment_sudo = document_sudo.attachment_id
        # sudo: res.partner - the current user's own
        partner_sudo = self.env.user.partner_id.sudo()
        # sudo: customer.portal.acknowledgement - made here alone
        self.sudo().create(
            {
                "document_id": document_sudo.id,
                "attachment_id": attachment_sudo.id,
                "filename": attachment_sudo.name,
                "checksum": attachment_sudo.checksum,
                "partner_id": partner_sudo.id,
                "person": partner_sudo.name,
                "email": partner_sudo.email,
                "address": address,
            }
        )

    @api.model
    def _merge_contacts(self, source, destination):
        """Let what contacts have accepted be what the contact has that they are merged into.

        Of a version that several of them have accepted, the first time stays.
        """
        # sudo: customer.portal.acknowledgement - whoever merges; the caller checked that
        proofs_sudo = self.sudo().search(
            Domain("partner_id", "in", (source | destination).ids), order="date, id"
        )
        first_sudo = proofs_sudo.browse()
        for same_sudo in proofs_sudo.grouped("attachment_id").values():
            first_sudo |= same_sudo[0]
        (proofs_sudo - first_sudo).unlink()
        first_sudo.partner_id = destination
        first_sudo.flush_recordset()

    # -- the proof

    @api.model
    def _print(self, document):
        """Return the action that shows the proof: as PDF where that works, else as a page."""
        # sudo: ir.actions.report - whether a PDF can be made
        state = self.env["ir.actions.report"].sudo().get_wkhtmltopdf_state()
        if state in ("ok", "upgrade"):
            action = self.env.ref("customer_portal_docs.acknowledgement_report_action")
            return action.report_action(document)
        name = "customer_portal_docs.report_acknowledgement"
        return {
            "type": "ir.actions.act_url",
            "url": f"/report/html/{name}/{document.id}",
            "target": "new",
        }

    @api.model
    def _get_rows(self, document):
        """Return the proof as a table: a head, what was accepted, and who is missing."""
        env = self.env
        rows = [
            [
                env._("Document"),
                env._("File"),
                "SHA-1",
                env._("Name"),
                env._("E-mail"),
                env._("Accepted on (UTC)"),
                env._("IP address"),
            ]
        ]
        rows += [
            [
                document.name,
                one.filename,
                one.checksum,
                one.person,
                one.email or "",
                fields.Datetime.to_string(one.date),
                one.address or "",
            ]
            for one in document.acknowledgement_ids
        ]
        rows += [
            [
                document.name,
                document.filename,
                document.checksum,
                partner._get_portal_name(),
                partner.email or "",
                "",
                "",
            ]
            for partner in document.acknowledgement_missing_ids
        ]
        return rows
