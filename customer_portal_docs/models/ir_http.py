import json
from functools import cache

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, HTTPException, MethodNotAllowed, NotFound

from odoo import models
from odoo.exceptions import UserError
from odoo.http import (
    SAFE_HTTP_METHODS,
    SessionExpiredException,
    request,
    serialize_exception,
)

from ..controllers.responses import (
    abort,
    get_way_back,
    is_portal_page,
    make_json_refusal,
    protect_page,
    wants_json,
)
from ..exceptions import LoginRequired, PortalRefusal, Throttled
from ..tools.incoming import forget_files, get_wrapped, receive_files
from ..tools.pacing import BodyTimeout, get_pace, get_request_seconds, pace_body
from ..tools.pasted import KEY_PARAMETERS, cut_key, cut_path
from ..tools.texts import is_storable
from ..tools.transactions import anew

#: Where uploads are, and what is done with one.
TUS_PATH = "/my/documents/tus"
TUS_METHODS = {"DELETE", "HEAD", "PATCH"}
#: Discussions, projects and tasks: core's routes, which pages of ours have in them or link to.
_LINKED_ROUTES = (
    "/mail/chatter_fetch",
    "/my/projects",
    "/my/tasks",
    "/portal/chatter_init",
)
#: A key that no record has.
WRONG_KEY = "-"
#: What a form may hold beside its files, in bytes.
FORM_BYTES = 1024**2


@cache
def _is_method_of_suite(controller, name):
    return any(
        name in vars(base)
        for base in controller.__mro__
        if base.__module__.startswith("odoo.addons.customer_portal_")
    )


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    # -- which route

    @classmethod
    def _match(cls, path_info):
        cls._override_method(path_info)
        # some routes read JSON to say whether they write, before anything else is asked
        request.get_json_data = cls._get_storable_json_data
        try:
            rule, args = super()._match(path_info)
        except MethodNotAllowed as error:
            # core answers this one itself, with a page
            if wants_json():
                error.error_response = make_json_refusal(error)
            raise
        # before the login, which core asks for itself
        request.is_of_portal_suite = cls._is_of_suite(rule.endpoint)
        return rule, args

    @classmethod
    def _override_method(cls, path_info):
        """Take the method that a client of tus says, where it can send but GET and POST.

        https://tus.io/protocols/resumable-upload#x-http-method-override
        """
        wrapped = get_wrapped(request.httprequest)
        method = wrapped.headers.get("X-HTTP-Method-Override", "").upper()
        if (
            wrapped.method == "POST"
            and method in TUS_METHODS
            and path_info.startswith(f"{TUS_PATH}/")
            and "Tus-Resumable" in wrapped.headers
        ):
            wrapped.method = method
            for environ in (wrapped.environ, request.httprequest.environ):
                environ["REQUEST_METHOD"] = method

    @classmethod
    def _serve_fallback(cls):
        # core looks the path up in the database, which cannot hold these characters
        if not is_storable(request.httprequest.path):
            return None
        return cls._drop_pasted_end() or super()._serve_fallback()

    @classmethod
    def _drop_pasted_end(cls):
        """Lead who has pasted more than the address of a page to it, see :meth:`_drop_pasted`."""
        sent = request.httprequest
        path = cut_path(sent.path)
        if sent.method not in SAFE_HTTP_METHODS or not path:
            return None
        try:
            cls._match(path)
        except HTTPException as error:
            # else core leads on from there, to the address in one's language
            if isinstance(error, (NotFound, MethodNotAllowed)):
                return None
        return request.redirect_query(path, sent.args.to_dict(flat=False))

    @classmethod
    def _is_of_suite(cls, endpoint):
        """Tell whether a route is one of the suite's, or of others and extended by it."""
        method = endpoint.func
        return _is_method_of_suite(type(method.__self__), method.__name__)

    # -- what was sent

    @classmethod
    def _pre_dispatch(cls, rule, args):
        result = super()._pre_dispatch(rule, args)
        routing = rule.endpoint.routing
        user = request.env.user  # none at all where nobody has to log in
        if request.is_of_portal_suite or not (user and user._is_internal()):
            cls._pace_body()
        if request.is_of_portal_suite:
            cls._drop_pasted(args)
        if request.is_of_portal_suite or (
            user
            and user._is_portal()
            and rule.rule.startswith(cls._get_linked_routes())
        ):
            cls._show_all_companies()
        if routing.get("portal_upload"):
            cls._receive_portal_upload(rule.endpoint, args)
        if request.dispatcher.routing_type == "http":
            cls._check_csrf_is_text(routing)
        return result

    @classmethod
    def _drop_pasted(cls, args):
        """Lead who has pasted more than a link to the link itself: a full stop, a bracket, a line."""
        sent = request.httprequest
        if sent.method not in SAFE_HTTP_METHODS:
            return
        address = cut_key(sent.path, args, sent.args)
        if address:
            abort(request.redirect_query(*address))

    @classmethod
    def _show_all_companies(cls):
        """Have pages show what is of any company of ours that the user has access to.

        `website` narrows them to its own company: a customer of two would be told of documents,
        by mail and on the home, that no page shows. The active company stays the first.
        """
        active_ids = request.env.context.get("allowed_company_ids")
        user = request.env.user
        if not active_ids or not getattr(request, "is_frontend", False):
            return
        if user and not user._is_public():
            all_ids = dict.fromkeys([*active_ids, *user._get_company_ids()])
            request.update_context(allowed_company_ids=list(all_ids))

    @classmethod
    def _get_linked_routes(cls):
        """Return how the routes of others begin that show what our pages link to: a tuple of paths."""
        return _LINKED_ROUTES

    @classmethod
    def _pace_body(cls):
        """Let nobody keep a worker waiting for a body that comes a byte at a time."""
        environ = get_wrapped(request.httprequest).environ
        pace = pace_body(environ, get_request_seconds())
        # a resumable upload takes its place before it begins
        if pace and request.httprequest.method != "PATCH":
            pace.on_slow = cls._take_place_of_slow_body

    @classmethod
    def _take_place_of_slow_body(cls):
        """Let the slow be as many at once as those who upload, and leave a worker to others.

        :raise Throttled: there are too many
        """
        user = request.env.user
        is_known = user and not user._is_public()
        key = user.id if is_known else request.httprequest.remote_addr
        Upload = request.env["customer.portal.upload"]
        if not (Upload._take_place_of_user(key) and Upload._take_place_of_host()):
            message = request.env._(
                "The server is busy right now. Please try again in a moment."
            )
            raise Throttled(message, code="too_many_requests", retry_after=2)

    @classmethod
    def _leave_body(cls):
        pace = get_pace(get_wrapped(request.httprequest).environ)
        if pace:
            pace.leave()

    @classmethod
    def _check_csrf_is_text(cls, routing):
        """Core takes the token for a text that holds nothing but ASCII."""
        is_core = routing.get("csrf", True)
        if request.httprequest.method in SAFE_HTTP_METHODS or not (
            is_core or request.is_of_portal_suite
        ):
            return
        token = request.get_http_params().get("csrf_token", "")
        # routes that check it themselves say so in words
        if not isinstance(token, str) or (is_core and not token.isascii()):
            raise BadRequest()

    @classmethod
    def _read_paced_text(cls):
        """Return the request's body as text; core reads some calls before it asks who calls."""
        user = request.env.user
        if not (user and user._is_internal()):
            cls._pace_body()
        try:
            return request.httprequest.get_data(as_text=True)
        except Throttled as refused:
            cls._leave_body()
            response = request.make_json_response(
                refused.get_json(), status=refused.http_status
            )
            abort(response, refused.retry_after)
        except BodyTimeout:
            cls._leave_body()
            raise

    @classmethod
    def _get_storable_json_data(cls):
        """Return the request's body; one that is no JSON, or holds no texts, is refused."""
        try:
            data = json.loads(cls._read_paced_text())
        except (ValueError, RecursionError):
            message = request.env._("The request is not valid JSON.")
            abort(make_json_refusal(BadRequest(message), "bad_json", message))
        is_rpc = request.dispatcher.routing_type == "jsonrpc"
        if is_rpc and not (
            isinstance(data, dict) and isinstance(data.get("params", {}), dict)
        ):
            message = request.env._("The request is not valid JSON-RPC.")
            abort(make_json_refusal(BadRequest(message), "bad_json", message))
        if not is_storable(data):
            cls._refuse_json_texts(data)
        return data

    @classmethod
    def _refuse_json_texts(cls, data):
        message = request.env._("The text contains characters that cannot be stored.")
        if request.dispatcher.routing_type != "jsonrpc":
            abort(make_json_refusal(BadRequest(message), "bad_text", message))
        number = data.get("id")
        error = {"code": 400, "message": message}
        answer = {
            "jsonrpc": "2.0",
            "id": number if is_storable(number) else None,
            "error": {**error, "data": serialize_exception(UserError(message))},
            "message": message,
        }
        abort(request.make_json_response(answer, status=400))

    @classmethod
    def _dispatch(cls, endpoint):
        if request.dispatcher.routing_type == "http":
            if cls._is_of_suite(endpoint):
                cls._drop_files_from_params(endpoint)
            elif not is_storable(request.params):
                # our own routes clean or refuse each text as it fits
                raise BadRequest()
            cls._replace_impossible_keys()
        Once = request.env["customer.portal.once"]
        return Once._dispatch_once(endpoint, super()._dispatch)

    @classmethod
    def _replace_impossible_keys(cls):
        # core compares keys with consteq, which takes ASCII only: these open nothing, and are
        # answered as any other wrong key
        for name in KEY_PARAMETERS & request.params.keys():
            value = request.params[name]
            if isinstance(value, str) and not value.isascii():
                request.params[name] = WRONG_KEY

    @classmethod
    def _drop_files_from_params(cls, endpoint):
        # core makes parameters of files as well; our routes read texts there, and files from
        # the request itself
        kept = endpoint.routing.get("portal_upload_field")
        request.params = {
            key: value
            for key, value in request.params.items()
            if key == kept or not isinstance(value, FileStorage)
        }

    # -- files

    @classmethod
    def _receive_portal_upload(cls, endpoint, args):
        """Have the files of a form arrive as :class:`IncomingFile`.

        A route declares so, and with `portal_upload="_get_upload_max_bytes"` which method of its
        controller says how much is kept of each file, in bytes: called with what the path of the
        address holds, it returns 0 for no limit, and None where no files are welcome. The route
        itself is asked again.
        """
        if request.httprequest.mimetype != "multipart/form-data":
            return  # nothing else brings files
        # sudo: ir.attachment - where files go
        directory = request.env["ir.attachment"].sudo()._get_incoming_directory()
        routing, controller = endpoint.routing, endpoint.func.__self__
        max_bytes = getattr(controller, routing["portal_upload"])(**args)
        is_welcome = max_bytes is not None
        # else a file is read to its end and nowhere kept
        receive_files(request.httprequest, directory, max_bytes if is_welcome else 1)
        # `portal_upload_files=10`: a form may be as big as ten of the largest files
        most = routing.get("portal_upload_files")
        if most and max_bytes != 0:
            # sudo: res.company - the settings of the company
            default_sudo = request.env.company.sudo()
            limit = max_bytes or default_sudo._get_portal_document_max_bytes()
            request.httprequest.max_content_length = most * limit + FORM_BYTES

    # -- what goes out

    @classmethod
    def _post_dispatch(cls, response):
        result = super()._post_dispatch(response)
        protect_page(response)
        return result

    @classmethod
    def _handle_error(cls, exception):
        forget_files(request.httprequest)
        cls._leave_body()
        if request.dispatcher.routing_type != "http":
            return super()._handle_error(exception)
        if not isinstance(exception, PortalRefusal):
            return cls._handle_foreign_error(exception)
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
    def _handle_foreign_error(cls, exception):
        """Answer what others than the portal refuse: as JSON too, for who asks for it."""
        if not wants_json():
            # pylint: disable=super-method-mismatch
            response = super()._handle_error(exception)
            if is_portal_page():
                if isinstance(exception, SessionExpiredException):
                    login = request.redirect_query(
                        "/web/login", {"redirect": get_way_back()}
                    )
                    response.location = login.location
                if isinstance(response, HTTPException):
                    response = response.get_response(request.httprequest.environ)
                protect_page(response)
            return response
        response = request.dispatcher.handle_error(exception)
        if not isinstance(response, HTTPException):
            return response
        # its words are in the language of a user, who may have to be read
        request.env.cr.rollback()
        return response.response or make_json_refusal(response)

    @classmethod
    def _get_error_html(cls, env, code, values):
        cls._fetch_page_frame(env)
        return super()._get_error_html(env, code, values)

    @classmethod
    def _fetch_page_frame(cls, env):
        """Read what the frame of a page shows, and not the two hundred columns beside it."""
        # sudo: res.users, res.partner - who asks
        user_sudo = env.user.sudo()
        user_sudo.fetch(["company_id", "partner_id"])
        if not user_sudo._is_public():
            user_sudo.partner_id.fetch(["name"])
        # sudo: res.company - whose page it is
        env.company.sudo().fetch(["name"])

    @classmethod
    def _leave_traces(cls, refusal):
        if traces := refusal.take_traces():
            with anew(request.env) as env:
                for trace in traces:
                    trace(env)

    @classmethod
    def _render_refusal(cls, refusal):
        """Return the answer of a refusal: JSON, or a page; None for core's page of the status."""
        status = refusal.http_status
        if isinstance(refusal, LoginRequired):
            refusal.message = refusal.message or request.env._("Please log in.")
        if wants_json():
            return request.make_json_response(refusal.get_json(), status=status)
        if refusal.page:
            response = refusal.page(refusal)
            # (a response that is no template has nothing to flatten)
            getattr(response, "flatten", bool)()
            return response
        if isinstance(refusal, LoginRequired):
            path = refusal.path or get_way_back()
            return request.redirect_query("/web/login", {"redirect": path})
        if status == 404 and cls._came_by_personal_link():
            response = request.render(
                "customer_portal_docs.portal_link_refused", {}, status=status
            )
            response.flatten()
            return response
        if status >= 500 and request.is_frontend:  # of these core has no page
            _code, values = cls._get_exception_code_values(refusal)
            response = request.render("http_routing.4xx", values, status=status)
            response.flatten()
            return response
        return None

    @classmethod
    def _came_by_personal_link(cls):
        """Tell whether somebody without a login has opened a link of a mail."""
        return bool(
            getattr(request, "is_frontend", False)  # what the page's frame needs
            and request.httprequest.method in SAFE_HTTP_METHODS
            and request.params.get("access_token")
            and request.env.user
            and request.env.user._is_public()
        )

    @classmethod
    def _complete_refusal(cls, refusal, response):
        """Give an answer what every refusal has, and return it."""
        if refusal.retry_after:
            response.headers["Retry-After"] = str(refusal.retry_after)
        for name, value in refusal.headers.items():
            response.headers[name] = value
        if "no-store" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = "no-store"
        return response
