from odoo import api, models
from odoo.exceptions import AccessError


class CustomerPortalDocumentRecord(models.AbstractModel):
    """The records that documents are on, such as projects and tasks, and who may visit them.

    It keeps nothing. Of which models they are is said by
    :meth:`customer.portal.document._get_linkable_models`.
    """

    _name = "customer.portal.document.record"
    _description = "Records That Documents Are On"

    @api.model
    def _get_all_of(self, documents):
        """Return the records that documents were uploaded on, by name of their model."""
        linkable = documents._get_linkable_models()
        return {
            model: documents.env[model].browse(together.mapped("res_id")).exists()
            for model, together in documents.grouped("res_model").items()
            if model in linkable
        }

    @api.model
    def _get_of(self, document):
        """Return the record that one document was uploaded on, if it is still there."""
        document.ensure_one()
        if not document.res_id or (
            document.res_model not in document._get_linkable_models()
        ):
            return None
        return document.env[document.res_model].browse(document.res_id).exists()

    @api.model
    def _check_values(self, documents, vals_list):
        """Refuse to link what the user may not read: a document shows what it is about.

        :param documents: those that get the values; none where they are still to be made
        :raise AccessError: the user may not read one of the records
        """
        linkable = documents._get_linkable_models()
        for vals in vals_list:
            if not {"res_model", "res_id"} & vals.keys():
                continue
            # what is not written stays, and may differ from one document to the next
            for document in documents or [documents]:
                res_model = vals.get("res_model", document.res_model)
                res_id = vals.get("res_id", document.res_id)
                if res_id and res_model in linkable:
                    self.env[res_model].browse(res_id).check_access("read")

    # -- where customers may visit them

    @api.model
    def _is_readable(self, record):
        """Tell whether the current user may see documents on a record, if there is one."""
        if not record:
            return False
        return record.with_user(self.env.user).sudo(False)._shows_portal_documents()

    @api.model
    def _find_readable(self, res_model, res_id):
        """Return the record that documents are listed or uploaded on, as the current user.

        :param str res_model: name of a model
        :param int res_id: id of a record
        :return: the record, or None where the user must not know of it
        """
        Document = self.env["customer.portal.document"]
        if res_model not in Document._get_linkable_models():
            return None
        try:
            record = self.env[res_model].browse(res_id).exists()
        except AccessError:
            return None
        return record if self._is_readable(record) else None

    @api.model
    def _search_places(self):
        """Return what the current user, a customer, may visit, to look for documents there.

        :return: dict of a model's name to a query of its records
        """
        if not self.env.user._is_portal():
            return {}
        found = {
            model: self.env[model]._search_portal_places()
            for model in self.env["customer.portal.document"]._get_linkable_models()
        }
        return {model: query for model, query in found.items() if query is not None}

    @api.model
    def _get_readable_of(self, documents, places=None):
        """Return where documents were uploaded, for those places the user may visit.

        :param dict places: what :meth:`_search_places` has found, if it was asked before
        :return: dict of document id to the record, sudoed
        """
        readable = {
            (record._name, record.id): record
            for model in documents._get_linkable_models()
            for record in self._search_readable_sudo(documents, model, places)
        }
        return {
            document.id: readable[document.res_model, document.res_id]
            for document in documents
            if (document.res_model, document.res_id) in readable
        }

    @api.model
    def _get_documents_urls(self, links):
        """Return where the current user finds the documents of records.

        :param links: dict of document id to record, as :meth:`_get_readable_of` returns it
        :return: dict of document id to str
        """
        urls = {}
        for model in {record._name for record in links.values()}:
            together = {
                id_: record for id_, record in links.items() if record._name == model
            }
            records = self.env[model].union(*together.values())
            found = records._get_portal_documents_urls()
            urls.update({id_: found[record.id] for id_, record in together.items()})
        return urls

    @api.model
    def _search_readable_sudo(self, documents, res_model, places=None):
        """Return the records of one model that documents are on and the user may visit.

        One query for all of them, with what the pages show of a record.
        """
        together = documents.filtered(lambda doc: doc.res_model == res_model)
        ids = together.mapped("res_id")
        env = documents.env
        records = env[res_model].with_user(env.user).sudo(False)
        if not ids:
            return records
        query = places.get(res_model) if places else records._search_portal_places()
        if query is None:
            return records
        # sudo: linked records - found among the user's own places
        return (
            records.sudo()
            .with_context(active_test=False)
            .search_fetch([("id", "in", ids), ("id", "in", query)], ["display_name"])
            .with_context(active_test=env.context.get("active_test", True))
        )
