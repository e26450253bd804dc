from werkzeug.exceptions import HTTPException, MethodNotAllowed

from odoo import models
from odoo.http import request

#: Nothing of a share is kept or told: not by caches, search engines, nor links to elsewhere.
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
PAGE_POLICY = "frame-ancestors 'self'; form-action 'self'; object-src 'none'"


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _auth_method_public(cls):
        # core asks the database whether the public user, whom nobody can delete, is still there:
        # twice for each page, once of it to find the visitor's language
        if request.env.uid is not None or not cls._is_below_share():
            return super()._auth_method_public()
        # the last one: that of the website, where there is one
        return request.update_env(user=cls._get_public_users()[-1])

    # -- whatever is answered below the address of a share: its address is the key to it

    @classmethod
    def _is_below_share(cls):
        return request.httprequest.path.startswith("/share/")

    @classmethod
    def _match(cls, path_info):
        try:
            return super()._match(path_info)
        except MethodNotAllowed as error:
            # which no other method of this model gets to see
            if cls._is_below_share():
                error.response = error.get_response(request.httprequest.environ)
                cls._keep_share_secret(error.response)
            raise

    @classmethod
    def _post_dispatch(cls, response):
        result = super()._post_dispatch(response)
        if cls._is_below_share():
            cls._keep_share_secret(response)
        return result

    @classmethod
    def _handle_error(cls, exception):
        response = super()._handle_error(exception)
        if cls._is_below_share():
            if isinstance(response, HTTPException):
                response = response.get_response(request.httprequest.environ)
            cls._keep_share_secret(response)
        return response

    @classmethod
    def _keep_share_secret(cls, response):
        for name, value in HEADERS.items():
            if name != "Cache-Control" or "ETag" not in response.headers:
                response.headers[name] = value
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
