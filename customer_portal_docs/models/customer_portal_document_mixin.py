from odoo import api, fields, models


class CustomerPortalDocumentMixin(models.AbstractModel):
    """A record that documents can be uploaded on, in the portal and in the backend.

    A model that inherits it adds its name to
    :meth:`customer.portal.document._get_linkable_models`.
    """

    _name = "customer.portal.document.mixin"
    _description = "Customer Document Mixin"

    portal_document_ids = fields.One2many(
        "customer.portal.document",
        "res_id",
        string="Customer Documents",
        domain=lambda self: [("res_model", "=", self._name)],
        groups="customer_portal_docs.group_document_user",
    )
    portal_document_count = fields.Integer(
        compute="_compute_portal_document_count",
        groups="customer_portal_docs.group_document_user",
    )

    @api.depends("portal_document_ids")
    def _compute_portal_document_count(self):
        counts = dict(
            self.env["customer.portal.document"]._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)],
                ["res_id"],
                ["__count"],
            )
        )
        for record in self:
            record.portal_document_count = counts.get(record.id, 0)

    def _shows_portal_documents(self):
        """Tell whether the current user may see and upload documents on this record."""
        self.ensure_one()
        return self.has_access("read")

    @api.model
    def _search_portal_places(self):
        """Return the records on which the current user may see documents, as a query, or None.

        The same as :meth:`_shows_portal_documents`, for all records at once.
        """
        if not self.has_access("read"):
            return None
        return self.with_context(active_test=False)._search([])

    def action_open_portal_documents(self):
        """Open the documents that were uploaded on this record."""
        self.ensure_one()
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "customer_portal_docs.customer_portal_document_action"
            ),
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
            "context": {"default_res_model": self._name, "default_res_id": self.id},
        }

    def unlink(self):
        # sudo: customer.portal.document - the customers keep their documents, all of them
        documents_sudo = (
            self.env["customer.portal.document"]
            .sudo()
            .with_context(active_test=False)
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        )
        # what a document is about is part of it
        documents_sudo._check_not_locked()
        result = super().unlink()
        documents_sudo.write({"res_model": False, "res_id": False})
        return result
