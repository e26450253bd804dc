from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..exceptions import DocumentLockedError

#: What is not the document: its discussion, its activities, whose desk it lies on.
_UNPROTECTED_FIELDS = {"access_token", "portal_link_date", "user_id"}
_UNPROTECTED_PREFIXES = ("activity_", "message_", "my_activity_", "rating_", "website_")
_LOCK_FIELDS = {"locked_by_id", "locked_date"}

#: Context value of the one change that a lock lets through. An object, so that no client can
#: send it.
_FOLLOW_CONTACT = object()


class CustomerPortalDocument(models.Model):
    """What is locked stays as it is: for everyone, by whatever way."""

    _inherit = "customer.portal.document"

    locked_by_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="restrict",
        tracking=True,
        help="Until this user or a manager unlocks the document, nobody can change, replace, "
        "move, archive or delete it.",
    )
    locked_date = fields.Datetime(string="Locked On", copy=False, readonly=True)
    can_unlock = fields.Boolean(compute="_compute_can_unlock")

    @api.depends("locked_by_id")
    @api.depends_context("uid")
    def _compute_can_unlock(self):
        for document in self:
            document.can_unlock = bool(document.locked_by_id) and (
                document._is_unlockable_by(self.env.user)
            )

    def _is_unlockable_by(self, user):
        manager = "customer_portal_docs.group_document_manager"
        # sudo: customer.portal.document - who holds the lock is no secret to who must ask
        return self.sudo().locked_by_id == user or user.has_group(manager)

    def action_lock(self):
        """Keep everyone from changing the documents, until they are unlocked.

        :raise DocumentLockedError: somebody else has locked one of them
        """
        self._check_not_locked(except_by=self.env.user)
        self.filtered(lambda document: not document.locked_by_id).write(
            {"locked_by_id": self.env.uid, "locked_date": fields.Datetime.now()}
        )
        return True

    def action_unlock(self):
        """Let the documents be changed again.

        :raise AccessError: the current user neither locked them nor is a manager
        """
        self.filtered("locked_by_id").write(
            {"locked_by_id": False, "locked_date": False}
        )
        return True

    # -- the guard

    def _check_not_locked(self, except_by=None):
        """Refuse to go on if one of these documents is locked.

        :param except_by: a user whose own locks do not count
        :raise DocumentLockedError: says who locked it
        """
        # sudo: customer.portal.document - a lock holds for those as well who cannot see it
        for document in self.sudo():
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

    def _check_lock_change(self, vals):
        """Let users lock for themselves only, and unlock what they may.

        By ``env.user``, not ``env.su``: sudo does not make somebody else of a user.

        :raise AccessError: this user may not do that
        """
        user = self.env.user
        if vals.get("locked_by_id") not in (False, user.id):
            raise AccessError(
                self.env._("A document can only be locked in one's own name.")
            )
        # sudo: customer.portal.document - as in _check_not_locked
        for document in self.sudo().filtered("locked_by_id"):
            if not document._is_unlockable_by(user):
                raise AccessError(
                    self.env._(
                        "“%(name)s” was locked by %(user)s: only they or a manager can unlock it.",
                        name=document.name,
                        user=document.locked_by_id.name,
                    )
                )

    def _check_portal_attachment(self):
        # beside a message, a file is part of the document's page as well
        super()._check_portal_attachment()
        self._check_not_locked()

    def _message_set_main_attachment_id(self, *args, **kwargs):
        # the file that the preview shows is part of what is locked
        unlocked = self.filtered(lambda document: not document.locked_by_id)
        return super(CustomerPortalDocument, unlocked)._message_set_main_attachment_id(
            *args, **kwargs
        )

    @api.model
    def _is_protected_field(self, name):
        return name == "message_main_attachment_id" or not (
            name in _UNPROTECTED_FIELDS
            or name in _LOCK_FIELDS
            or name.startswith(_UNPROTECTED_PREFIXES)
        )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("locked_by_id"):
                self.browse()._check_lock_change(vals)
        return super().create(vals_list)

    def write(self, vals):
        follows = self.env.context.get("portal_document_follow") is _FOLLOW_CONTACT
        if not follows and any(map(self._is_protected_field, vals)):
            self._check_not_locked()
        if _LOCK_FIELDS & vals.keys():
            self._check_lock_change({"locked_by_id": False, **vals})
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self._check_not_locked()

    def _follow_contact(self, company):
        """Move documents with their contact to another company, locked ones as well.

        Their contact would lose sight of them otherwise.
        """
        self.with_context(portal_document_follow=_FOLLOW_CONTACT).write(
            {"commercial_partner_id": company.id, "visibility": "contact"}
        )
