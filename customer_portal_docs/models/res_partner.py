from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Keys of a context that put more into the name of a contact.
_NAME_DETAILS = ("partner_show_db_id", "show_address", "show_email", "show_vat")
#: Context value with which templates show a contact. An object, so that no client can send it.
WIDGET = object()
#: Context value with which users write and are made: core then gives their contacts the users'
#: default company. An object, so that no client can send it.
DEFAULT_COMPANY = object()


class ResPartner(models.Model):
    _inherit = "res.partner"

    portal_own_document_ids = fields.One2many(
        "customer.portal.document",
        "partner_id",
        string="Documents of the Contact",
        groups="customer_portal_docs.group_document_user",
    )
    portal_commercial_document_ids = fields.One2many(
        "customer.portal.document",
        "commercial_partner_id",
        string="Documents of the Company's Contacts",
        groups="customer_portal_docs.group_document_user",
    )
    portal_document_ids = fields.Many2many(
        "customer.portal.document",
        string="Customer Documents",
        compute="_compute_portal_document_ids",
        groups="customer_portal_docs.group_document_user",
        help="The documents of a contact; for a company, those of all its contacts.",
    )
    portal_latest_document_ids = fields.Many2many(
        "customer.portal.document",
        string="Latest Customer Documents",
        compute="_compute_portal_latest_document_ids",
        groups="customer_portal_docs.group_document_user",
    )
    portal_document_count = fields.Integer(
        compute="_compute_portal_document_count",
        groups="customer_portal_docs.group_document_user",
    )

    portal_request_ids = fields.One2many(
        "customer.portal.request",
        "partner_id",
        string="Requests",
        groups="customer_portal_docs.group_document_user",
    )
    portal_request_count = fields.Integer(
        "Open Requests",
        compute="_compute_portal_request_count",
        groups="customer_portal_docs.group_document_user",
    )
    portal_left_company_id = fields.Many2one(
        "res.company",
        string="Company Left",
        copy=False,
        index="btree_not_null",
        groups=fields.NO_ACCESS,
        help="The contact was of this one, and their user still has access to it: what they have "
        "there follows when the access ends.",
    )
    #: documents listed on the contact form; the button above them opens all
    _portal_latest_document_limit = 40

    def _has_portal_login(self, company=None, visibility="contact"):
        """Tell whether one who reads the mails of the contact can log in.

        That is the contact, and of a company whoever is of it, for what all of them see.

        :param company: res.company of ours that it belongs to, which not every login has access
            to; None for any
        :param str visibility: of what is to be seen, as documents have it
        """
        # sudo: res.users - whether there is a login
        partner_sudo = self.sudo()
        if not (partner_sudo.is_company and visibility == "company"):
            users_sudo = partner_sudo.user_ids.filtered("active")
            return any(
                not company or company.id in user_sudo._get_company_ids()
                for user_sudo in users_sudo
            )
        Users_sudo = partner_sudo.env["res.users"].with_context(active_test=True)
        domain = Domain("partner_id", "child_of", self.id)
        if company:
            domain &= Domain("company_ids", "in", company.ids)
        return bool(Users_sudo.search_count(domain, limit=1))

    def _get_portal_document_domain(self):
        """Return the domain of a contact's documents; a company has those of its contacts."""
        self.ensure_one()
        if self.is_company:
            return [
                "|",
                ("commercial_partner_id", "=", self.id),
                ("partner_id", "=", self.id),
            ]
        return [("partner_id", "=", self.id)]

    @api.depends(
        "is_company", "portal_own_document_ids", "portal_commercial_document_ids"
    )
    def _compute_portal_document_ids(self):
        Document = self.env["customer.portal.document"]
        for partner in self:
            domain = partner._get_portal_document_domain()
            partner.portal_document_ids = Document.search(domain)

    @api.depends(
        "is_company", "portal_own_document_ids", "portal_commercial_document_ids"
    )
    def _compute_portal_latest_document_ids(self):
        Document = self.env["customer.portal.document"]
        limit = self._portal_latest_document_limit
        for partner in self:
            domain = partner._get_portal_document_domain()
            partner.portal_latest_document_ids = Document.search(domain, limit=limit)

    @api.depends(
        "is_company", "portal_own_document_ids", "portal_commercial_document_ids"
    )
    def _compute_portal_document_count(self):
        Document = self.env["customer.portal.document"]
        contacts = self.filtered(lambda partner: not partner.is_company)
        counts = dict(
            Document._read_group(
                [("partner_id", "in", contacts.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in contacts:
            partner.portal_document_count = counts.get(partner, 0)
        for company in self - contacts:
            domain = company._get_portal_document_domain()
            company.portal_document_count = Document.search_count(domain)

    @api.depends("portal_request_ids.state")
    def _compute_portal_request_count(self):
        for partner in self:
            partner.portal_request_count = self.env[
                "customer.portal.request"
            ].search_count(partner._get_portal_request_domain())

    def _get_portal_request_domain(self):
        """Return the domain of a contact's open requests; a company has those of its contacts."""
        self.ensure_one()
        name = "commercial_partner_id" if self.is_company else "partner_id"
        return [(name, "=", self.id), ("state", "in", ("draft", "open"))]

    def action_open_portal_requests(self):
        """Open the document requests of this contact, or of all contacts of this company."""
        self.ensure_one()
        name = "commercial_partner_id" if self.is_company else "partner_id"
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "customer_portal_docs.customer_portal_request_action"
            ),
            "domain": [(name, "=", self.id)],
            # those that the button counts
            "context": {
                "default_partner_id": self.id,
                "search_default_draft": 1,
                "search_default_open": 1,
            },
        }

    def action_open_portal_documents(self):
        """Open the documents of this contact, or of all contacts of this company."""
        self.ensure_one()
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "customer_portal_docs.customer_portal_document_action"
            ),
            "domain": self._get_portal_document_domain(),
            "context": {"default_partner_id": self.id},
        }

    def _get_portal_visibility(self):
        """Return who sees what is new of these contacts, by the companies of ours that they are of.

        Only the contact where one of the companies says so.
        """
        # sudo: res.partner, res.company - whose they are, and a setting of those not active as well
        companies_sudo = self.sudo().company_id
        if not self or any(not one.company_id for one in self.sudo()):
            companies_sudo |= self.env.company.sudo()
        found = companies_sudo.mapped("portal_document_visibility")
        return "contact" if "contact" in found else "company"

    # -- names

    def _get_portal_name(self):
        """Return what to call the contact in a text: of an address without a name, whose it is."""
        self.ensure_one()
        return self.name or self._get_complete_name()

    @api.depends_context("uid", "portal_contact_widget")
    def _compute_display_name(self):
        untold = self._get_untold_in_portal()
        plain = untold.with_context(**dict.fromkeys(_NAME_DETAILS, False))
        super(ResPartner, plain)._compute_display_name()
        for partner, named in zip(untold, plain, strict=True):
            partner.display_name = named.display_name
        return super(ResPartner, self - untold)._compute_display_name()

    def _get_untold_in_portal(self):
        """Return those of whom the name alone is told: a client decides in its context what more.

        Names of records in relations are read with all rights. Pages name an address on purpose.
        """
        is_asked = any(map(self.env.context.get, _NAME_DETAILS))
        is_page = self.env.context.get("portal_contact_widget") is WIDGET
        if not self.env.user.share or not is_asked or is_page:
            return self.browse()
        # sudo ends here: asked as the user whom the names are told
        return self - self.sudo(False)._filtered_access("read")

    def write(self, vals):
        companies = (
            self._get_portal_companies()
            if {"parent_id", "is_company"} & set(vals)
            else {}
        )
        companies_left = self._group_by_company_left(vals)
        result = super().write(vals)
        for left, together in companies_left.items():
            together._leave_company(left)
        if vals.get("active") is False:
            # with the contact as well
            self._end_links_to_address()
        moved = (
            self.browse(
                id_
                for id_, company in self._get_portal_companies().items()
                if companies.get(id_, company) != company
            )
            if companies
            else self.browse()
        )
        moved._update_portal_audience()
        return result

    def _get_portal_companies(self):
        # sudo: res.partner - contacts below, whoever may see them, change company as well
        family_sudo = (
            self.sudo()
            .with_context(active_test=False)
            .search([("id", "child_of", self.ids)])
        )
        return {partner.id: partner.commercial_partner_id.id for partner in family_sudo}

    def _group_by_company_left(self, vals):
        """Return whom staff move to another company of ours with values, by the one they leave.

        Not customers who choose among the companies that they have access to: core lets them, with
        all rights, and has their contacts follow. What they have stays where staff put it.
        """
        if not vals.get("company_id") or self.env.user.share:
            return {}
        # sudo: res.partner - only whose they are
        moving_sudo = self.sudo().filtered(
            lambda partner: partner.company_id.id not in (False, vals["company_id"])
        )
        return moving_sudo.grouped("company_id")

    def _leave_company(self, left):
        """Take along what is kept for contacts in a company of ours that they were moved from.

        Not yet where their user has only got another default company: who sees it there still does.

        :param left: res.company
        """
        is_default = self.env.context.get("portal_default_company") is DEFAULT_COMPANY
        staying = self.filtered(lambda one: is_default and one._has_login_of(left))
        (self - staying)._take_records_along(left)
        # sudo: res.partner - what nobody reads or writes
        for partner_sudo in staying.sudo():
            # what they have is of the first one, whatever others come between
            first = partner_sudo.portal_left_company_id or left
            is_back = first == partner_sudo.company_id
            partner_sudo.portal_left_company_id = not is_back and first

    def _end_access_to_companies(self, lost):
        """Take along what was left in companies of ours that the users of contacts have lost.

        :param lost: res.company
        """
        if not lost:
            return
        # sudo: res.partner - what nobody reads or writes, of contacts below as well
        family_sudo = self.sudo().with_context(active_test=False)
        left_sudo = family_sudo.search(
            Domain("id", "child_of", self.ids)
            & Domain("portal_left_company_id", "in", lost.ids)
        )
        for company, together in left_sudo.grouped("portal_left_company_id").items():
            gone = together.filtered(
                lambda one, left=company: not one._has_login_of(left)
            )
            gone._take_records_along(company).portal_left_company_id = False

    def _has_login_of(self, company):
        """Tell whether the user of the contact has access to a company of ours.

        Of a contact without one, core moves those below a user's: it is the user above then.
        """
        # sudo: res.users - only whether they have access, archived ones as well
        partner_sudo = self.sudo().with_context(active_test=False)
        while partner_sudo and not partner_sudo.user_ids:
            partner_sudo = partner_sudo.parent_id
        return company in partner_sudo.user_ids.company_ids

    def _take_records_along(self, left):
        """Move what is kept for contacts to the company of ours that they belong to now.

        An issue stays in its binder, and all of it where who moves the contact has no access to
        that company: core lets them name any.

        :param left: res.company of ours that they belonged to, whose records these are
        :return: the contacts whose records were moved
        """
        Mixin = self.pool["customer.portal.customer.mixin"]
        user = self.env.user
        moved = self.browse()
        # sudo: res.partner - only whose they are
        for company, together in self.sudo().grouped("company_id").items():
            if not user._is_superuser() and company not in user.company_ids:
                continue
            moved += together.with_env(self.env)
            domain = [
                ("partner_id", "in", together.ids),
                ("company_id", "in", (left - company).ids),
            ]
            for name in self._get_portal_audience_models():
                # sudo: the records - those that the user cannot see move as well
                Model_sudo = self.env[name].sudo().with_context(active_test=False)
                if company and isinstance(Model_sudo, Mixin):
                    Model_sudo.search(domain)._follow_to_company(company)
        return moved

    @api.model
    def _get_portal_audience_models(self):
        """Return the names of the models whose records are kept for a contact and their company.

        They have ``partner_id``, ``commercial_partner_id``, ``audience_key`` and
        ``_follow_contact``, as ``customer.portal.document``.
        """
        return ["customer.portal.document", "customer.portal.request"]

    def _update_portal_audience(self):
        """Keep who sees a record right when contacts join a company or are merged.

        A record stays with the company it was made for. One that its contact made before
        belonging to any company joins the company, for the contact's eyes only: what was private
        does not become known to colleagues by itself.
        """
        if not self:
            return
        domain = [
            "|",
            ("partner_id", "in", self.ids),
            ("commercial_partner_id", "in", self.ids),
        ]
        for name in self._get_portal_audience_models():
            # sudo: the records - those that the user cannot see change as well
            records_sudo = (
                self.env[name].sudo().with_context(active_test=False).search(domain)
            )
            # together, as there may be thousands
            moves = records_sudo.grouped(
                lambda record: (
                    record.commercial_partner_id,
                    record.commercial_partner_id.commercial_partner_id,
                )
            )
            for (left, company), together in moves.items():
                if company != left:
                    together._follow_contact(company)
            self.env.add_to_compute(records_sudo._fields["audience_key"], records_sudo)

    # -- the home

    def _read_portal_pictures(self):
        """Read the pictures that core's page shows of the contact who looks at it.

        Core asks for each as the customer, and each time the rules of contacts look for all of
        the customer's company: a fifth of the page.
        """
        # sudo: res.partner - the user's own contact, which is always theirs to read
        partner_sudo = self.sudo()
        partner_sudo._note_missing_pictures(["image_1024", "image_128"])
        # as fields, and not by read(): with the first one comes all else of the contact
        for name in ("avatar_1024", "avatar_128"):
            partner_sudo.mapped(name)

    def _note_missing_pictures(self, names):
        """Keep which of its pictures the contact has not, as most have none.

        Odoo looks for the file of each in a statement of its own, and reads all of its row.

        :param names: of fields that are kept as attachments
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT res_field FROM ir_attachment"
                " WHERE res_model = %s AND res_id = %s AND res_field = ANY(%s)",
                self._name,
                self.id,
                names,
            )
        )
        for name in set(names) - {name for (name,) in rows}:
            # Odoo has no other way to keep that there is nothing: two statements and 0.8 ms less
            # of the home
            self._fields[name]._insert_cache(self, [None])
