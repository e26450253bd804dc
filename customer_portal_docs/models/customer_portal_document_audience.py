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

    def action_revoke_link(self):
        """Let the link that was sent by e-mail open the document no more; the next mail has a new one.

        :raise AccessError: the current user may not change the document
        """
        self.check_access("write")
        for document in self.filtered("has_portal_link"):
            document._revoke_links()
            document.message_post(
                body=self.env._(
                    "The link that was sent by e-mail was revoked: it opens the document no more."
                )
            )

    @api.autovacuum
    def _gc_portal_links(self):
        """Delete the keys of links that are over, and start the year of those from before."""
        # sudo: customer.portal.document - the key of a link is hidden from all users
        linked_sudo = self.sudo().search([("access_token", "!=", False)])
        linked_sudo.filtered(
            lambda document: not document.portal_link_date
        )._note_portal_link_use()
        linked_sudo.filtered(
            lambda document: document._is_portal_link_over()
        )._revoke_links()

    def _revise_followers(self):
        self._remove_outsiders()
        for document_sudo in self.sudo():  # sudo: res.partner - as above
            document_sudo.message_subscribe(partner_ids=document_sudo.partner_id.ids)

    def _is_for(self, partner):
        # by the rule of the portal; or in an open folder, on a record that they may read
        return self.audience_key in (
            partner.id,
            -partner.commercial_partner_id.id,
        ) or any(
            self.with_user(user)._is_open_through_other() for user in partner.user_ids
        )

    # -- links, which carry the key of a document: only for who may read it

    def _is_link_alive(self):
        """Tell whether a link with the key opens the document: while its contact may see it."""
        # sudo: customer.portal.document, res.partner - whoever comes with a link
        document_sudo = self.sudo()
        partner_sudo = document_sudo.partner_id
        return document_sudo.active and (
            not partner_sudo or document_sudo._is_for(partner_sudo)
        )

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
        document_sudo = self.sudo()
        if document_sudo.access_token and document_sudo._is_portal_link_over():
            document_sudo._revoke_links()
        token = super(CustomerPortalDocument, document_sudo)._portal_ensure_token()
        document_sudo._note_portal_link_use()
        return token

    def _withholds_key(self):
        """Tell whether the key is not for the current user: it would outlive their own access."""
        return self.env.user.share and not self.env.su

    def _sign_token(self, pid):
        self.check_access("read")
        # sudo: customer.portal.document - as above, for the links in mails about a discussion
        return super(CustomerPortalDocument, self.sudo())._sign_token(pid)

    @api.model
    def _get_thread_with_access(self, thread_id, *, pid=None, **kwargs):
        thread = super()._get_thread_with_access(thread_id, pid=pid, **kwargs)
        if not thread.env.su or self.env.su:
            return thread
        # with a key, which core signs for one contact
        recipient = thread.partner_id.browse(int(pid)) if pid else thread.partner_id
        is_alive = thread._is_link_alive() and (
            not recipient or thread._is_for(recipient)
        )
        return thread if is_alive else self.browse()
