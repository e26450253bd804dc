from odoo import models
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
        # each request asks for all of it: one statement, where the ORM takes six, of the widest
        # tables there are. No joins: to plan those would take longer
        self.env.flush_all()
        query = SQL(
            """
            SELECT owner.name AS owner, owner.tz, company.name AS company,
                   (SELECT website FROM res_partner WHERE id = company.partner_id) AS website,
                   ARRAY(SELECT json_build_array(res_model, res_id)
                           FROM customer_portal_share_item
                          WHERE share_id = %(id)s ORDER BY id) AS items
              FROM res_partner owner, res_company company
             WHERE owner.id = (SELECT partner_id FROM res_users WHERE id = %(user_id)s)
               AND company.id = %(company_id)s
            """,
            id=self.id,
            user_id=self.user_id.id,
            company_id=self.company_id.id,
        )
        return self.env.execute_query_dict(query)[0]

    def _get_shared_models(self):
        """Return the names of the models of the items, in the order of the share."""
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
        return Domain("company_id", "in", [self.company_id.id, False])

    def _get_shared_records(self, res_model):
        """Return the items of one model that the owner may read now, in the order of the share."""
        return self._remember(res_model, lambda: self._read_shared_records(res_model))

    def _read_shared_records(self, res_model):
        ids, records = self._get_shared_ids(res_model), self._as_owner(res_model)
        if not ids or not self._may_owner_read(records):
            return records
        domain = self._get_company_domain(records) & Domain("id", "in", ids)
        found = records.search_fetch(domain, records._share_fields, order="id")
        return found.sorted(lambda record: ids.index(record.id))

    def _has_readable_items(self):
        return any(self._get_shared_records(name) for name in self._get_shared_models())
