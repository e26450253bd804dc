from functools import cache

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, HTTPException

from odoo import models
from odoo.http import request

from ..controllers.responses import wants_json
from ..exceptions import LoginRequired, PortalRefusal
from ..tools.incoming import forget_files, receive_files
from ..tools.transactions import own_transaction


@cache
def _is_method_of_suite(controller, name):
    return any(
        name in vars(base)
        for base in controller.__mro__
        if base.__module__.startswith("odoo.addons.customer_portal_")
    )


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _serve_fallback(cls):
        # core looks the path up in the database, which cannot hold this character
        return None if "\0" in request.httprequest.path else super()._serve_fallback()

    @classmethod
    def _pre_dispatch(cls, rule, args):
        result = super()._pre_dispatch(rule, args)
        # a route declared with `portal_upload=True` gets its files as IncomingFile
        if rule.endpoint.routing.get("portal_upload"):
            cls._receive_portal_upload(rule, args)
        if request.dispatcher.routing_type == "http" and cls._is_of_suite(
            rule.endpoint
        ):
            # core takes the token for a text
            if "csrf_token" in request.httprequest.files:
                raise BadRequest()
        return result

    @classmethod
    def _dispatch(cls, endpoint):
        # core makes parameters of files as well; our routes read texts there, and files from
        # the request itself
        if request.dispatcher.routing_type == "http" and cls._is_of_suite(endpoint):
            request.params = {
                key: value
                for key, value in request.params.items()
                if not isinstance(value, FileStorage)
            }
        return super()._dispatch(endpoint)

    @classmethod
    def _is_of_suite(cls, endpoint):
        """Tell whether a route is one of the suite's, or of others and extended by it."""
        method = endpoint.func
        return _is_method_of_suite(type(method.__self__), method.__name__)

    @classmethod
    def _receive_portal_upload(cls, rule, args):
        if request.httprequest.mimetype != "multipart/form-data":
            return  # nothing else brings files
        # sudo: ir.attachment - where files go
        directory = request.env["ir.attachment"].sudo()._get_incoming_directory()
        # sudo: res.company - the settings of the company
        default_sudo = request.env.company.sudo()
        company_sudo = cls._get_portal_upload_company_sudo(rule, args)
        (company_sudo or default_sudo)._fetch_portal_settings()
        max_bytes = 1  # the file is read to its end and nowhere kept
        if company_sudo:
            max_bytes = company_sudo._get_portal_document_max_bytes()
        receive_files(request.httprequest, directory, max_bytes)
        # `portal_upload_files=10`: a form may be as big as ten of the largest files
        if most := rule.endpoint.routing.get("portal_upload_files"):
            limit = (company_sudo or default_sudo)._get_portal_document_max_bytes()
            request.httprequest.max_content_length = most * limit + 1024**2

    @classmethod
    def _get_portal_upload_company_sudo(cls, rule, args):
        """Return the company by whose settings a route keeps the files of this request, sudoed.

        Empty where they are not welcome; the route itself is asked again. A visitor's are not.

        :param rule: :class:`werkzeug.routing.Rule` of the route
        :param dict args: what the path of the address holds
        """
        # sudo: res.company - the settings of the company
        company_sudo = request.env.company.sudo()
        return company_sudo.browse() if request.env.user._is_public() else company_sudo

    @classmethod
    def _handle_error(cls, exception):
        forget_files(request.httprequest)
        is_page = request.dispatcher.routing_type == "http"
        if not (is_page and isinstance(exception, PortalRefusal)):
            return super()._handle_error(exception)
        # nothing stays of what the request wrote, but for what the refusal leaves behind
        request.env.cr.rollback()
        cls._leave_traces(exception)
        response = cls._render_refusal(exception)
        if response is None:
            # core's own page of the status
            response = super()._handle_error(exception)
            if not isinstance(response, HTTPException):
                return cls._complete_refusal(exception, response)
            response = response.get_response(request.httprequest.environ)
            response.status_code = exception.http_status
        cls._post_dispatch(response)
        return cls._complete_refusal(exception, response)

    @classmethod
    def _leave_traces(cls, refusal):
        if traces := refusal.take_traces():
            with own_transaction(request.env) as env:
                for trace in traces:
                    trace(env)

    @classmethod
    def _render_refusal(cls, refusal):
        """Return the answer of a refusal: JSON, or a page; None for core's page of the status."""
        status = refusal.http_status
        if wants_json():
            return request.make_json_response(refusal.get_json(), status=status)
        if refusal.page:
            response = refusal.page(refusal)
            # (a response that is no template has nothing to flatten)
            getattr(response, "flatten", bool)()
            return response
        if isinstance(refusal, LoginRequired):
            path = refusal.path or request.httprequest.full_path.rstrip("?")
            return request.redirect_query("/web/login", {"redirect": path})
        if status >= 500 and request.is_frontend:  # of these core has no page
            _code, values = cls._get_exception_code_values(refusal)
            response = request.render("http_routing.4xx", values, status=status)
            response.flatten()
            return response
        return None

    @classmethod
    def _complete_refusal(cls, refusal, response):
        """Give an answer what every refusal has, and return it."""
        if refusal.retry_after:
            response.headers["Retry-After"] = str(refusal.retry_after)
        for name, value in refusal.headers.items():
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-store")
        return response
