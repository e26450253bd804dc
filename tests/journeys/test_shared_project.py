"""Who works on a shared project, in core's client for it, finds the documents of a task."""

import re

from playwright.sync_api import expect

from .client import Client
from .visits import PDF


def test_the_documents_of_a_task(visits, people):
    """REQ D-5"""
    customer = people.add_customer("Runa Dahl", company="Dahl Piers")
    project_id, task_id = people.add_project("Jetty", customer)
    people.create(
        "project.collaborator", project_id=project_id, partner_id=customer.partner_id
    )
    # tasks without a stage are in a column that is folded
    stage_id = people.create(
        "project.task.type", name="To Do", project_ids=[(6, 0, [project_id])]
    )
    people.server.call("project.task", "write", [task_id], {"stage_id": stage_id})
    client = Client(people.server, customer)
    form = {"res_model": "project.task", "res_id": task_id, "name": "Pile drawing"}
    assert client.upload(("pile.pdf", PDF), **form).status_code == 201

    page = visits.open(customer, f"/my/projects/{project_id}")
    expect(page).to_have_url(re.compile("/project_sharing"))
    page.get_by_text("Door of Jetty").first.click()
    button = page.locator("button[name=action_project_sharing_open_documents]")
    button.click()
    place = rf"/my/documents\?res_model=project\.task&res_id={task_id}$"
    expect(page).to_have_url(re.compile(place))
    assert len(page.context.pages) == 1
    expect(page.get_by_role("link", name="Pile drawing")).to_be_visible()
    expect(page.get_by_role("link", name="Upload Document")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("/project_sharing"))
