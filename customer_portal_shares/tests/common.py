"""Personas of the documents addon, and shares of their documents."""

from odoo.fields import Command
from odoo.tests import TransactionCase

from odoo.addons.customer_portal_docs.tests.common import PersonasMixin, PortalHttpCase

PASSWORD = "correct horse"


class SharesMixin(PersonasMixin):
    """Two folders, some documents, and who shares them."""

    @classmethod
    def _set_up_shares(cls):
        cls._set_up_personas()
        cls.company.write(
            {
                "portal_share_password_required": False,
                "portal_share_expiration_required": False,
                "portal_share_expiration_max_days": 0,
                "portal_share_web_links": True,
                "portal_share_uploads": True,
            }
        )
        # hashing is slow on purpose; tests need not be
        parameters = cls.env["ir.config_parameter"].sudo()
        parameters.set_param("password.hashing.rounds", "1")
        cls.portal_manager = cls._create_staff(
            "test_portal_manager", "customer_portal_shares.group_portal_manager"
        )
        cls.sharer = cls.document_user
        cls.document = cls._create_document(cls.owner)
        cls.other_document = cls._create_document(cls.stranger, name="Other")
        Folder = cls.env["customer.portal.folder"]
        cls.folder = Folder.create({"name": "Plans"})
        cls.subfolder = Folder.create({"name": "Old", "parent_id": cls.folder.id})
        cls.folder_document = cls._create_document(
            name="Plan", filename="plan.pdf", folder_id=cls.folder.id
        )
        cls.deep_document = cls._create_document(
            name="Old plan", filename="old.pdf", folder_id=cls.subfolder.id
        )

    @classmethod
    def _create_share(cls, *records, user=None, **vals):
        """Return a share of records, made by ``user`` (the sharer) and in nobody's rights."""
        return (
            cls.env["customer.portal.share"]
            .with_user(user or cls.sharer)
            .create(
                {
                    "name": "Offer",
                    "item_ids": [
                        Command.create({"res_model": record._name, "res_id": record.id})
                        for record in records
                    ],
                    **vals,
                }
            )
        )

    @classmethod
    def _create_secured_share(cls, *records, users=(), **vals):
        recipients = [user.id for user in users or [cls.owner]]
        return cls._create_share(
            *records, access="secured", user_ids=[Command.set(recipients)], **vals
        )


class ShareCase(SharesMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shares()


class ShareHttpCase(SharesMixin, PortalHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shares()

    def path(self, share, rest=""):
        """Return the path of a share's link, or below it."""
        return f"/share/{share.sudo().token}{rest}"

    def unlock(self, share, password=PASSWORD):
        return self.post(self.path(share), {"password": password})

    def content(self, share, document, query=""):
        return self.get(self.path(share, f"/document/{document.id}{query}"))
