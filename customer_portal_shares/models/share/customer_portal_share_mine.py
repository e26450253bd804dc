from odoo import api, models
from odoo.fields import Domain


class CustomerPortalShare(models.Model):
    """What is shared with the current user by name: the portal's list, card and counter."""

    _inherit = "customer.portal.share"

    @api.model
    def _count_mine(self):
        """Return how many shares the list holds: exactly those that it shows."""
        # sudo: customer.portal.share - the domain is the rule
        return self.sudo().search_count(self._get_mine_domain(), limit=1000)

    @api.model
    def _search_mine_sudo(self, limit=None, offset=0):
        """Return what is shared with the current user, newest first, sudoed."""
        # sudo: customer.portal.share - as above
        return self.sudo().search(self._get_mine_domain(), limit=limit, offset=offset)

    @api.model
    def _get_mine_domain(self):
        """Return the domain of what is shared with the current user by name, and opens.

        The owners' rights are asked once for each owner and company, and as part of the one
        query that searches: neither the list nor its count takes a query for each share.
        """
        domain = self._get_open_domain() & Domain("user_ids", "in", self.env.user.ids)
        # sudo: customer.portal.share - as above
        groups = self.sudo()._read_group(
            domain, ["user_id", "company_id"], ["id:min"], order="id:min"
        )
        # one share speaks for all of its owner and company
        examples_sudo = self.sudo().browse(share_id for *_key, share_id in groups)
        return domain & Domain.OR(
            Domain("user_id", "=", share_sudo.user_id.id)
            & Domain("company_id", "=", share_sudo.company_id.id)
            & Domain("item_ids", "any", share_sudo._get_readable_items_domain(domain))
            for share_sudo in examples_sudo
        )

    def _get_readable_items_domain(self, shares_domain):
        """Return the domain of the items that the owner may read now.

        :param shares_domain: narrows the records that are looked at, not the items
        """
        Item = self.env["customer.portal.share.item"]
        domains = [Domain.FALSE]
        for res_model in self._get_shareable_models():
            records = self._as_owner(res_model)
            if not self._may_owner_read(records):
                continue
            of_model = Domain("res_model", "=", res_model)
            # else the database would look for all that the owner may read
            items = Item._search(of_model & Domain("share_id", "any", shares_domain))
            domain = self._get_company_domain(records) & Domain(
                "id", "any!", items.subselect(f'"{items.table}"."res_id"')
            )
            domains.append(of_model & Domain("res_id", "in", records._search(domain)))
        return Domain.OR(domains)
