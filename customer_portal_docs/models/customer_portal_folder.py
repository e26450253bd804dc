from collections import Counter
from itertools import takewhile

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.notifications import notify_user
from ..tools.searching import fold


class CustomerPortalFolder(models.Model):
    _name = "customer.portal.folder"
    _description = "Customer Portal Folder"
    _inherit = ["customer.portal.title.mixin"]
    _parent_store = True
    _order = "complete_name, id"
    _rec_name = "complete_name"
    _rec_names_search = ["complete_name", "name"]

    name = fields.Char(required=True, translate=True)
    # to sort and search by: in the language of who changed it last, see `display_name`
    complete_name = fields.Char(
        compute="_compute_complete_name", recursive=True, store=True
    )
    parent_id = fields.Many2one(
        "customer.portal.folder",
        string="Parent Folder",
        index=True,
        ondelete="restrict",
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(
        "customer.portal.folder", "parent_id", string="Subfolders"
    )
    document_ids = fields.One2many(
        "customer.portal.document", "folder_id", string="Documents"
    )
    document_count = fields.Integer(
        compute="_compute_document_count",
        help="Those in its subfolders count as well.",
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Opened To",
        # nobody outside browses a copy before somebody has looked at it
        copy=False,
        help="Customers who may browse this folder and its subfolders in the portal. "
        "Choose a company to open it to all its contacts.",
    )
    partner_count = fields.Integer(
        "Number of Contacts",
        compute="_compute_partner_count",
        help="Those to whom a parent folder is opened count as well.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for folder in self:
            parent_name = folder.parent_id.complete_name
            folder.complete_name = (
                f"{parent_name} / {folder.name}" if parent_name else folder.name
            )

    @api.depends("complete_name", "parent_path")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """Name the way to the folder in the language of the reader."""
        ids = {id_ for folder in self for id_ in folder._get_path_ids()}
        # sudo: customer.portal.folder - a folder's name tells the way, as the stored one does
        paths = self.sudo().browse(ids)._get_portal_paths()
        for folder in self:
            folder.display_name = paths.get(folder.id, folder.complete_name)

    @api.model
    def _search_display_name(self, operator, value):
        """Find folders by what `display_name` says as well, in the user's language and in English.

        Other languages are translations of the English names.
        """
        found = super()._search_display_name(operator, value)
        if operator in Domain.NEGATIVE_OPERATORS or not value:
            return found
        texts = value if operator == "in" else [value]
        paths = [text for text in texts if isinstance(text, str) and " / " in text]
        ways = Domain.OR(self._get_path_domain(operator, path) for path in paths)
        names = Domain("name", operator, value) | ways
        english = self.with_context(lang="en_US")
        return found | ways | Domain("id", "in", english._search(names))

    @api.model
    def _get_path_domain(self, operator, path):
        """Return the domain of folders whose way from the top reads like this.

        :param str path: names as in `display_name`, outermost first
        """
        operator = "=" if operator == "in" else operator
        *above, name = path.split(" / ")
        domain = Domain("name", operator, name)
        parent = "parent_id"
        for part in reversed(above):
            domain &= Domain(f"{parent}.name", operator, part)
            parent += ".parent_id"
        is_whole = operator in ("=", "=like", "=ilike")
        return domain & Domain(parent, "=", False) if is_whole else domain

    def _compute_document_count(self):
        groups = self.env["customer.portal.document"]._read_group(
            [("folder_id", "child_of", self.ids)], ["folder_id"], ["__count"]
        )
        counts = Counter()
        for below, count in groups:
            counts.update(dict.fromkeys(below._get_path_ids(), count))
        for folder in self:
            folder.document_count = counts[folder.id]

    @api.depends("partner_ids", "parent_id.active", "parent_id.partner_ids")
    def _compute_partner_count(self):
        """Count those of the parents as well: an opened folder opens its subfolders."""
        ids = {folder: folder.parent_id._get_path_ids() for folder in self}
        # read together, not by folder
        together = self | self.browse({id_ for path in ids.values() for id_ in path})
        for folder in self:
            above = folder.browse(reversed(ids[folder])).with_prefetch(together._ids)
            # what is archived opens nothing below it
            opened = folder.concat(*takewhile(lambda one: one.active, above))
            partners = opened.with_prefetch(together._ids).partner_ids
            # (as typed into a form and as stored, they are the same)
            folder.partner_count = len(set(partners._origin._ids))

    @api.constrains("parent_id", "company_id")
    def _check_company(self):
        for folder in self:
            parent_company = folder.parent_id.company_id
            if parent_company and folder.company_id != parent_company:
                raise ValidationError(
                    self.env._(
                        "A folder must belong to the same company as its parent folder."
                    )
                )
            if folder.company_id and folder._has_content_of_others():
                raise ValidationError(
                    self.env._(
                        "The content of the folder “%(name)s” belongs to another company.",
                        name=folder.name,
                    )
                )

    def _has_content_of_others(self):
        """Tell whether the folder holds anything that is not of its company."""
        # sudo: customer.portal.folder, customer.portal.document - the archived and hidden as well
        env = self.with_context(active_test=False).sudo().env
        company = Domain("company_id", "!=", self.company_id.id)
        in_it = {
            "customer.portal.folder": Domain("parent_id", "=", self.id),
            "customer.portal.document": Domain("folder_id", "=", self.id),
        }
        return any(
            env[model].search_count(domain & company, limit=1)
            for model, domain in in_it.items()
        )

    # -- duplicating

    def copy(self, default=None):
        """Duplicate folders with all below them, and say what is not duplicated."""
        copies = super().copy(default)
        below = self.with_context(portal_folder_below=True)
        for folder, copied in zip(below, copies, strict=True):
            if "name" not in (default or {}):
                copied.name = self.env._("%(name)s (copy)", name=folder.name)
            for child in folder.child_ids:
                child.copy({"name": child.name, "parent_id": copied.id})
        if not self.env.context.get("portal_folder_below"):
            self._tell_what_is_left()
        return copies

    def _tell_what_is_left(self):
        count = self.env["customer.portal.document"].search_count(
            [("folder_id", "child_of", self.ids)]
        )
        message = self.env._(
            "The folder was duplicated with its subfolders. Not duplicated: its %(count)s "
            "documents, and to whom it is opened.",
            count=count,
        )
        notify_user(self.env.user, message)

    def action_open_documents(self):
        """Open the documents of this folder and its subfolders."""
        self.ensure_one()
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "customer_portal_docs.customer_portal_document_action"
            ),
            "domain": [("folder_id", "child_of", self.id)],
            "context": {"default_folder_id": self.id},
        }

    def _filter_for(self, company):
        """Return those of these folders that documents of a company of ours may lie in."""
        # sudo: customer.portal.folder - only whose they are
        return self.filtered(
            lambda folder: folder.sudo().company_id in (company, company.browse())
        )

    # -- portal

    @api.model
    def _get_portal_folders_sudo(self):
        """Return the folders that the current user may browse in the portal, in tree order.

        These are the folders opened to the user's contact or company, and all below them.
        """
        # sudo: customer.portal.folder - portal users have no access of their own to folders
        return self.sudo().search_fetch(
            self._get_portal_folders_domain(), ["name", "parent_id", "parent_path"]
        )

    @api.model
    def _get_portal_folders_domain(self):
        """Return the domain of :meth:`_get_portal_folders_sudo`: no statement of its own.

        Not of what lies under a folder that is archived.
        """
        partner = self.env.user.partner_id
        customers = (partner | partner.commercial_partner_id).ids
        companies = [*self.env.user._get_company_ids(), False]
        company = Domain("company_id", "in", companies)
        opened = Domain("partner_ids", "in", customers) & Domain("active", "=", True)
        # sudo: customer.portal.folder - as above
        tops = self.sudo()._search(opened & company)
        # along the index of the parent: of all customers' folders, those of this one are read
        below = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                """%(id)s = ANY(ARRAY(
                    WITH RECURSIVE tree AS (
                        (%(tops)s)
                        UNION
                        SELECT below.id FROM customer_portal_folder below
                          JOIN tree ON below.parent_id = tree.id
                         WHERE below.active IS TRUE
                    )
                    SELECT id FROM tree
                ))""",
                id=SQL.identifier(alias, "id"),
                tops=tops.select(),
                to_flush=(model._fields["parent_id"], model._fields["active"]),
            )
        )
        return below & company

    def _get_portal_paths(self):
        """Return the names of these folders with those they lie in, by id.

        As far as they are among these folders: the way to what is above is not the viewer's.
        """
        names = {folder.id: folder.name for folder in self}
        return {
            folder.id: " / ".join(
                names[id_] for id_ in folder._get_path_ids() if id_ in names
            )
            for folder in self
        }

    def _search_portal_names(self, search, top):
        """Return those of these folders that hold all words of a search in their names.

        :param str search: as typed
        :param top: the folder to look below, empty for all
        """
        words = fold(search).split()[:8]
        return self.filtered(
            lambda folder: (
                folder != top
                and (folder.parent_path or "").startswith(top.parent_path or "")
                and all(word in fold(folder.name) for word in words)
            )
        )

    def _get_portal_parents(self, browsable):
        """Return the way to this folder, outermost first, as far as it is browsable.

        :param browsable: folders that the viewer may browse
        """
        ids = frozenset(browsable._ids)
        return browsable.browse([id_ for id_ in self._get_path_ids() if id_ in ids])

    def _get_path_ids(self):
        """Return the ids of the folders on the way to this one and its own, outermost first."""
        return [int(part) for part in (self.parent_path or "").split("/") if part]
