import secrets
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import consteq

#: Records that the cleaning takes in one go.
_GC_BATCH = 500


class CustomerPortalSharedLinkMixin(models.AbstractModel):
    """A discussion with one link that whoever has it may use; its key is core's ``access_token``.

    It opens the record while the record's contact may see it. The key is for those alone who may
    read the record, and never for people outside: it would outlive their own access.

    A model inherits it in the place of ``portal.mixin``, and before it.
    """

    _name = "customer.portal.shared.link.mixin"
    _description = "Link That Whoever Has It May Use"
    _inherit = ["customer.portal.link.mixin", "portal.mixin"]

    _portal_link_idx = models.Index("(portal_link_date) WHERE access_token IS NOT NULL")

    def _is_link_alive(self):
        """Tell whether a link with the key opens the record: while its contact may see it."""
        # sudo: the record, res.partner - whoever comes with a link
        record_sudo = self.sudo()
        partner_sudo = record_sudo.partner_id
        return record_sudo.active and (
            not partner_sudo
            or (partner_sudo.active and record_sudo._is_for(partner_sudo))
        )

    def _is_shared_token(self, access_token):
        """Tell whether this is the key of the link, and the link opens; note that it was used.

        :param access_token: anything that a client may have sent
        """
        # sudo: the record - comparing tells nothing else; consteq takes ASCII only
        record_sudo = self.sudo()
        own_token = record_sudo._is_link_alive() and record_sudo.access_token
        is_right = bool(
            own_token
            and isinstance(access_token, str)
            and access_token.isascii()
            and consteq(own_token, access_token)
            and not record_sudo._is_portal_link_over()
        )
        if is_right:
            record_sudo._note_portal_link_use()
        return is_right

    def _revoke_shared_link(self):
        """Let the link open these records no more, and the pictures that were seen by it."""
        # sudo: the record - the key is hidden from all users
        with_link_sudo = self.sudo().filtered("access_token")
        with_link_sudo.access_token = False
        with_link_sudo._renew_picture_keys()

    @api.model
    def _revoke_shared_links_of(self, partners):
        """Let the links open nothing more of these contacts', whatever it is."""
        for name in self.env.registry.descendants([self._name], "_inherit"):
            if self.env[name]._abstract:
                continue
            # sudo: the records - whoever changes the contacts
            records_sudo = self.env[name].sudo().with_context(active_test=False)
            records_sudo.search(
                [("partner_id", "in", partners.ids), ("access_token", "!=", False)]
            )._revoke_shared_link()

    @api.model
    def _revoke_old_shared_links(self):
        """Delete the keys of links that are over, and start the year of those from before.

        :return: as autovacuum methods do: how many (int), and whether there may be more (bool)
        """
        has_key = Domain("access_token", "!=", False)
        undated = has_key & Domain("portal_link_date", "=", False)
        undated_sudo = self._search_old_sudo(undated)
        undated_sudo._note_portal_link_use()
        over_sudo = self._search_old_sudo(has_key & self._get_portal_link_over_domain())
        over_sudo._revoke_shared_link()
        counts = len(undated_sudo), len(over_sudo)
        return sum(counts), _GC_BATCH in counts

    @api.model
    def _search_old_sudo(self, domain):
        # sudo: the records - as above; without their descriptions
        return self.sudo().search_fetch(
            domain,
            ["access_token", "portal_link_date"],
            order="portal_link_date",
            limit=_GC_BATCH,
        )

    @api.model
    def _get_portal_link_over_domain(self):
        """Return the domain of the records that :meth:`_is_portal_link_over` is true of."""
        # sudo: res.company - only the setting
        Company_sudo = self.env["res.company"].sudo().with_context(active_test=False)
        today = self._get_today()
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain(
                "portal_link_date",
                "<",
                today - timedelta(days=company.portal_link_days),
            )
            for company in Company_sudo.search([("portal_link_days", ">", 0)])
        )

    # -- links with the key

    @api.private
    def get_portal_url(self, *args, **kwargs):
        return super().get_portal_url(*args, **kwargs)

    def _get_share_url(self, *args, **kwargs):
        self.check_access("read")
        if self._withholds_key():
            return self.access_url
        # sudo: the record - the key is hidden from those who get a link with it
        return super(CustomerPortalSharedLinkMixin, self.sudo())._get_share_url(
            *args, **kwargs
        )

    def _portal_ensure_token(self):
        self.check_access("read")
        if self._withholds_key():
            return ""
        # sudo: the record - as above; for who may only read it as well
        record_sudo = self.sudo()
        if record_sudo.access_token and record_sudo._is_portal_link_over():
            record_sudo._revoke_shared_link()
        if not record_sudo.access_token:
            record_sudo.access_token = secrets.token_urlsafe(32)
        record_sudo._note_portal_link_use()
        return record_sudo.access_token

    def _withholds_key(self):
        """Tell whether the key is not for the current user: it would outlive their own access."""
        return self.env.user.share and not self.env.su

    def _sign_token(self, pid):
        self.check_access("read")
        # sudo: the record - as above, for the links in mails about a discussion
        return super(CustomerPortalSharedLinkMixin, self.sudo())._sign_token(pid)
