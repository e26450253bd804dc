"""Who runs the portal, and whom they must not reach."""

from odoo.fields import Command

from ..common import SharesMixin


class OfficeMixin(SharesMixin):
    @classmethod
    def _set_up_office(cls):
        cls._set_up_shares()
        cls.runner = cls.portal_manager
        cls.admin = cls.env.ref("base.user_admin")
        cls.admin.partner_id.email = "admin@harbour.example.com"
        cls.former = cls._create_staff("test_former", "base.group_system")
        cls.former.active = False
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.abroad = cls._create_customer("test_abroad", cls.northwind)
        cls.abroad.write(
            {
                "company_ids": [Command.set(cls.elsewhere.ids)],
                "company_id": cls.elsewhere.id,
            }
        )
        cls.both = cls._create_customer("test_both", cls.northwind)
        cls.both.company_ids = [Command.link(cls.elsewhere.id)]
        # a contact of staff with a second account, that of a customer
        cls.double = (
            cls.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "login": "test_double",
                    "partner_id": cls.former.partner_id.id,
                    "group_ids": [Command.set(cls.env.ref("base.group_portal").ids)],
                }
            )
        )
        cls.template = cls.env.ref("base.template_portal_user_id")
        cls.out_of_reach = {
            "administrator": cls.admin,
            "root": cls.env.ref("base.user_root"),
            "staff": cls.staff,
            "former staff": cls.former,
            "second account of former staff": cls.double,
            "another company": cls.abroad,
            "of another company too": cls.both,
            "template": cls.template,
            "visitor": cls.env.ref("base.public_user"),
            "the manager": cls.runner,
        }

    @classmethod
    def _as_runner(cls, records):
        return records.with_user(cls.runner).with_context(active_test=False)

    def _wizard(self, user=None, **vals):
        Wizard = self.env["customer.portal.user.wizard"].with_user(user or self.runner)
        return Wizard.create(vals)

    def _find_user(self, login):
        Users = self.env["res.users"].with_context(active_test=False)
        return Users.search([("login", "=", login)])

    def _mails_to(self, email):
        return self.env["mail.mail"].search(
            [
                "|",
                ("email_to", "ilike", email),
                ("recipient_ids.email_normalized", "=", email),
            ]
        )

    def _create_report(self):
        return (
            self.env["customer.portal.report"]
            .with_user(self.sharer)
            .create(
                {
                    "name": "Sales",
                    "model_id": self.env["ir.model"]._get("res.partner").id,
                    "column_ids": [Command.create({"path": "name"})],
                }
            )
        )
