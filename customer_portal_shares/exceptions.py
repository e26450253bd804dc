from odoo.addons.customer_portal_docs.exceptions import PortalRefusal


class ShareRefused(PortalRefusal):
    """A refusal by its status; the kinds of the ground floor say the same in one word.

    :param share: the share, sudoed, if the visitor may know of it
    """

    def __init__(self, status, code, message="", retry_after=0, share=None):
        super().__init__(message, code=code, retry_after=retry_after)
        self.http_status = self.status = status
        self.share = share
