from odoo import api, fields, models
from odoo.fields import Domain


class CustomerPortalShare(models.Model):
    """The kinds of what is shared: whatever inherits the mixin, none of which is named here."""

    _inherit = "customer.portal.share"

    kinds = fields.Char(string="Kind", compute="_compute_kinds", search="_search_kinds")
    item_model = fields.Selection(
        selection="_selection_item_model",
        string="Kind of the First Item",
        compute="_compute_item_model",
        search="_search_item_model",
        help="Shares are found by the kind of any of their items.",
    )

    @api.depends("item_ids.res_model")
    @api.depends_context("lang")
    def _compute_kinds(self):
        for share in self:
            share.kinds = ", ".join(
                self.env[name]._get_share_kind() for name in share._get_kinds()
            )

    @api.model
    def _search_kinds(self, operator, value):
        """Find the shares by what people call a kind of what is in them, in their language."""
        if operator == "in":
            wanted = {str(text).casefold() for text in value if text}
            names = [n for n, label in self._get_kind_labels() if label in wanted]
        elif operator in ("like", "ilike"):
            text = (value or "").casefold()
            names = [n for n, label in self._get_kind_labels() if text in label]
        else:
            return NotImplemented
        domain = Domain("item_ids.res_model", "in", names)
        if operator == "in" and not all(value):
            domain |= Domain("item_ids", "=", False)
        return domain

    @api.model
    def _get_kind_labels(self):
        return [
            (name, self.env[name]._get_share_kind().casefold())
            for name in self._get_shareable_models()
        ]

    @api.depends("item_ids.res_model")
    def _compute_item_model(self):
        for share in self:
            share.item_model = next(iter(share._get_kinds()), False)

    @api.model
    def _search_item_model(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("item_ids.res_model", "in", [name for name in value if name])
        return domain if all(value) else domain | Domain("item_ids", "=", False)

    @api.model
    def _selection_item_model(self):
        """Return the kinds that the current user may share."""
        return [
            (name, self.env[name]._get_share_kind())
            for name in self._get_shareable_models()
            if self.env[name].has_access("read")
        ]

    @api.model
    def _get_shareable_models(self):
        """Return the names of the models whose records can be shared."""
        return [
            name
            for name in self.env.registry.descendants(
                ["customer.portal.shareable.mixin"], "_inherit"
            )
            if not self.env[name]._abstract
        ]

    def _get_kinds(self):
        """Return the names of the models of the items, of many shares at the cost of one."""
        shareable = self._get_shareable_models()
        names = dict.fromkeys(self.item_ids.mapped("res_model"))
        return [name for name in names if name in shareable]

    def _get_icon(self):
        """Return the Font Awesome class of the icon of what is shared."""
        names = self._get_kinds()
        return self.env[names[0]]._share_icon if len(names) == 1 else "fa-share-alt"
