from datetime import timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.customer_portal_docs.tools.audience import (
    get_audience_keys,
    select_by_audience,
)
from odoo.addons.customer_portal_docs.tools.filenames import clean_line
from odoo.addons.customer_portal_docs.tools.portal_lists import get_pages
from odoo.addons.customer_portal_docs.tools.typed import parse_sent_day

#: What a list shows of an issue; the description of each would be read for nothing.
LISTED_FIELDS = (
    "number",
    "name",
    "stage_id",
    "priority",
    "partner_id",
    "partner_name",
    "portal_answered_date",
    "portal_form_key",
    "user_id",
    "create_date",
    "last_stage_update",
)


#: Filters of a list that leave closed issues out.
OPEN_FILTERS = ("open", "answered")


class InBinder(NamedTuple):
    """The scope of the list of a binder's issues, whose gate was passed.

    :ivar stages_sudo: the binder's statuses
    :ivar stage_sudo: the one that the list shows, empty for all
    """

    team_id: int
    stages_sudo: models.Model
    stage_sudo: models.Model


class CustomerPortalIssueList(models.AbstractModel):
    """Where customers find issues: those of a binder, and their own and the company's.

    What a list of issues can be sorted and filtered by is the issue's own.
    """

    _name = "customer.portal.issue.list"
    _description = "Lists of Customer Portal Issues"

    # -- the issues of a binder, with how many there are in each status

    @api.model
    def _get_binder_page(self, team_sudo, params, page=1):
        """Return one page of a binder's issues, as the portal shows it.

        :param team_sudo: the binder, whose gate was passed
        :param dict params: what a client sent, as any list's, and ``status``
        :param page: number of the page, as any list's
        :return: as :meth:`_get_portal_list` of the issues, with ``stages``, the ``stage`` that is
            shown, ``stage_counts`` and ``stages_at_least`` (there may be more)
        """
        stages_sudo = team_sudo._get_applicable_stages()
        stage_sudo = self._pick_stage_sudo(stages_sudo, params)
        values = self.env["helpdesk.ticket"]._get_portal_list(
            f"/my/binders/{team_sudo.id}",
            params,
            page,
            scope=InBinder(team_sudo.id, stages_sudo, stage_sudo),
            status=stage_sudo.id,
        )
        return {**values, **self._get_stage_values(values, stages_sudo, stage_sudo)}

    @api.model
    def _pick_stage_sudo(self, stages_sudo, params):
        """Return the status that a list shows, sudoed; empty for all.

        A filter of open issues leaves closed ones out, and core's menu of filters keeps whatever
        status was chosen before: together they would find nothing.
        """
        is_open = params.get("filterby") in OPEN_FILTERS
        return stages_sudo.filtered(
            lambda stage: (
                str(stage.id) == params.get("status") and not (is_open and stage.closed)
            )
        )

    @api.model
    def _get_stage_values(self, values, stages_sudo, stage_sudo):
        """Return what a page of issues shows of statuses, and of answers that are new.

        :param dict values: of the list
        """
        is_open = values["filterby"] in OPEN_FILTERS
        return {
            "stages": stages_sudo,
            "stage": stage_sudo,
            "left_out": stages_sudo.filtered("closed") if is_open else stages_sudo[:0],
            "answered": values["records"].filtered_domain(self._get_answered_domain()),
        }

    @api.model
    def _find_in_binder(self, scope, narrowing, search, *, sortby, page, pager_values):
        """Find the rows of one page, and count each status; see the portal's lists.

        :param InBinder scope: what is listed
        """
        Ticket, is_searched = self.env["helpdesk.ticket"], bool(search)
        stages_sudo, stage_sudo = scope.stages_sudo, scope.stage_sudo
        in_binder = narrowing & Domain("team_id", "=", scope.team_id)
        in_status = Domain.TRUE
        if stage_sudo:
            in_status = Domain("stage_id", "=", stage_sudo.id)
        words = Ticket._get_portal_search_domain(search)
        counts = self._count_stages(in_binder & words, stages_sudo, is_searched)
        limit = Ticket._get_portal_count_limit(narrowing & in_status, search)
        total = self._get_total(counts, stage_sudo, is_searched)
        if total is None:
            # sudo: helpdesk.ticket - the binder's gate was passed
            total = Ticket.sudo().search_count(
                in_binder & in_status & words, limit=limit
            )
        step = Ticket._portal_page_size
        pages, offset = get_pages(self.env, total, page, step, **pager_values)
        if search and total == limit and offset < limit // 10:
            # so many that the first page is found sooner by reading the list until it is full
            words = Ticket._get_portal_search_domain(search, is_common=True)
        return {
            "records": self._search_binder_sudo(
                in_binder & in_status & words, sortby=sortby, limit=step, offset=offset
            ),
            "total": total,
            "limit": limit,
            "is_at_least": total >= limit,
            "stage_counts": counts,
            "stages_at_least": self._get_stages_at_least(
                counts, stages_sudo, is_searched
            ),
            "pager": pages,
        }

    @api.model
    def _search_binder_sudo(self, domain, *, sortby, limit, offset=0):
        """Return one page of issues, sudoed; the domain says of which binder.

        :param str sortby: key of the issue's ``_get_portal_sortings``
        """
        # sudo: helpdesk.ticket - the binder's gate was passed
        Ticket_sudo = self.env["helpdesk.ticket"].sudo()
        # ids alone are read from the index, however far the page is
        tickets_sudo = Ticket_sudo.search(
            domain,
            order=Ticket_sudo._get_portal_sortings()[sortby]["order"],
            limit=limit,
            offset=offset,
        )
        tickets_sudo.fetch(LISTED_FIELDS)
        return tickets_sudo

    @api.model
    def _count_stages(self, domain, stages_sudo, is_searched):
        """Count issues for each status, up to a limit.

        :param Domain domain: which issues
        :param stages_sudo: the statuses to count for
        :param bool is_searched: whether finding them is not a matter of one index
        :return: dict of stage id to int
        """
        counted = self._get_count_query if is_searched else self._get_stage_count_query
        query = counted(domain, stages_sudo)
        return dict(self.env.execute_query(query)) if query else {}

    @api.model
    def _get_stages_at_least(self, counts, stages_sudo, is_searched):
        """Return the statuses that may have more issues than were counted.

        :param dict counts: as :meth:`_count_stages` returns them
        """
        limit = self.env["helpdesk.ticket"]._portal_narrowed_count_limit
        if is_searched:  # one limit for all of them
            is_whole = sum(counts.values()) < limit
            return stages_sudo.browse() if is_whole else stages_sudo
        return stages_sudo.filtered(lambda stage: counts.get(stage.id, 0) >= limit)

    @api.model
    def _get_total(self, counts, stage_sudo, is_searched):
        """Return how many issues a list has, up to the limit, where the statuses tell it.

        :param dict counts: as :meth:`_count_stages` returns them
        :param stage_sudo: the status that the list shows, empty for all
        :return: int, or None where it has to be counted
        """
        if not is_searched:
            return counts.get(stage_sudo.id, 0) if stage_sudo else None
        limit = self.env["helpdesk.ticket"]._portal_narrowed_count_limit
        found = sum(counts.values())
        if found >= limit:
            return None if stage_sudo else limit
        return counts.get(stage_sudo.id, 0) if stage_sudo else found

    def _get_stage_count_query(self, domain, stages_sudo):
        """Return a query that counts each status from an index, as far as the limit goes."""
        # sudo: helpdesk.ticket - the binder's gate was passed
        Ticket_sudo = self.env["helpdesk.ticket"].sudo()
        queries = [
            SQL(
                "SELECT %s, count(*) FROM (%s) AS issue",
                stage.id,
                Ticket_sudo._search(
                    domain & Domain("stage_id", "=", stage.id),
                    limit=Ticket_sudo._portal_narrowed_count_limit,
                ).select(SQL("1")),
            )
            for stage in stages_sudo
        ]
        return SQL(" UNION ALL ").join(SQL("(%s)", query) for query in queries)

    def _get_count_query(self, domain, stages_sudo):
        """Return a query that counts the first issues found, by status."""
        # sudo: helpdesk.ticket - the binder's gate was passed
        Ticket_sudo = self.env["helpdesk.ticket"].sudo()
        found = Ticket_sudo._search(
            domain, limit=Ticket_sudo._portal_narrowed_count_limit
        )
        stage = SQL.identifier(Ticket_sudo._table, "stage_id")
        return SQL(
            "SELECT stage_id, count(*) FROM (%s) AS issue GROUP BY stage_id",
            found.select(SQL("%s AS stage_id", stage)),
        )

    # -- what is mine: customers' own issues and their company's, of all binders and of none; for
    # staff those that they work on

    @api.model
    def _get_mine_page(self, params, page=1):
        """Return one page of what is mine, as the portal shows it.

        :param dict params: what a client sent, as any list's, ``status``, and ``date_begin`` with
            ``date_end``
        :param page: number of the page, as any list's
        :return: as :meth:`_get_portal_list` of the issues, with ``stages``, the ``stage`` that is
            shown, and the ``days`` that were sent by their names
        :raise InvalidInput: a date or a page that is none
        """
        stages_sudo = self._get_my_stages_sudo()
        stage_sudo = self._pick_stage_sudo(stages_sudo, params)
        days = {
            name: day
            for name in ("date_begin", "date_end")
            if (day := parse_sent_day(self.env, clean_line(params.get(name))[:10]))
        }
        values = self.env["helpdesk.ticket"]._get_portal_list(
            "/my/binders",
            params,
            page,
            scope=self._get_mine_scope(
                stage_sudo, days.get("date_begin"), days.get("date_end")
            ),
            status=stage_sudo.id,
            **days,
        )
        shown = self._get_stage_values(values, stages_sudo, stage_sudo)
        return {**values, **shown, "days": days}

    @api.model
    def _get_my_stages_sudo(self):
        """Return the statuses that issues of mine may have, sudoed.

        Those of other companies, and of teams where no issue of mine has them, are not.
        """
        # sudo: helpdesk.ticket.stage - the names of statuses
        stages_sudo = (
            self.env["helpdesk.ticket.stage"]
            .sudo()
            .search([("company_id", "in", [False, *self.env.user.company_ids.ids])])
        )
        of_teams = stages_sudo.filtered("team_ids")
        if not of_teams:
            return stages_sudo
        used_sudo = self._filter_used_stages(of_teams)
        return stages_sudo.filtered(
            lambda stage: not stage.team_ids or stage in used_sudo
        )

    @api.model
    def _filter_used_stages(self, stages_sudo):
        """Return the statuses that an issue has which the current user may see; one is enough."""
        Ticket = self.env["helpdesk.ticket"]
        queries = [
            Ticket._search([("stage_id", "=", stage.id)], limit=1).select(
                SQL("%s", stage.id)
            )
            for stage in stages_sudo
        ]
        union = SQL(" UNION ALL ").join(SQL("(%s)", query) for query in queries)
        return stages_sudo.browse(id_ for (id_,) in self.env.execute_query(union))

    @api.model
    def _get_mine_scope(self, stage_sudo, begin, end):
        """Return the scope of the list of what is mine.

        :param stage_sudo: status, empty for all
        :param date begin: first day of the reports (UTC), with ``end``; None for all
        :param date end: last day
        """
        scope = Domain.TRUE
        if stage_sudo:
            scope &= Domain("stage_id", "=", stage_sudo.id)
        if begin and end:
            scope &= Domain("create_date", ">=", begin)
            scope &= Domain("create_date", "<", end + timedelta(days=1))
        return scope

    @api.model
    def _search_mine(self, domain, *, sortby, limit, offset):
        """Return one page of what is mine, sudoed.

        :param Domain domain: what else to look for
        :param str sortby: key of the issue's ``_get_portal_sortings``
        """
        Ticket = self.env["helpdesk.ticket"]
        # sudo: helpdesk.ticket - the rules are part of the domain; or no record at all
        issues_sudo = Ticket.sudo()
        if not Ticket.has_access("read"):
            return issues_sudo
        order = Ticket._get_portal_sortings()[sortby]["order"]
        domain = self._get_mine_domain() & domain
        if self.env.user._is_portal():
            page = SQL(
                "SELECT id FROM (%s) AS issue ORDER BY %s LIMIT %s OFFSET %s",
                self._get_mine_rows(domain, order, offset + limit),
                issues_sudo._sort_columns(order),
                limit,
                offset,
            )
            found_sudo = issues_sudo.browse(
                id_ for (id_,) in self.env.execute_query(page)
            )
        else:
            found_sudo = issues_sudo.search(
                domain, order=order, limit=limit, offset=offset
            )
        found_sudo.fetch(LISTED_FIELDS)
        return found_sudo

    @api.model
    def _count_mine(self, domain, limit, in_order):
        """Count what is mine, up to a limit.

        :param Domain domain: what else to look for
        :param bool in_order: whether to count along the list's index, see the documents' list
        """
        Ticket = self.env["helpdesk.ticket"]
        if not Ticket.has_access("read"):
            return 0
        domain = self._get_mine_domain() & domain
        if not in_order or not self.env.user._is_portal():
            # sudo: helpdesk.ticket - the rules are part of the domain
            return Ticket.sudo().search_count(domain, limit=limit)
        order = Ticket._get_portal_sortings()["newest"]["order"]
        rows = self._get_mine_rows(domain, order, limit)
        [(count,)] = self.env.execute_query(SQL("SELECT COUNT(*) FROM (%s) AS i", rows))
        return min(count, limit)

    @api.model
    def _get_mine_domain(self):
        """Return the domain of what the current user may read.

        The rules', and not by them: customers may search for words in a field that they may not
        read.
        """
        return Domain(self.env["ir.rule"]._compute_domain("helpdesk.ticket", "read"))

    def _get_mine_rows(self, domain, order, limit):
        """Return SQL of a customer's first issues, with the columns of their order."""
        names = dict.fromkeys(["id", *(term.split()[0] for term in order.split(", "))])
        keys = get_audience_keys(self.env.user.partner_id)
        # sudo: helpdesk.ticket - the rules are part of the domain
        Ticket_sudo = self.env["helpdesk.ticket"].sudo()
        return select_by_audience(Ticket_sudo, keys, domain, names, order, limit)

    # -- what the home says of what is mine

    @api.model
    def _search_answered_sudo(self, limit):
        """Return the current user's open issues with an answer that was not seen, sudoed."""
        # sudo: helpdesk.ticket - the user's own
        Ticket_sudo = self.env["helpdesk.ticket"].sudo()
        return Ticket_sudo.search_fetch(
            self._get_answered_domain() & self._get_mine_domain(),
            ["name", "number", "portal_answered_date"],
            order="portal_answered_date DESC, id DESC",
            limit=limit,
        )

    @api.model
    def _get_answered_domain(self):
        """Return the domain of what the current user reported and has an unseen answer to.

        Which issues the user may see is for the list to say.
        """
        answered = Domain("partner_id", "=", self.env.user.partner_id.id) & Domain(
            "portal_answered_date", "!=", False
        )
        # as `_get_portal_open_domain`, which asks for the statuses first: these are few issues
        is_open = Domain("stage_id", "=", False) | Domain("stage_id.closed", "=", False)
        return answered & is_open

    @api.model
    def _read_changed(self, since, limit):
        """Return the current user's issues whose status has changed since.

        :return: list of (int id, str name, datetime of the change, str status)
        """
        is_later = Domain.custom(
            # to report an issue is no news to who did; to the letter as in the issues' index
            to_sql=lambda model, alias, query: SQL(
                "%s > %s + interval '2 seconds'",
                SQL.identifier(alias, "last_stage_update"),
                SQL.identifier(alias, "create_date"),
            )
        )
        # kept in whole seconds: rather twice than never
        domain = Domain("partner_id", "=", self.env.user.partner_id.id) & Domain(
            "last_stage_update", ">=", since
        )
        # sudo: helpdesk.ticket - the user's own
        Ticket_sudo = self.env["helpdesk.ticket"].sudo()
        query = Ticket_sudo._search(
            domain & is_later & self._get_mine_domain(),
            order="last_stage_update DESC, id DESC",
            limit=limit,
        )
        table = Ticket_sudo._table
        # sudo: helpdesk.ticket.stage - the names of their statuses
        Stage_sudo = self.env["helpdesk.ticket.stage"].sudo()
        stage = query.left_join(table, "stage_id", Stage_sudo._table, "id", "stage_id")
        columns = [
            SQL.identifier(table, name) for name in ("id", "name", "last_stage_update")
        ]
        status = Stage_sudo._field_to_sql(stage, "name", query)
        return self.env.execute_query(query.select(*columns, status))
