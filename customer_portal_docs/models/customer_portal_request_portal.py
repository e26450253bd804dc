from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..exceptions import Gone, InvalidInput
from ..tools.audience import get_audience_keys
from ..tools.filenames import clean_text
from ..tools.typed import check_length
from .mail_render_mixin import is_for_reader

#: What customers write beside an upload, at most, in characters.
MAX_WORDS_LENGTH = 2_000


class CustomerPortalRequest(models.Model):
    """Who may see a request, by which link, and what the portal shows of it."""

    _inherit = "customer.portal.request"

    # -- who it is for

    def _is_for(self, partner):
        return self.state != "draft" and self.audience_key in get_audience_keys(partner)

    def _revise_followers(self):
        self._remove_outsiders()
        # sudo: customer.portal.request - as the documents do
        open_sudo = self.sudo().filtered(lambda one: one.state == "open")
        for partner_sudo, together_sudo in open_sudo.grouped("partner_id").items():
            together_sudo.message_subscribe(partner_ids=partner_sudo.ids)

    # -- personal links

    def _revoke_links(self):
        """Let the links that were sent open the requests no more."""
        # sudo: customer.portal.request.link - hidden from all users
        self.sudo().link_ids._revoke_link()

    def action_revoke_link(self):
        """Let the link that was sent by e-mail open the request no more; the next mail has a new one."""
        self.check_access("write")
        self._revoke_links()
        for request in self:
            env = request._for_staff().env
            request._message_log(body=env._("The personal link was revoked."))
        return True

    def _has_login(self):
        # sudo: res.partner - whom it is for
        request_sudo = self.sudo()
        return request_sudo.partner_id._has_portal_login(request_sudo.company_id)

    def _get_link_sudo(self):
        """Return the personal link of the contact, made or renewed if there is none that opens."""
        self.ensure_one()
        # sudo: customer.portal.request.link - for the one who is asked
        links_sudo = self.sudo().with_context(active_test=False).link_ids[:1]
        if not links_sudo:
            return links_sudo.create({"request_id": self.id})
        if not links_sudo._filter_open() and self.sudo().state == "open":
            links_sudo._renew_link()
        links_sudo._note_portal_link_use()
        return links_sudo

    def _get_customer_url(self):
        """Return the address of its page for the contact, who may have no login."""
        self.ensure_one()
        url = f"{self.get_base_url()}{self.access_url}"
        if self._has_login() or is_for_reader(self.env):
            return url
        return f"{url}?access_token={self._get_link_sudo()._get_token()}"

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        # sudo: customer.portal.request - its state, of whom a mail goes out
        if not self or self.sudo().state != "open":
            return groups
        contact = self.sudo().partner_id  # sudo: res.partner - whose link it is
        button = {
            "active": True,
            "has_button_access": True,
            "button_access": {"url": self._get_customer_url()},
        }
        own = ("portal_contact", lambda data: data["id"] == contact.id, button)
        for name, _is_in_group, options in groups:
            if name in ("portal", "portal_customer"):
                options["active"] = options["has_button_access"] = True
                url = f"{self.get_base_url()}{self.access_url}"
                options["button_access"] = {"url": url}
        return [own, *groups]

    def _get_model_description(self, model_name):
        if model_name == self._name:
            return self.env._("Document Request")
        return super()._get_model_description(model_name)

    # -- in the portal

    @api.model
    def _find_sudo(self, request_id, access_token=None):
        """Return a request that the current user, or the link's owner, may see, sudoed.

        :return: the request and the link that opened it, each sudoed or empty
        """
        # sudo: customer.portal.request.link - nobody reads them
        links_sudo = self.env["customer.portal.request.link"].sudo()
        request = self.browse(request_id)
        if access_token:
            link_sudo = links_sudo._find_link_sudo(
                access_token, [("request_id", "=", request_id)]
            )
            if link_sudo:
                return link_sudo.request_id, link_sudo
        # sudo: customer.portal.request - existence only; the next condition authorises
        is_there = not self.env.user._is_public() and request.sudo().exists()
        if is_there and request.has_access("read"):
            return request.sudo(), links_sudo
        return self.browse().sudo(), links_sudo

    @api.model
    def _get_waiting_domain(self):
        """Return the domain of what somebody still has to answer."""
        return Domain([("state", "=", "open"), ("missing_count", ">", 0)])

    @api.model
    def _read_waiting(self, limit):
        """Read the requests that wait for the current user, a customer, the most urgent first.

        :return: list of (int id, str name, int documents missing, date of the deadline or None)
        """
        if not self.has_access("read"):
            return []
        names = ("id", "name", "missing_count", "deadline")
        requests_sudo, mine = self._get_portal_mine_sudo()
        waiting = mine & self._get_waiting_domain()
        query = SQL(
            "SELECT * FROM (%s) AS request ORDER BY deadline, id LIMIT %s",
            requests_sudo._get_portal_rows(waiting, names, "deadline, id", limit),
            limit,
        )
        return self.env.execute_query(query)

    @api.model
    def _get_portal_scope_domain(self, scope):
        return super()._get_portal_scope_domain(scope) & self._get_portal_mine_domain()

    @api.model
    def _get_portal_mine_domain(self):
        # staff see the page as well, with drafts in the backend only
        return super()._get_portal_mine_domain() & Domain("state", "!=", "draft")

    @api.model
    def _get_portal_sortings(self):
        return {
            "deadline": {
                "label": self.env._("Due Date"),
                "order": "deadline ASC, id ASC",
            },
            **super()._get_portal_sortings(),
        }

    @api.model
    def _get_portal_filters(self):
        return {
            **super()._get_portal_filters(),
            "open": {
                "label": self.env._("To Do"),
                "domain": self._get_waiting_domain(),
            },
            "done": {
                "label": self.env._("Done"),
                "domain": Domain("state", "=", "done"),
            },
        }

    @api.model
    def _get_portal_search_domain(self, search, is_common=False):
        return Domain("name", "ilike", search) if search else Domain.TRUE

    @api.model
    def _count_portal_list(self, scope, domain, limit, in_order):
        if not self.has_access("read"):
            return 0
        return super()._count_portal_list(scope, domain, limit, in_order)

    @api.model
    def _search_portal_list(self, scope, domain, *, sortby, limit, offset):
        if not self.has_access("read"):
            return self.browse()
        return super()._search_portal_list(
            scope, domain, sortby=sortby, limit=limit, offset=offset
        )

    def _get_portal_json(self):
        self.ensure_one()
        return {
            "id": self.id,
            "url": self.access_url,
            "name": self.name,
            "state": self.state,
            "deadline": fields.Date.to_string(self.deadline) or None,
            "missing": self.missing_count,
            "lines": [line._get_portal_json() for line in self.line_ids],
        }

    def _get_portal_status(self):
        """Return what the list and the page say of it: (str Bootstrap color, str label)."""
        self.ensure_one()
        if self.state == "done":
            return "success", self.env._("Done")
        if self.state == "cancelled":
            return "secondary", self.env._("Cancelled")
        if not self.missing_count:
            return "info", self.env._("We are looking at it")
        if self._is_late():
            return "danger", self.env._("Overdue")
        return "warning", self.env._("To do")

    def _check_open(self):
        """Refuse to go on with a request that is not open.

        :raise Gone: it is not
        """
        if self.state != "open" or not self.active:
            raise Gone(
                self.env._(
                    "This request is closed: nothing more is needed. Thank you."
                ),
                code="request_closed",
            )

    def _promise(self, until, words, who):
        """Keep until when the customer says they need.

        :param until: date
        :param str words: why, may be empty
        :param str who: name of who says so
        :raise InvalidInput: in the past
        """
        self._check_open()
        if until < self._get_customers_today():
            raise InvalidInput(
                self.env._("Please choose a date in the future."),
                code="bad_date",
            )
        check_length(self.env, words, MAX_WORDS_LENGTH, "reason")
        words = clean_text(words)
        self.write({"promised_date": until, "promised_words": words})
        env = self._for_staff().env
        self._tell_staff(
            env._(
                "%(who)s will send it by %(date)s. %(words)s",
                who=who,
                date=format_date(env, until),
                words=words,
            )
        )

    def _for_staff(self):
        """Return the request in the language of those who read its notes."""
        # sudo: res.users, res.company - who asks, whoever answers
        request_sudo = self.sudo()
        lang = request_sudo.user_id.lang or request_sudo.company_id.partner_id.lang
        return self.with_context(lang=lang or self.env.lang)

    def _tell_staff(self, body):
        """Note in the discussion, for staff alone, what a customer did."""
        self.ensure_one()
        # sudo: customer.portal.request - the gate was passed; nobody is mailed
        self.sudo()._message_log(
            body=body, author_id=self.env.ref("base.partner_root").id
        )

    def _get_portal_messages_sudo(self, limit=50):
        """Return the last public messages, sudoed, the oldest first."""
        return self._search_public_comments_sudo(limit).sorted("id")

    def _get_portal_attachment_sudo(self, attachment_id):
        """Return a file of a public message, sudoed, or an empty record."""
        self.ensure_one()
        return self._get_public_files_sudo().filtered(
            lambda attachment: attachment.id == attachment_id
        )
