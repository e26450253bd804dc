from odoo.addons.portal.controllers.mail import MailController


class SafeMailController(MailController):
    @classmethod
    def _redirect_to_record(cls, model, res_id, access_token=None, **kwargs):
        # core compares keys with consteq, which takes ASCII only
        if not isinstance(access_token, str) or not access_token.isascii():
            access_token = None
        return super()._redirect_to_record(model, res_id, access_token, **kwargs)
