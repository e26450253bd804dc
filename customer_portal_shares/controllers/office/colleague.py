from odoo.http import request, route

from odoo.addons.customer_portal_docs.controllers.responses import (
    MAX_ID,
    is_reading,
    render_page,
    wants_json,
)
from odoo.addons.customer_portal_docs.exceptions import NotFound
from odoo.addons.customer_portal_docs.tools.filenames import clean_line
from odoo.addons.customer_portal_docs.tools.portal_lists import get_pages, get_url_args
from odoo.addons.customer_portal_docs.tools.refusals import shown_by
from odoo.addons.portal.controllers.portal import CustomerPortal

_URL = "/my/colleagues"
#: rows on a page
PAGE_SIZE = 40


class MyColleagues(CustomerPortal):
    """The colleagues of those whom staff trust with them; 404 for everybody else."""

    @route(
        [_URL, f"{_URL}/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=is_reading,
    )
    def portal_my_colleagues(self, page=1, **params):
        search = params.get("search")
        search = clean_line(search)[:200] if isinstance(search, str) else ""
        return _render_colleagues(self, page, search=search, done=params.get("done"))

    @route(
        f"{_URL}/invite",
        type="http",
        auth="user",
        methods=["POST"],
        portal_once=True,
        website=True,
    )
    def portal_my_colleague_invite(self, **params):
        typed = {
            name: params.get(name) if isinstance(params.get(name), str) else ""
            for name in ("name", "email")
        }

        def page(refused):
            # rolled back: whom the user manages is asked anew
            return _render_colleagues(
                self,
                status=refused.http_status,
                error=refused.message,
                errors=refused.errors,
                typed=typed,
            )

        Colleague = request.env["customer.portal.colleague"]
        Colleague._find_company_sudo()
        with shown_by(page):
            user_sudo = Colleague._invite(**typed)
        return _answer_colleague(user_sudo, "invite", 201)

    @route(
        f"{_URL}/<int:user_id>/<string:act>",
        type="http",
        auth="user",
        methods=["POST"],
        portal_once=True,
        website=True,
    )
    def portal_my_colleague_change(self, user_id, act, **params):
        Colleague = request.env["customer.portal.colleague"]
        acts = {
            "deactivate": Colleague._deactivate,
            "invite": Colleague._invite_again,
        }
        if act not in acts or not 0 < user_id <= MAX_ID:
            raise NotFound(
                request.env._("This page does not exist, or you may not see it.")
            )
        user_sudo = Colleague._find_user_sudo(user_id)
        with shown_by(
            lambda refused: _render_colleagues(
                self, status=refused.http_status, error=refused.message
            )
        ):
            acts[act](user_sudo)
        return _answer_colleague(user_sudo, act)


def _render_colleagues(portal, page=1, status=200, search="", **more):
    Colleague = request.env["customer.portal.colleague"]
    company_sudo = Colleague._find_company_sudo()
    total = Colleague._count(company_sudo, search)
    pages, offset = get_pages(
        request.env,
        total,
        page,
        PAGE_SIZE,
        url=_URL,
        url_args=get_url_args(search=search),
    )
    colleagues_sudo = Colleague._search_sudo(
        company_sudo, search, limit=PAGE_SIZE, offset=offset
    )
    if wants_json():
        rows = [Colleague._get_json(user_sudo) for user_sudo in colleagues_sudo]
        return request.make_json_response({"colleagues": rows, "total": total})
    values = {
        "page_name": "portal_colleague",
        "colleagues": colleagues_sudo,
        "may_change": Colleague._may_change,
        "company": company_sudo,
        "search": search,
        "is_long": bool(search) or total > PAGE_SIZE,
        "pager": pages,
        "default_url": _URL,
        **more,
    }
    template = "customer_portal_shares.portal_my_colleagues"
    return render_page(portal, template, values, status)


def _answer_colleague(user_sudo, done, status=200):
    if wants_json():
        answer = request.env["customer.portal.colleague"]._get_json(user_sudo)
        return request.make_json_response(answer, status=status)
    return request.redirect(f"{_URL}?done={done}", 303)
