from odoo import models

from .mail_mail import SENDER_HEADER


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    def _build_email__(self, email_from, *args, **kwargs):  # noqa: PLW3201
        if sender := (kwargs.get("headers") or {}).get(SENDER_HEADER):
            others = {**kwargs["headers"]}
            del others[SENDER_HEADER]
            email_from, kwargs = sender, {**kwargs, "headers": others}
        return super()._build_email__(email_from, *args, **kwargs)
