from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import split_every

#: Items of one kind that a request asks for at once, for whatever it may need of them; of more it
#: asks for those that it needs.
FEW_ITEMS = 20


class CustomerPortalShareableMixin(models.AbstractModel):
    """A record that can be an item of a share: the one thing a new kind of share needs.

    A model that inherits it names the QWeb template that shows its records on a share's page
    and extends :meth:`_prepare_share_values`. Records reach these methods as the share's owner
    sees them, with the owner's rights.
    """

    _name = "customer.portal.shareable.mixin"
    _description = "Shareable in the Customer Portal"

    #: XML id of the QWeb template that shows the shared records of this model
    _share_template = None
    #: What the address of a customer's list says for the filter of this kind, the model if None
    _share_filter = None
    #: Names of the fields that the template shows of each record
    _share_fields = ()
    #: Whether a record is a file, which :meth:`_get_share_archive` gives
    _share_has_files = False
    #: Whether files are made of a record when visitors want them, which count as downloads
    _share_has_exports = False
    #: Whether one record may hold many files
    _share_is_container = False

    share_item_ids = fields.One2many(
        "customer.portal.share.item",
        "res_id",
        string="Items of Shares",
        domain=lambda self: [("res_model", "=", self._name)],
        groups="customer_portal_docs.group_document_user",
    )
    share_count = fields.Integer(
        string="Shares",
        compute="_compute_share_count",
        groups="customer_portal_docs.group_document_user",
    )

    @api.depends("share_item_ids")
    def _compute_share_count(self):
        counts = dict(
            self.env["customer.portal.share.item"]._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)],
                ["res_id"],
                ["__count"],
            )
        )
        for record in self:
            record.share_count = counts.get(record.id, 0)

    # -- what a kind says of itself

    @api.model
    def _get_share_kind(self):
        """Return what the current user calls a record of this kind."""
        return self.env["ir.model"]._get(self._name).name

    def _get_share_name(self):
        """Return what recipients are told the record is called; extended by kinds."""
        self.ensure_one()
        return self.display_name

    def _check_shareable(self, share):
        """Refuse to be in a share, whoever makes it.

        :param share: what it is now to become
        :raise ValidationError: says why
        """

    def _filter_shareable(self, share_sudo):
        """Return those of these records that a share may show now; extended by kinds."""
        return self

    def _prepare_share_values(self, share_sudo, page=1):
        """Return the values of :attr:`_share_template` for these records of a share.

        :param share_sudo: the share, whose gate was passed
        :param int page: of a list that has several
        :rtype: dict
        """
        return {"records": self, "share": share_sudo}

    def _prepare_share_json(self, share_sudo):
        """Return the same for programs: a list with one dict for each record."""
        return [{"id": record.id, "name": record._get_share_name()} for record in self]

    def _get_share_archive(self, share_sudo):
        """Yield what the ZIP of a share holds of these records, see :attr:`_share_has_files`.

        :return: iterator of (tuple of folder names, str title, :class:`StoredFile`); the last two
            are None for a folder alone, which is there when it is empty too
        """
        return iter(())

    def _measure_share_archive(self, share_sudo):
        """Return how many files the ZIP of these records holds, and their size in bytes."""
        return 0, 0

    # -- what a share holds of it, asked of the model as the share's owner

    @api.model
    def _get_share_records(self, share):
        """Return the items of this model that the owner may read now, in the order of the share."""
        return self._read_share_records(share, share._get_shared_ids(self._name))

    @api.model
    def _has_share_records(self, share):
        """Tell whether the owner may read any item of this model now."""
        ids = share._get_shared_ids(self._name)
        if len(ids) <= FEW_ITEMS:
            return bool(share._get_shared_records(self._name))
        return any(
            self._read_share_records(share, some)
            for some in split_every(FEW_ITEMS, ids)
        )

    @api.model
    def _find_in_share(self, share, record_id):
        """Return a record that visitors of a share may open, or an empty record."""
        ids = share._get_shared_ids(self._name)
        if len(ids) > FEW_ITEMS:
            return self._read_share_records(share, {record_id}.intersection(ids))
        records = share._get_shared_records(self._name)
        return records.browse(record_id if record_id in records._ids else [])

    @api.model
    def _read_share_records(self, share, ids):
        if not ids or not share._may_owner_read(self):
            return self.browse()
        places = {id_: place for place, id_ in enumerate(ids)}
        domain = share._get_company_domain(self) & Domain("id", "in", list(places))
        found = self.search_fetch(domain, self._share_fields, order="id")
        shown = found._filter_shareable(share)
        return shown.sorted(lambda record: places[record.id])

    def _get_share_company(self):
        """Return the company that the record belongs to, empty for a record of all."""
        return self.company_id if "company_id" in self._fields else self.env.company

    def _get_share_contacts(self):
        """Return the contacts whom these records are for: they are proposed as recipients."""
        return self.env["res.partner"]

    # -- actions

    def action_new_share(self):
        """Open the dialog that shares these records."""
        return self.env["customer.portal.share.wizard"]._open_for(self)

    def action_open_shares(self):
        """Open the shares that this record is an item of."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_portal_shares.customer_portal_share_action"
        )
        share_ids = self.share_item_ids.share_id.ids
        return {**action, "domain": [("id", "in", share_ids)]}

    def unlink(self):
        # sudo: customer.portal.share.item - what is gone leaves all shares, whoever made them
        items_sudo = (
            self.env["customer.portal.share.item"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        )
        result = super().unlink()
        items_sudo.unlink()
        return result
