"""Two workers answer a contact who moves by today's company, whatever each has kept."""

import pytest
import requests

from tests.journeys.people import People

from .conftest import Binder, crowd

#: Requests that reach both workers, each of which has to have kept what it answered.
ASKED = 12


class Customer:
    """What a portal user reads, over RPC and on pages, by which worker soever."""

    def __init__(self, server, person):
        self.server, self.person = server, person
        self.session = requests.Session()
        page = self.session.get(f"{server.url}/web/login").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        self.session.post(
            f"{server.url}/web/login",
            {"login": person.login, "password": person.login, "csrf_token": token},
        )

    def ask(self):
        """Return the answers of both workers: of one, a set of one."""
        return set(crowd(lambda number: self._ask(), ASKED))

    def _ask(self):
        found = []
        for model in ("customer.portal.document", "helpdesk.ticket"):
            answer = (
                requests.Session()
                .post(
                    f"{self.server.url}/web/dataset/call_kw",
                    json={
                        "params": {
                            "model": model,
                            "method": "search_read",
                            "args": [[], ["name"]],
                            "kwargs": {},
                        }
                    },
                    cookies=self.session.cookies,
                    timeout=60,
                )
                .json()
            )
            found += [row["name"] for row in answer["result"]]
        return tuple(sorted(found))


@pytest.fixture
def people(server):
    return People(server)


def report(people, binder, person, name):
    """Have a document and an issue of somebody."""
    people.create(
        "helpdesk.ticket",
        name=name,
        description="x",
        team_id=binder.id,
        partner_id=person.partner_id,
    )
    attachment_id = people.create("ir.attachment", name="a.txt", raw="aGVsbG8=")
    people.create(
        "customer.portal.document",
        name=name,
        partner_id=person.partner_id,
        attachment_id=attachment_id,
        visibility="company",
    )
    return (name, name)


@pytest.fixture
def companies(server, people):
    """A contact, the colleagues of two companies, and what those see."""
    binder = Binder(server, "Lights")
    moving = people.add_customer("Mo Ving", company="Alpha")
    alpha = people.add_customer("Al Pha", colleague_of=moving)
    beta = people.add_customer("Be Ta", company="Beta")
    names = [
        report(people, binder, person, f"{person.company_name} {person.partner_id}")
        for person in (alpha, beta)
    ]
    return moving, alpha, beta, *names


def test_who_moves_is_one_of_the_new_company_in_all_workers(server, people, companies):
    """Issue 11, line 13"""
    moving, alpha, beta, alphas, betas = companies
    customer = Customer(server, moving)
    assert customer.ask() == {alphas}

    def write(partner_id, **vals):
        server.call("res.partner", "write", [partner_id], vals)

    for company_id, seen in (
        (beta.company_id, betas),
        (False, ()),
        (alpha.company_id, alphas),
    ):
        write(moving.partner_id, parent_id=company_id)
        assert customer.ask() == {seen}
    for is_company, seen in ((True, ()), (False, alphas)):
        write(moving.partner_id, is_company=is_company)
        assert customer.ask() == {seen}
    [home] = server.call("res.users", "read", [moving.id], ["company_id"])
    home = home["company_id"][0]
    abroad = people.create("res.company", name="Abroad")
    for company, seen in ((abroad, ()), (home, alphas)):
        values = {"company_ids": [(6, 0, [company])], "company_id": company}
        server.call("res.users", "write", [moving.id], values)
        assert customer.ask() == {seen}
    department = people.create(
        "res.partner", name="Quay", parent_id=alpha.company_id, is_company=False
    )
    write(moving.partner_id, parent_id=department)
    assert customer.ask() == {alphas}
    write(department, parent_id=beta.company_id)
    assert customer.ask() == {betas}
    write(department, is_company=True)
    assert customer.ask() == {()}
    server.call(
        "res.users",
        "write",
        [moving.id],
        {
            "partner_id": people.create(
                "res.partner", name="Mo Too", parent_id=alpha.company_id
            )
        },
    )
    assert customer.ask() == {alphas}


def test_who_is_merged_is_one_of_the_new_company_in_all_workers(
    server, people, companies
):
    """Issue 11, line 13: Odoo merges in SQL"""
    moving, _alpha, beta, alphas, betas = companies
    customer = Customer(server, moving)
    assert customer.ask() == {alphas}
    other = people.create("res.partner", name="Mo Ving", parent_id=beta.company_id)
    server.call(
        "res.partner", "write", [other], {"email": f"{moving.login}@example.com"}
    )
    wizard = server.call(
        "base.partner.merge.automatic.wizard",
        "create",
        {
            "partner_ids": [(6, 0, [moving.partner_id, other])],
            "dst_partner_id": other,
        },
    )
    server.call("base.partner.merge.automatic.wizard", "action_merge", [wizard])
    assert customer.ask() == {betas}
