from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class _Memory:
    """What a request has read of a share: each thing once, and the same in all of the answer."""

    def __init__(self):
        self.known = {}

    def get(self, key, read):
        if key not in self.known:
            self.known[key] = read()
        return self.known[key]


class CustomerPortalShare(models.Model):
    """What a share shows: its items, read with the owner's rights and no others."""

    _inherit = "customer.portal.share"

    def _with_memory(self):
        """Return the share as one request sees it, which asks for each thing once.

        Only for who has passed the gate: what is remembered does not change any more.
        """
        return self.with_context(portal_share_memory=_Memory())

    def _remember(self, name, read):
        memory = self.env.context.get("portal_share_memory")
        return memory.get((self.id, name), read) if memory else read()

    # -- its items, and whom they are from

    def _get_item_keys(self):
        """Return what is shared, a list of (str model, int id) in the order of the share."""
        return [tuple(key) for key in self._get_outline()["items"]]

    def _get_sender(self):
        """Return whom the share is from, as every page says it.

        :return: dict of str: ``owner`` and ``company``, their names; ``tz`` of the owner and
            ``website`` of the company, or None
        """
        return self._get_outline()

    def _get_outline(self):
        self.ensure_one()
        return self._remember("outline", self._read_outline)

    def _read_outline(self):
        self.env.flush_all()
        query = SQL(
            "SELECT %s FROM customer_portal_share WHERE id = %s",
            self._get_outline_sql("customer_portal_share"),
            self.id,
        )
        [(outline,)] = self.env.execute_query(query)
        return outline

    @api.model
    def _get_outline_sql(self, alias):
        """Return the column of the items and the sender, which each request asks for.

        One, where the ORM takes six statements, of the widest tables there are. No joins: to
        plan those would take longer.

        :param str alias: of the share's table
        """
        return SQL(
            """
            (SELECT jsonb_build_object('owner', name, 'tz', tz) FROM res_partner
              WHERE id = (SELECT partner_id FROM res_users WHERE id = %(share)s.user_id))
            || (SELECT jsonb_build_object('company', name, 'website', (
                       SELECT website FROM res_partner WHERE id = company.partner_id))
                  FROM res_company company WHERE id = %(share)s.company_id)
            || jsonb_build_object('items', ARRAY(
                SELECT jsonb_build_array(res_model, res_id) FROM customer_portal_share_item
                 WHERE share_id = %(share)s.id ORDER BY id))
            """,
            share=SQL.identifier(alias),
        )

    def _get_shared_models(self):
        """Return the names of the models of the items, in the order of the share."""
        return self._remember("models", self._read_shared_models)

    def _read_shared_models(self):
        shareable = self._get_shareable_models()
        names = dict.fromkeys(model for model, _id in self._get_item_keys())
        return [name for name in names if name in shareable]

    def _get_shared_ids(self, res_model):
        return [id_ for model, id_ in self._get_item_keys() if model == res_model]

    # -- what the owner may read of them

    def _as_owner(self, res_model):
        """Return a model with the owner's rights: what is shared is read with no others."""
        self.ensure_one()
        companies = self.company_id.ids if self._is_owner_of_company() else []
        context = {
            **self.env.context,
            "allowed_company_ids": companies,
            "active_test": True,
        }
        return self.env(user=self.user_id.id, context=context, su=False)[res_model]

    def _is_owner_of_company(self):
        return self.company_id.id in self.user_id._get_company_ids()

    def _may_owner_read(self, records):
        return self._is_owner_of_company() and records.has_access("read")

    def _get_company_domain(self, records):
        if "company_id" not in records._fields:
            return Domain.TRUE

        def is_of_company(model, alias, query):
            return SQL(
                "(%(company)s = %(id)s OR %(company)s IS NULL)",
                company=model._field_to_sql(alias, "company_id", query),
                id=self.company_id.id,
            )

        # in SQL: each page waits for it, and the ORM thinks about each condition
        return Domain.custom(to_sql=is_of_company)

    def _get_shared_records(self, res_model):
        """Return the items of one model that the owner may read now, in the order of the share."""
        return self._remember(res_model, lambda: self._read_shared_records(res_model))

    def _read_shared_records(self, res_model):
        ids, records = self._get_shared_ids(res_model), self._as_owner(res_model)
        if not ids or not self._may_owner_read(records):
            return records
        domain = self._get_company_domain(records) & Domain("id", "in", ids)
        found = records.search_fetch(domain, records._share_fields, order="id")
        shown = found._filter_shareable(self)
        return shown.sorted(lambda record: ids.index(record.id))

    def _has_readable_items(self):
        return any(self._get_shared_records(name) for name in self._get_shared_models())
