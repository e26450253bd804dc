from odoo import api, models
from odoo.tools.mail import email_split_tuples, formataddr

from ..tools.emails import encode_email
from .mail_mail import SENDER_HEADER


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    def _build_email__(self, email_from, email_to, *args, **kwargs):  # noqa: PLW3201
        if sender := (kwargs.get("headers") or {}).get(SENDER_HEADER):
            others = {**kwargs["headers"]}
            del others[SENDER_HEADER]
            email_from, kwargs = sender, {**kwargs, "headers": others}
        if kwargs.get("email_cc"):
            kwargs = {**kwargs, "email_cc": _encode_hosts(kwargs["email_cc"])}
        return super()._build_email__(
            email_from, _encode_hosts(email_to), *args, **kwargs
        )

    # core lets any client name a server here, which ours then connects to, and tells what it says
    @api.private
    def send_email(self, message, *args, **kwargs):
        return super().send_email(message, *args, **kwargs)

    @api.model
    def _prepare_smtp_to_list(self, message, smtp_session):
        # core writes hosts as servers do, and then looks for them as people do: a mail to
        # bücher.example went to nobody
        validated = self.env.context.get("send_validated_to")
        if validated:
            encoded = [encode_email(email) for email in validated]
            self = self.with_context(send_validated_to=[*validated, *encoded])
        return super()._prepare_smtp_to_list(message, smtp_session)


def _encode_hosts(recipients):
    """Return the recipients of a mail with the names of their hosts as servers write them."""
    if isinstance(recipients, str):
        return recipients if recipients.isascii() else _encode_hosts([recipients])
    return [
        text
        if text.isascii()
        else ", ".join(
            formataddr((name, encode_email(email)))
            for name, email in email_split_tuples(text)
        )
        or text
        for text in recipients or []
    ]
