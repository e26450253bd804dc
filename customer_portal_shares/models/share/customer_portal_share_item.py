from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain


class CustomerPortalShareItem(models.Model):
    _name = "customer.portal.share.item"
    _description = "Item of a Share"
    _order = "share_id, id"
    _rec_name = "name"

    share_id = fields.Many2one(
        "customer.portal.share", required=True, index=True, ondelete="cascade"
    )
    res_model = fields.Char(string="Model", required=True)
    res_id = fields.Many2oneReference(
        string="Record ID", model_field="res_model", required=True
    )
    name = fields.Char(compute="_compute_name", search="_search_name")
    kind = fields.Char(compute="_compute_name")
    share_user_ids = fields.Many2many(related="share_id.user_ids", string="Opens For")
    share_expiration_date = fields.Date(
        related="share_id.expiration_date", string="Until"
    )
    share_state = fields.Selection(related="share_id.state")

    _once_idx = models.UniqueIndex("(share_id, res_model, res_id)")
    _record_idx = models.Index("(res_model, res_id)")

    @api.depends("res_model", "res_id")
    @api.depends_context("lang", "uid")
    def _compute_name(self):
        shareable = self.env["customer.portal.share"]._get_shareable_models()
        names = {}
        for model, items in self.grouped("res_model").items():
            if model in shareable:
                records = self.env[model].browse(items.mapped("res_id")).exists()
                for record in records._filtered_access("read"):
                    names[model, record.id] = record.display_name
        for item in self:
            is_kind = item.res_model in shareable
            item.kind = self.env[item.res_model]._get_share_kind() if is_kind else False
            item.name = names.get((item.res_model, item.res_id), False)

    @api.model
    def _search_name(self, operator, value):
        """Find the items by what people call their records, of those one may read."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        domains = [Domain.FALSE]
        for model in self.env["customer.portal.share"]._get_shareable_models():
            records = self.env[model]
            if records.has_access("read"):
                found = records._search([("display_name", operator, value)])
                domains.append(
                    Domain("res_model", "=", model) & Domain("res_id", "in", found)
                )
        return Domain.OR(domains)

    # not a constraint: those are checked with all rights

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        items._check_readable()
        items.share_id._check_policies()
        items.share_id._note_added()
        return items

    def write(self, vals):
        result = super().write(vals)
        if "share_id" in vals:
            # the rules have judged the old share only
            self.check_access("write")
        self._check_readable()
        self.share_id._check_policies()
        if {"share_id", "res_model", "res_id"} & vals.keys():
            self.share_id._note_added()
        return result

    def _check_readable(self):
        """Make sure that the records can be shared, by this user and by the shares' owners.

        :raise ValidationError: one cannot; says of which share, where there are several
        :raise AccessError: one of them may not read it
        """
        groups = self.grouped(lambda item: (item.share_id, item.res_model))
        are_several = len(self.share_id) > 1
        for (share, res_model), items in groups.items():
            with share._naming_itself(are_several):
                items._check_records(share, res_model)

    def _check_records(self, share, res_model):
        """Make sure of the records of one share and one model: of many at the cost of one."""
        if res_model not in share._get_shareable_models():
            raise ValidationError(self.env._("Records of this kind cannot be shared."))
        model = self.env[res_model]
        records = model.browse(self.mapped("res_id"))
        if records - records.exists():
            raise ValidationError(self.env._("What you share no longer exists."))
        records.check_access("read")
        # sudo: record - readable, see above
        for record_sudo in records.sudo():
            company = record_sudo._get_share_company()
            if company and company != share.company_id:
                raise ValidationError(
                    self.env._(
                        "A share must belong to the same company as what is shared."
                    )
                )
        for record in records:
            record._check_shareable(share)
        # sudo: customer.portal.share - its owner and company
        owned = share.sudo()._as_owner(model._name).browse(records.ids)
        if not share.sudo()._may_owner_read(owned):
            raise AccessError(
                self.env._("The owner of the share may not see what is shared.")
            )

    def action_open_record(self):
        """Open what is shared."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
