"""Two servers, one with helpdesk_mgmt alone, and the people who try the same on both."""

import re

import pytest
import requests
from journeys.people import People

from portal_setup.live import LiveServer


class Desk:
    """One server, its tickets, and customers who are logged in.

    :param server: :class:`portal_setup.live.LiveServer`
    """

    def __init__(self, server):
        self.server, self._people = server, People(server)
        self.owner = self._people.add_customer("Owen Berg", company="Brightwater")
        self.stranger = self._people.add_customer("Max Orr", company="Orr Sails")
        self._sessions, self._tokens = {None: requests.Session()}, {}
        for customer in (self.owner, self.stranger):
            self._sessions[customer] = self._log_in(customer)
        self.new, self.done, self.rejected = (
            self.get_id(f"helpdesk_mgmt.helpdesk_ticket_stage_{name}")
            for name in ("new", "done", "rejected")
        )
        self.team = self.create("helpdesk.ticket.team", name="Feedback")
        self._people.set_company(
            helpdesk_mgmt_portal_select_team=True,
            helpdesk_mgmt_portal_select_category=True,
        )

    def _log_in(self, customer):
        session = requests.Session()
        who = {
            "db": self.server.database,
            "login": customer.login,
            "password": customer.login,
        }
        answer = session.post(
            f"{self.server.url}/web/session/authenticate", json={"params": who}
        )
        assert answer.json()["result"]["uid"] == customer.id
        return session

    def create(self, model, **vals):
        return self._people.create(model, **vals)

    def get_id(self, xmlid):
        return self._people._get_id(xmlid)

    def add_ticket(self, **vals):
        """Return the id of a new ticket of the owner's."""
        return self.create(
            "helpdesk.ticket",
            **{
                "name": "Lamp is dark",
                "description": "<p>Since Monday</p>",
                "team_id": self.team,
                "stage_id": self.new,
                "partner_id": self.owner.partner_id,
                **vals,
            },
        )

    def read(self, model, domain, field):
        return [row[field] for row in self._people.read(model, domain, field)]

    def get_stage(self, ticket_id):
        [stage] = self.read("helpdesk.ticket", [("id", "=", ticket_id)], "stage_id")
        return stage[0]

    def count_tickets(self, name):
        return len(self.read("helpdesk.ticket", [("name", "=", name)], "id"))

    def get(self, path, who=None, **params):
        return self._sessions[who].get(
            self.server.url + path, params=params, allow_redirects=False, timeout=30
        )

    def post(self, path, who, files=None, **data):
        if who not in self._tokens:
            page = self.get("/my", who).text
            self._tokens[who] = re.search(r'csrf_token: "([^"]+)"', page)[1]
        return self._sessions[who].post(
            self.server.url + path,
            data={"csrf_token": self._tokens[who], **data},
            files=files,
            allow_redirects=False,
            timeout=30,
        )

    def call_rpc(self, path, **params):
        """Return what a JSON-RPC route answers a visitor, a result or an error."""
        answer = requests.post(
            self.server.url + path, json={"params": params}, timeout=30
        )
        return answer.json()

    def search_as(self, customer, domain):
        """Return the ids of the tickets that a customer finds over RPC."""
        login = {"login": customer.login, "password": customer.login}
        return self.server.call("helpdesk.ticket", "search", domain, **login)


@pytest.fixture(scope="module")
def desks():
    with (
        LiveServer(["helpdesk_mgmt"]) as alone,
        LiveServer(["customer_portal_issues"]) as with_ours,
    ):
        yield Desk(alone), Desk(with_ours)
        assert with_ours.problems() == []


@pytest.fixture
def bare(desks):
    """helpdesk_mgmt alone."""
    return desks[0]


@pytest.fixture
def ours(desks):
    """helpdesk_mgmt with customer_portal_issues."""
    return desks[1]
