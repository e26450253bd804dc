from odoo import api, models


class CustomerPortalDocument(models.Model):
    """Who a document is for: links and the discussion follow when that changes."""

    _inherit = "customer.portal.document"

    _audience_fields = frozenset({"partner_id", "commercial_partner_id", "visibility"})

    def write(self, vals):
        result = super().write(vals)
        if self._audience_fields & vals.keys():
            self._revise_followers()
        if (self._audience_fields | {"active"}) & vals.keys():
            self._revoke_links()
        return result

    def _get_model_description(self, model_name):
        # in the mails of the discussion: it is no customer's word for it
        if model_name == self._name:
            return self.env._("Document")
        return super()._get_model_description(model_name)

    def _revoke_links(self):
        """Let the links that were sent to customers open the documents no more."""
        # sudo: customer.portal.document - the key of a link is hidden from all users
        with_link_sudo = self.sudo().filtered("access_token")
        with_link_sudo.access_token = False

    def _revise_followers(self):
        """Keep customers from the discussion who may no longer see the document."""
        # sudo: res.partner - followers whom the user may not see are told no more as well
        for document in self.sudo():
            customers = document.message_partner_ids.filtered("partner_share")
            outsiders = customers.filtered(
                lambda partner, document=document: not document._is_for(partner)
            )
            document.message_unsubscribe(outsiders.ids)
            document.message_subscribe(partner_ids=document.partner_id.ids)

    def _is_for(self, partner):
        """Tell whether the portal shows the document to a contact."""
        if self.visibility == "company":
            return partner.commercial_partner_id == self.commercial_partner_id
        return partner == self.partner_id

    # -- links, which carry the key of a document: only for who may read it

    @api.private
    def get_portal_url(self, *args, **kwargs):
        return super().get_portal_url(*args, **kwargs)

    def _get_share_url(self, *args, **kwargs):
        self.check_access("read")
        if self._withholds_key():
            return self.access_url
        # sudo: customer.portal.document - the key is hidden from those who get a link with it
        return super(CustomerPortalDocument, self.sudo())._get_share_url(
            *args, **kwargs
        )

    def _portal_ensure_token(self):
        self.check_access("read")
        if self._withholds_key():
            return ""
        # sudo: customer.portal.document - as above
        return super(CustomerPortalDocument, self.sudo())._portal_ensure_token()

    def _withholds_key(self):
        """Tell whether the key is not for the current user: it would outlive their own access."""
        return self.env.user.share and not self.env.su

    def _sign_token(self, pid):
        self.check_access("read")
        # sudo: customer.portal.document - as above, for the links in mails about a discussion
        return super(CustomerPortalDocument, self.sudo())._sign_token(pid)
