from odoo import api, models
from odoo.exceptions import AccessError

from ..exceptions import DocumentLockedError

#: What is not the document: its discussion, its activities, whose desk it lies on.
_UNPROTECTED_FIELDS = {
    "access_token",
    "portal_link_date",
    "receipt_reader_id",
    "upload_key",
    "user_id",
}
_UNPROTECTED_PREFIXES = ("activity_", "message_", "my_activity_", "rating_", "website_")
_LOCK_FIELDS = {"locked_by_id", "locked_date"}

#: Context value of the one change that a lock lets through. An object, so that no client can
#: send it.
_FOLLOW_CONTACT = object()


class CustomerPortalDocumentLock(models.AbstractModel):
    """What a lock keeps people from: what is locked stays as it is, for everyone, by whatever way.

    It keeps nothing. Who holds a lock is what the documents say, and they ask here before they
    change.
    """

    _name = "customer.portal.document.lock"
    _description = "Lock of Documents"

    @api.model
    def _check_none(self, documents, except_by=None):
        """Refuse to go on if one of these documents is locked.

        :param except_by: a user whose own locks do not count
        :raise DocumentLockedError: says who locked it
        """
        # sudo: customer.portal.document - a lock holds for those as well who cannot see it
        for document in documents.sudo():
            locker = document.locked_by_id
            if locker and locker != except_by:
                raise DocumentLockedError(
                    self.env._(
                        "“%(name)s” is locked by %(user)s. Nothing of it can be changed before "
                        "it is unlocked.",
                        name=document.name,
                        user=locker.name,
                    )
                )

    @api.model
    def _check_values(self, documents, vals):
        """Refuse values that a lock keeps from being written.

        :raise DocumentLockedError: one of the documents is locked
        :raise AccessError: the lock is another one's
        """
        follows = self.env.context.get("portal_document_follow") is _FOLLOW_CONTACT
        if not follows and any(map(self._is_protected_field, vals)):
            self._check_none(documents)
        if _LOCK_FIELDS & vals.keys():
            self._check_change(documents, {"locked_by_id": False, **vals})

    @api.model
    def _check_change(self, documents, vals):
        """Let users lock for themselves only, and unlock what they may.

        By ``env.user``, not ``env.su``: sudo does not make somebody else of a user.

        :raise AccessError: this user may not do that
        """
        user = self.env.user
        if vals.get("locked_by_id") not in (False, user.id):
            raise AccessError(
                self.env._("A document can only be locked in one's own name.")
            )
        # sudo: customer.portal.document - as in _check_none
        for document in documents.sudo().filtered("locked_by_id"):
            if not self._is_unlockable(document):
                raise AccessError(
                    self.env._(
                        "“%(name)s” was locked by %(user)s: only they or a manager can unlock it.",
                        name=document.name,
                        user=document.locked_by_id.name,
                    )
                )

    @api.model
    def _is_unlockable(self, document):
        """Tell whether the current user may unlock a document that is locked."""
        user = self.env.user
        manager = "customer_portal_docs.group_document_manager"
        # sudo: customer.portal.document - who holds the lock is no secret to who must ask
        return document.sudo().locked_by_id == user or user.has_group(manager)

    @api.model
    def _is_protected_field(self, name):
        return name == "message_main_attachment_id" or not (
            name in _UNPROTECTED_FIELDS
            or name in _LOCK_FIELDS
            or name.startswith(_UNPROTECTED_PREFIXES)
        )

    @api.model
    def _let_follow(self, documents):
        """Return documents that may be moved with their contact, locked ones as well."""
        return documents.with_context(portal_document_follow=_FOLLOW_CONTACT)
