class ShareRefused(Exception):
    """A visitor who may not do what was asked, with the answer to give.

    :param int status: HTTP status
    :param str code: for programs
    :param str message: for people
    :param int retry_after: seconds to wait before trying again, 0 for no such thing
    :param share: the share, sudoed, if the visitor may know of it
    """

    def __init__(self, status, code, message="", retry_after=0, share=None):
        super().__init__(code)
        self.share = share
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after
