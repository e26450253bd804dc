from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.memo import Memo, remember
from ..tools.portal_lists import make_count_text

_NEWS_COLUMNS = ("id", "name", "create_date", "file_date")
#: What came in this time is new to those who were never here.
_FIRST_VISIT = timedelta(days=30)


class CustomerPortalHome(models.AbstractModel):
    """What a customer finds on the portal's first page; each room adds what it knows.

    An extension calls ``super()`` and returns the longer list. Everything is asked as the current
    user, in few statements: count with a limit, read only the lines that are shown. Nothing is
    written. What is empty is left out.
    """

    _name = "customer.portal.home"
    _description = "Home of the Customer Portal"

    #: most that a card counts
    _count_limit = 1_000
    #: most that are counted as new, or as waiting
    _new_limit = 100
    #: lines of one section of what waits
    _line_limit = 5
    #: lines of the news
    _news_limit = 10

    @api.model
    def _get_page(self):
        """Return what the page shows.

        :return: dict with ``waiting``, ``cards`` and ``news``, each in its order, and ``moment``:
            what came later (a datetime, naive and in UTC) is not on it
        """
        since = self._get_since()
        home = self.with_context(portal_home_since=since, portal_home_memo=Memo())
        news = sorted(
            home._get_news(since), key=lambda line: line["date"], reverse=True
        )
        return {
            "waiting": sorted(
                home._get_waiting(), key=lambda section: section["sequence"]
            ),
            "cards": sorted(home._get_cards(), key=lambda card: card["sequence"]),
            "news": news[: self._news_limit],
            "moment": home._remember("counts", home._read_counts)["moment"],
            "count_text": make_count_text,
            "count_limit": self._count_limit,
            "new_limit": self._new_limit,
        }

    @api.model
    def _get_since(self):
        """Return since when things are new to the current user: a datetime, naive and in UTC."""
        return (
            self.env.context.get("portal_home_since")
            or self.env["customer.portal.last.visit"]._get_since()
            or fields.Datetime.now() - _FIRST_VISIT
        )

    @api.model
    def _remember(self, name, find):
        """Return what ``find`` finds; for one page it is asked once."""
        return remember(self, "portal_home_memo", name, find)

    @api.model
    def _get_count(self, name):
        """Return how many rows of :meth:`_get_counted` there are of one name."""
        return self._remember("counts", self._read_counts).get(name, 0)

    @api.model
    def _read_counts(self):
        counted = self._get_counted()
        columns = [
            SQL("now() AT TIME ZONE 'UTC'"),
            *(
                SQL("(SELECT COUNT(*) FROM (%s) AS counted)", rows)
                for rows in counted.values()
            ),
        ]
        [row] = self.env.execute_query(SQL("SELECT %s", SQL(", ").join(columns)))
        return dict(zip(("moment", *counted), row, strict=True))

    # -- what rooms add

    @api.model
    def _get_counted(self):
        """Return what is counted for the cards: all of it is one statement.

        :return: dict of name to SQL of rows, which has its own limit
        """
        return {
            **self._get_counted_documents(),
            **self._get_counted_requests(),
            **self._get_counted_addresses(),
        }

    @api.model
    def _get_waiting(self):
        """Return what waits for the current user, without empty sections.

        :return: list of dict: ``title``, ``text`` (may be left out), ``url`` (of the whole list),
            ``count`` (at most ``_new_limit``), ``sequence``, and ``lines`` (at most ``_line_limit``), each a dict
            with ``title``, ``url``, ``text`` (may be empty) and ``date`` (a date, a datetime in
            UTC, or None)
        """
        count = self._get_count("waiting_requests")
        sections = [self._get_request_section(count)] if count else []
        if self._get_count("claimed_addresses"):
            sections += self._get_address_sections()
        if self._get_count("acknowledgements"):
            Acknowledgement = self.env["customer.portal.acknowledgement"]
            elsewhere = self._get_elsewhere()
            documents_sudo = Acknowledgement._find_to_accept_sudo(
                self._new_limit, ["name", "acknowledgement_deadline"], elsewhere
            )
            if documents_sudo:
                sections.append(self._get_acceptance_section(documents_sudo))
        return sections

    @api.model
    def _get_cards(self):
        """Return the ways into the rooms.

        What is new is what came after :meth:`_get_since`.

        :return: list of dict: ``title``, ``url``, ``text``, ``icon`` (its address),
            ``count`` (at most ``_count_limit``, or None), ``new`` (at most ``_new_limit``) and
            ``sequence``
        """
        return [self._get_document_card(), *self._get_request_cards()]

    @api.model
    def _get_news(self, since):
        """Return what happened since the last visit, by others than the current user.

        :param datetime since: naive, in UTC, to the microsecond: where a moment is kept in whole
            seconds, its own second is news
        :return: list of dict, at most ``_news_limit``: ``title``, ``url``, ``text`` (what
            happened), ``icon`` (a class of Font Awesome) and ``date`` (datetime in UTC)
        """
        return self._get_document_news(since)

    # -- the address

    @api.model
    def _get_counted_addresses(self):
        # sudo: res.partner - whether nobody has confirmed the user's own address
        Partner_sudo = self.env["res.partner"].sudo()
        own = Domain("id", "=", self.env.user.partner_id.id)
        claimed = Partner_sudo._search(
            own & Domain("portal_address_is_claimed", "=", True)
        )
        return {"claimed_addresses": claimed.select(SQL("1"))}

    @api.model
    def _get_address_sections(self):
        partner = self.env.user.partner_id
        if not partner._needs_confirmation():
            return []
        return [
            {
                "title": self.env._("Your e-mail address"),
                "url": "/my/email",
                "count": 1,
                "sequence": 5,
                "lines": [
                    {
                        "title": self.env._("Confirm %(email)s", email=partner.email),
                        "url": "/my/email",
                        "text": self.env._(
                            "Until then, what was sent to it or shared with it is not shown here"
                        ),
                        "date": None,
                    }
                ],
            }
        ]

    # -- requests

    @api.model
    def _get_request_section(self, count):
        Request = self.env["customer.portal.request"]
        return {
            "title": self.env._("Requests"),
            "text": self.env._("What we need from you"),
            "url": "/my/requests?filterby=open",
            "count": count,
            "sequence": 10,
            "lines": [
                {
                    "title": name,
                    "url": f"/my/requests/{request_id}",
                    "text": self.env._("Documents missing: %(count)s", count=missing),
                    "date": deadline,
                }
                for request_id, name, missing, deadline in Request._read_waiting(
                    self._line_limit
                )
            ],
        }

    @api.model
    def _get_counted_requests(self):
        Request = self.env["customer.portal.request"]
        if not Request.has_access("read"):
            return {}
        Request_sudo, mine = Request._get_portal_mine_sudo()
        waiting = mine & Request._get_waiting_domain()
        # sudo: customer.portal.document - whether anything is to be accepted by anybody
        Document_sudo = self.env["customer.portal.document"].sudo()
        asked = Domain("acknowledgement", "=", True)
        counted = {
            "requests": Request_sudo._search(mine, limit=self._count_limit),
            "waiting_requests": Request_sudo._search(waiting, limit=self._new_limit),
            "acknowledgements": Document_sudo._search(asked, limit=1),
        }
        return {name: query.select(SQL("1")) for name, query in counted.items()}

    @api.model
    def _get_acceptance_section(self, documents_sudo):
        shown_sudo = documents_sudo[: self._line_limit]
        return {
            "title": self.env._("To read and accept"),
            "url": "/my/documents?filterby=accept",
            "count": len(documents_sudo),
            "sequence": 20,
            "lines": [
                {
                    "title": document.name,
                    "url": document.access_url,
                    "text": "",
                    "date": document.acknowledgement_deadline,
                }
                for document in shown_sudo
            ],
        }

    @api.model
    def _get_request_cards(self):
        """Return the way to all requests, for whom there were any."""
        count = self._get_count("requests")
        if not count:
            return []
        return [
            {
                "title": self.env._("Requests"),
                "url": "/my/requests",
                "text": self.env._("What we need from you"),
                "icon": "/customer_portal_docs/static/src/img/requests.svg",
                "count": count,
                "new": 0,
                "sequence": 15,
            }
        ]

    # -- documents

    @api.model
    def _get_document_card(self):
        counts = self._get_document_counts()
        count = counts.get("documents", 0)
        text = (
            self.env._("Send us documents and find those we have for you")
            if count
            else self.env._("There are none yet: send us your first document")
        )
        return {
            "title": self.env._("Documents"),
            "url": "/my/documents",
            "text": text,
            "icon": "/customer_portal_docs/static/src/img/documents.svg",
            "count": count,
            # until they are opened, as the list marks them
            "new": counts.get("new_documents", 0),
            "sequence": 10,
        }

    @api.model
    def _get_counted_documents(self):
        Document = self.env["customer.portal.document"]
        if not Document.has_access("read"):
            return {}
        List = self.env["customer.portal.document.list"]
        in_folders = List._find_elsewhere(on_records=False)
        return {
            **self._get_counted_documents_of(in_folders),
            "documents_on_records": SQL("%s LIMIT 1", List._get_possible_sql()),
        }

    @api.model
    def _get_counted_documents_of(self, elsewhere):
        counted = {"documents": (Domain.TRUE, self._count_limit)}
        if self.env.user._is_portal():
            new = self.env["customer.portal.document.news"]._get_domain()
            counted["new_documents"] = (new, self._new_limit)
        List = self.env["customer.portal.document.list"]
        return {
            name: SQL(
                "SELECT 1 FROM (%s) AS document LIMIT %s",
                List._get_rows(domain, None, limit, elsewhere),
                limit,
            )
            for name, (domain, limit) in counted.items()
        }

    @api.model
    def _get_document_counts(self):
        """Return how many documents there are, and new ones, by name of what is counted.

        Who may visit what takes some statements: they are left to those for whom it may matter.
        """
        if not self._get_count("documents_on_records"):
            return self._remember("counts", self._read_counts)
        counted = self._get_counted_documents_of(self._get_elsewhere())
        columns = [
            SQL("(SELECT COUNT(*) FROM (%s) AS counted)", rows)
            for rows in counted.values()
        ]
        [row] = self.env.execute_query(SQL("SELECT %s", SQL(", ").join(columns)))
        return dict(zip(counted, row, strict=True))

    @api.model
    def _get_elsewhere(self):
        """Return where documents are that are not the customer's own, asked once for the page."""
        List = self.env["customer.portal.document.list"]
        on_records = bool(self._get_count("documents_on_records"))
        return self._remember(
            "elsewhere", lambda: List._find_elsewhere(on_records=on_records)
        )

    @api.model
    def _get_document_news(self, since):
        return [
            {
                "title": name,
                "url": f"/my/documents/{document_id}",
                "text": self.env._("New version")
                if file_date > create_date
                else self.env._("New document"),
                "icon": "fa-file-text-o",
                "date": file_date,
            }
            for document_id, name, create_date, file_date in self._read_new_documents(
                since
            )
        ]

    @api.model
    def _read_new_documents(self, since):
        """Return the columns of the news of the documents whose files are the newest."""
        Document = self.env["customer.portal.document"]
        if not Document.has_access("read"):
            return []
        told = self.env["customer.portal.document.news"]._get_told_domain()
        domain = self._get_later_domain(since) & told
        order = "file_date DESC, id DESC"
        rows = self.env["customer.portal.document.list"]._get_rows(
            domain, order, self._news_limit, self._get_elsewhere(), _NEWS_COLUMNS
        )
        return self.env.execute_query(
            SQL(
                "SELECT * FROM (%s) AS document ORDER BY %s LIMIT %s",
                rows,
                SQL(order),
                self._news_limit,
            )
        )

    @api.model
    def _get_later_domain(self, since):
        """Return the domain of files that came later, to the microsecond: Odoo's is of whole seconds.

        :param datetime since: naive, in UTC
        """
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s > %s",
                SQL.identifier(alias, "file_date"),
                since,
                to_flush=model._fields["file_date"],
            )
        )
