from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerPortalHome(models.AbstractModel):
    """The customer's issues, and the answers to them."""

    _inherit = "customer.portal.home"

    @api.model
    def _get_waiting(self):
        return [*super()._get_waiting(), *self._get_answers()]

    @api.model
    def _get_answers(self):
        count = self._get_count("answered_issues")
        if not count:
            return []
        List = self.env["customer.portal.issue.list"]
        return [
            {
                "title": self.env._("Answers on your issues"),
                "url": "/my/binders?filterby=answered",
                "count": count,
                "sequence": 10,
                "lines": [
                    {
                        "title": issue.name,
                        "url": f"/my/ticket/{issue.id}",
                        "text": self.env._("Issue %(number)s", number=issue.number),
                        "date": issue.portal_answered_date,
                    }
                    for issue in List._search_answered_sudo(self._line_limit)
                ],
            }
        ]

    @api.model
    def _get_counted(self):
        counted = super()._get_counted()
        Ticket = self.env["helpdesk.ticket"]
        if Ticket.has_access("read"):
            mine = Ticket._search(Domain.TRUE, limit=self._count_limit)
            counted["issues"] = mine.select(SQL("1"))
        # sudo: helpdesk.ticket.team - those that trust the user
        Team = self.env["helpdesk.ticket.team"].sudo()
        binders = Team._search(
            Domain(Team._get_trusting_domain(self.env.user)), limit=self._count_limit
        )
        List = self.env["customer.portal.issue.list"]
        # sudo: helpdesk.ticket - the user's own
        answered = Ticket.sudo()._search(
            List._get_answered_domain() & List._get_mine_domain(),
            limit=self._new_limit,
        )
        return {
            **counted,
            "answered_issues": answered.select(SQL("1")),
            "binders": binders.select(SQL("1")),
        }

    @api.model
    def _get_cards(self):
        return [*super()._get_cards(), self._get_issue_card()]

    @api.model
    def _get_issue_card(self):
        count, binders = self._get_count("issues"), self._get_count("binders")
        text = self.env._("Something is wrong? Report it here, and follow it")
        if count:
            text = self.env._("Follow what you reported, and report new issues")
        if binders:
            text = self.env._(
                "Follow your issues and those in the binders opened to you"
            )
        return {
            "title": self.env._("Issues"),
            "url": "/my/binders",
            "text": text,
            "icon": "/customer_portal_issues/static/src/img/issues.svg",
            "count": count,
            "new": 0,
            "sequence": 30,
        }

    @api.model
    def _get_news(self, since):
        List = self.env["customer.portal.issue.list"]
        changed = List._read_changed(since, self._news_limit)
        return [
            *super()._get_news(since),
            *(
                {
                    "title": name,
                    "url": f"/my/ticket/{issue_id}",
                    "text": self.env._(
                        "Status of your issue: %(status)s", status=status
                    ),
                    "icon": "fa-life-ring",
                    "date": date,
                }
                for issue_id, name, date, status in changed
            ),
        ]
