from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.portal_lists import make_count_text

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

        :return: dict with ``waiting``, ``cards`` and ``news``, each in its order
        """
        since = self._get_since()
        home = self.with_context(portal_home_since=since)
        news = sorted(
            home._get_news(since), key=lambda line: line["date"], reverse=True
        )
        return {
            "waiting": sorted(
                home._get_waiting(), key=lambda section: section["sequence"]
            ),
            "cards": sorted(home._get_cards(), key=lambda card: card["sequence"]),
            "news": news[: self._news_limit],
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

    # -- what rooms add

    @api.model
    def _get_waiting(self):
        """Return what waits for the current user, without empty sections.

        :return: list of dict: ``title``, ``url`` (of the whole list), ``count`` (at most
            ``_new_limit``), ``sequence``, and ``lines`` (at most ``_line_limit``), each a dict
            with ``title``, ``url``, ``text`` (may be empty) and ``date`` (a date, a datetime in
            UTC, or None)
        """
        return []

    @api.model
    def _get_cards(self):
        """Return the ways into the rooms.

        What is new is what came after :meth:`_get_since`.

        :return: list of dict: ``title``, ``url``, ``text``, ``icon`` (its address),
            ``count`` (at most ``_count_limit``, or None), ``new`` (at most ``_new_limit``) and
            ``sequence``
        """
        return [self._get_document_card()]

    @api.model
    def _get_news(self, since):
        """Return what happened since the last visit, by others than the current user.

        :param datetime since: naive, in UTC
        :return: list of dict, at most ``_news_limit``: ``title``, ``url``, ``text`` (what
            happened), ``icon`` (a class of Font Awesome) and ``date`` (datetime in UTC)
        """
        return self._get_document_news(since)

    # -- documents

    @api.model
    def _get_document_card(self):
        Document = self.env["customer.portal.document"]
        count = Document._count_portal(Domain.TRUE, self._count_limit)
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
            "new": Document._count_portal_new(self._new_limit),
            "sequence": 10,
        }

    @api.model
    def _get_document_news(self, since):
        # sudo: customer.portal.document - found by the user's own keys
        documents_sudo = self._find_new_documents(since, self._news_limit).sudo()
        documents_sudo.fetch(["name", "create_date"])
        return [
            {
                "title": document.name,
                "url": f"/my/documents/{document.id}",
                "text": self.env._("New document"),
                "icon": "fa-file-text-o",
                "date": document.create_date,
            }
            for document in documents_sudo
        ]

    @api.model
    def _find_new_documents(self, since, limit):
        domain = Domain("create_date", ">", since) & self._get_others_domain()
        Document = self.env["customer.portal.document"]
        return Document._search_portal(domain, sortby="newest", limit=limit)

    @api.model
    def _get_others_domain(self):
        """Return the domain of what others than the current user made.

        Customers may not ask for ``create_uid``, which tells them nothing here.
        """
        uid = self.env.uid
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IS DISTINCT FROM %s", SQL.identifier(alias, "create_uid"), uid
            )
        )
