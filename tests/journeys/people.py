"""Customers and staff, made for a test: nothing here depends on demo data."""

import itertools
from dataclasses import dataclass

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """Somebody who can log in; the password is the login."""

    id: int
    login: str
    name: str
    partner_id: int
    company_id: int = 0
    company_name: str = ""


class People:
    """Makes people, and what they work with, on one server.

    :param server: :class:`portal_setup.live.LiveServer`
    """

    def __init__(self, server):
        self.server = server

    def create(self, model, **vals):
        context = {"no_reset_password": True, "mail_create_nosubscribe": True}
        return self.server.call(model, "create", vals, context=context)

    def read(self, model, domain, *fields):
        return self.server.call(model, "search_read", domain, list(fields))

    def add_customer(self, name="Ada Berg", company=None, colleague_of=None, **vals):
        """Return a portal user.

        :param company: name of the customer's company, made for them; None for a private person
        :param colleague_of: another customer, whose company it is instead
        :param vals: more values of ``res.users``
        """
        parent_id, parent_name = 0, company or ""
        if colleague_of:
            parent_id, parent_name = colleague_of.company_id, colleague_of.company_name
        elif company:
            parent_id = self.create("res.partner", name=company, is_company=True)
        group = self._get_id("base.group_portal")
        return self._add_user(name, [group], parent_id, parent_name, **vals)

    def add_staff(self, name="Bo Lund", *groups, **vals):
        groups = groups or (
            "customer_portal_docs.group_document_user",
            "base.group_partner_manager",
            "project.group_project_user",
        )
        ids = [self._get_id(group) for group in ("base.group_user", *groups)]
        return self._add_user(name, ids, **vals)

    def _add_user(self, name, group_ids, parent_id=0, parent_name="", **vals):
        login = f"{name.split()[0].lower()}{next(_numbers)}"
        partner_id = self.create(
            "res.partner",
            name=name,
            email=f"{login}@example.com",
            parent_id=parent_id or False,
            company_id=vals.get("company_id", False),
        )
        user_id = self.create(
            "res.users",
            login=login,
            password=login,
            partner_id=partner_id,
            group_ids=[(6, 0, group_ids)],
            **vals,
        )
        return Person(user_id, login, name, partner_id, parent_id, parent_name)

    def add_folder(self, name, *customers, **vals):
        ids = [customer.company_id or customer.partner_id for customer in customers]
        partners = [(6, 0, ids)]
        return self.create(
            "customer.portal.folder", name=name, partner_ids=partners, **vals
        )

    def add_project(self, name, *customers):
        """Return the ids of a project and of a task in it, both open to ``customers``."""
        partner_ids = [customer.partner_id for customer in customers]
        project_id = self.create(
            "project.project", name=name, privacy_visibility="portal"
        )
        task_id = self.create(
            "project.task", name=f"Door of {name}", project_id=project_id
        )
        for model, id_ in (("project.project", project_id), ("project.task", task_id)):
            self.server.call(model, "message_subscribe", [id_], partner_ids=partner_ids)
        return project_id, task_id

    def set_company(self, company_id=1, **vals):
        self.server.call("res.company", "write", [company_id], vals)

    def get_documents(self, customer, *fields):
        """Return the documents of a customer, the newest first."""
        domain = [("partner_id", "=", customer.partner_id)]
        return self.read("customer.portal.document", domain, "name", *fields)

    def _get_id(self, xmlid):
        module, name = xmlid.split(".")
        domain = [("module", "=", module), ("name", "=", name)]
        return self.read("ir.model.data", domain, "res_id")[0]["res_id"]
