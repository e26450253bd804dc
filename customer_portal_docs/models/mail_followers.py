from odoo import models


class MailFollowers(models.Model):
    _inherit = "mail.followers"

    def _insert_followers(
        self, res_model, res_ids, partner_ids, subtypes=None, **kwargs
    ):
        """Have nobody follow a record of ours who may not see it, whoever asks for it.

        A binder passes its followers on, a mail those it is addressed to, Odoo's routes whom a
        client names.
        """
        model = self.env.get(res_model)
        audience_mixin = self.env.registry["customer.portal.audience.mixin"]
        if not res_ids or not isinstance(model, audience_mixin):
            return super()._insert_followers(
                res_model, res_ids, partner_ids, subtypes=subtypes, **kwargs
            )
        partners = self.env["res.partner"].browse(partner_ids)
        records = model.browse(res_ids)
        by_followers = records.grouped(
            lambda record: tuple(record._filter_audience(partners).ids)
        )
        for follower_ids, followed in by_followers.items():
            super()._insert_followers(
                res_model, followed.ids, list(follower_ids), subtypes=subtypes, **kwargs
            )
