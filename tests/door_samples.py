"""People and records that the matrix of doors tries its doors on."""

from odoo.fields import Command

#: Word in each text of what the matrix asks for.
MARK = "Zanderfisch"
#: Word in each text of what belongs to a customer whom none of the roles may know.
FOREIGN = "Quastenflosser"


def create_roles(case):
    """Make the members of staff that the personas of the suite lack; return users by role."""
    env = case.env
    elsewhere = env["res.company"].create({"name": f"{FOREIGN} Ltd"})
    staff = "customer_portal_docs.group_document_user"
    abroad = case._create_staff(
        "test_abroad", staff, "helpdesk_mgmt.group_helpdesk_user"
    )
    abroad.write(
        {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id}
    )
    runs_all = case._create_staff(
        "test_runs_all",
        "customer_portal_docs.group_document_manager",
        "customer_portal_shares.group_portal_manager",
        "helpdesk_mgmt.group_helpdesk_manager",
    )
    return {
        "visitor": env.ref("base.public_user"),
        "stranger": case.stranger,
        "colleague": case.colleague,
        "owner": case.owner,
        "staff": case.staff,
        "document_user": case.document_user,
        "abroad": abroad,
        "manager": runs_all,
    }


def create_samples(case):
    """Make one record of each model that the matrix knows; return them by model.

    The case has its ``roles`` (:func:`create_roles`) already. What customers have is the owner's;
    staff's own things are the document user's.
    """
    return {
        **_create_customer_samples(case),
        **_create_staff_samples(case),
        **_create_helpdesk_samples(case),
        **_create_report_samples(case),
        **_create_request_samples(case),
        **_create_calendar_samples(case),
        **_create_office_samples(case),
    }


def _create_customer_samples(case):
    env, partner = case.env, case.owner.partner_id
    case.private.partner_id.name = FOREIGN
    project = case._create_project(f"Project {MARK}", case.owner)
    folder = env["customer.portal.folder"].create({"name": f"Folder {MARK}"})
    document = case._create_document(
        case.owner, name=f"Contract {MARK}", description=MARK, folder_id=folder.id
    )
    document.message_subscribe(partner_ids=partner.ids)
    note = document.message_post(
        body=f"Note {MARK}",
        attachments=[(f"note {MARK}.pdf", b"note")],
        subtype_xmlid="mail.mt_note",
    )
    task = env["project.task"].create(
        {"name": f"Task {MARK}", "project_id": project.id}
    )
    task.message_subscribe(partner_ids=partner.ids)
    return {
        "customer.portal.document": document,
        "customer.portal.folder": folder,
        "customer.portal.branding": env["customer.portal.branding"].create(
            {"company_id": env.company.id}
        ),
        "customer.portal.link": env["customer.portal.link"].create(
            {"name": f"Link {MARK}", "url": "/my"}
        ),
        "customer.portal.last.visit": env["customer.portal.last.visit"].create(
            {"user_id": case.owner.id, "seen_date": "2026-01-01 00:00:00"}
        ),
        "customer.portal.once": env["customer.portal.once"].create(
            {"key_digest": MARK, "is_answer": False, "date": "2030-01-01 00:00:00"}
        ),
        "customer.portal.picture": env["customer.portal.picture"].create(
            {"checksum": MARK, "kind": "pdf", "page": 1, "width": 320}
        ),
        "customer.portal.reader.mail": env["customer.portal.reader.mail"].create(
            {
                "document_id": document.id,
                "kind": "shared",
                "due_date": "2030-01-01 00:00:00",
            }
        ),
        "customer.portal.throttle": env["customer.portal.throttle"].create(
            {"key_digest": MARK, "count": 1, "window_end": "2030-01-01 00:00:00"}
        ),
        "customer.portal.upload": env["customer.portal.upload"]
        .with_user(case.owner)
        ._start(f"{MARK}.pdf", 10, {})[0],
        "project.project": project,
        "project.task": task,
        "mail.message": note,
        "ir.attachment": note.attachment_ids,
        "mail.followers": document.message_follower_ids[:1],
    }


def _create_staff_samples(case):
    user = case.document_user
    env = case.env(user=user)
    document = case._create_document(case.owner, name=f"Shared {MARK}")
    share = env["customer.portal.share"].create(
        {
            "name": f"Share {MARK}",
            "note": MARK,
            "item_ids": [
                Command.create(
                    {"res_model": document._name, "res_id": document.id},
                )
            ],
        }
    )
    share_sudo = share.sudo()
    of_share = {"share_id": share.id}
    wizard = env["customer.portal.share.wizard"].create(
        {
            "name": f"Wizard {MARK}",
            "item_ids": [Command.create({"record": f"{document._name},{document.id}"})],
        }
    )
    return {
        "customer.portal.document.upload.wizard": env[
            "customer.portal.document.upload.wizard"
        ].create({"name": f"Upload {MARK}", "partner_id": case.owner.partner_id.id}),
        "customer.portal.share": share,
        "customer.portal.share.item": share.item_ids,
        "customer.portal.share.access": share_sudo.access_ids.create(
            {**of_share, "action": "view", "item": MARK, "address": "192.0.2.1"}
        ),
        "customer.portal.share.mailing": share_sudo.mailing_ids.create(
            {
                **of_share,
                "partner_id": case.owner.partner_id.id,
                "date": "2026-01-01",
            }
        ),
        "customer.portal.share.receipt": share_sudo.env[
            "customer.portal.share.receipt"
        ].create({**of_share, "document_id": document.id}),
        "customer.portal.share.wizard": wizard,
        "customer.portal.share.wizard.item": wizard.item_ids,
    }


def _create_helpdesk_samples(case):
    env, partner = case.env, case.owner.partner_id
    binder = env["helpdesk.ticket.team"].create(
        {
            "name": f"Binder {MARK}",
            "portal_user_ids": [Command.link(case.private.id)],
            "show_in_portal": False,
        }
    )
    foreign, ticket = (
        env["helpdesk.ticket"].create(
            {
                "name": name,
                "description": name,
                "team_id": binder.id,
                "partner_id": customer.id,
                "partner_name": customer.name,
                "partner_email": f"{name}@example.com",
            }
        )
        for name, customer in ((FOREIGN, case.private.partner_id), (MARK, partner))
    )
    ticket.duplicate_id = foreign
    # a trusted user of another customer was the last to steer it
    ticket.with_user(case.private).sudo().priority = "2"
    env.flush_all()
    link = ticket._create_portal_links()[:1]
    return {
        "helpdesk.ticket": ticket,
        "helpdesk.ticket.team": binder,
        "helpdesk.ticket.stage": env.ref("helpdesk_mgmt.helpdesk_ticket_stage_new"),
        "helpdesk.ticket.category": env["helpdesk.ticket.category"].create(
            {"name": f"Category {MARK}"}
        ),
        "helpdesk.ticket.tag": env["helpdesk.ticket.tag"].create({"name": MARK}),
        "helpdesk.ticket.channel": env["helpdesk.ticket.channel"].create(
            {"name": f"Channel {MARK}"}
        ),
        "customer.portal.issue.link": link,
        "customer.portal.issue.field": binder.portal_field_ids[:1],
        "customer.portal.issue.mail": env["customer.portal.issue.mail"].create(
            {"kind": "link", "ticket_id": ticket.id, "link_id": link.id}
        ),
    }


def _create_request_samples(case):
    env = case.env(user=case.document_user)
    template = env["customer.portal.request.template"].create(
        {
            "name": f"Checklist {MARK}",
            "line_ids": [Command.create({"name": f"Ledger {MARK}"})],
        }
    )
    request = env["customer.portal.request"].create(
        {
            "name": f"Request {MARK}",
            "partner_id": case.owner.partner_id.id,
            "template_id": template.id,
        }
    )
    request.action_send()
    reason = case.env["customer.portal.request.reason"].create({"name": MARK})
    document = case._create_document(case.owner, acknowledgement=True)
    Acknowledgement = case.env["customer.portal.acknowledgement"].with_user(case.owner)
    Acknowledgement._accept(document, None, MARK)
    return {
        "customer.portal.acknowledgement": document.acknowledgement_ids,
        "customer.portal.request": request,
        "customer.portal.request.line": request.line_ids,
        "customer.portal.request.link": request._get_link_sudo(),
        "customer.portal.request.reason": reason,
        "customer.portal.request.reject": env["customer.portal.request.reject"].create(
            {"line_ids": request.line_ids.ids, "reason": MARK}
        ),
        "customer.portal.request.template": template,
        "customer.portal.request.template.line": template.line_ids,
        "customer.portal.request.wizard": env["customer.portal.request.wizard"].create(
            {"name": f"Dialog {MARK}", "documents": MARK}
        ),
    }


def _create_report_samples(case):
    env = case.env(user=case.document_user)
    report = env["customer.portal.report"].create(
        {
            "name": f"Report {MARK}",
            "model_id": env["ir.model"]._get("project.task").id,
            "column_ids": [Command.create({"path": "name", "label": MARK})],
        }
    )
    return {
        "customer.portal.report": report,
        "customer.portal.report.column": report.column_ids,
        "customer.portal.report.preview": env["customer.portal.report.preview"].create(
            {"report_id": report.id}
        ),
        "customer.portal.report.subscription": case.env[
            "customer.portal.report.subscription"
        ].create({"report_id": report.id, "user_id": case.owner.id}),
    }


def _create_calendar_samples(case):
    env = case.env
    calendar = env["customer.portal.calendar"].create(
        {
            "name": f"Calendar {MARK}",
            "user_ids": [Command.link(case.document_user.id)],
            "manager_ids": [Command.link(case.document_user.id)],
        }
    )
    # two days on, at noon of a working day, whatever the calendar says of it
    appointment = env["customer.portal.appointment"].create(
        {
            "calendar_id": calendar.id,
            "partner_id": case.owner.partner_id.id,
            "start": "2037-06-10 12:00:00",
            "subject": f"Appointment {MARK}",
            "note": MARK,
        }
    )
    share = case.env(user=case.document_user)["customer.portal.share"].create(
        {
            "name": "Calendar",
            "item_ids": [
                Command.create({"res_model": calendar._name, "res_id": calendar.id})
            ],
        }
    )
    return {
        "customer.portal.calendar": calendar,
        "customer.portal.appointment": appointment,
        "customer.portal.appointment.hold": env[
            "customer.portal.appointment.hold"
        ].create(
            {
                "appointment_id": appointment.id,
                "user_id": case.document_user.id,
                "start": "2037-06-11 12:00:00",
                "stop": "2037-06-11 12:30:00",
            }
        ),
        "customer.portal.appointment.link": env[
            "customer.portal.appointment.link"
        ].create({"appointment_id": appointment.id}),
        "customer.portal.calendar.feed": env["customer.portal.calendar.feed"]._make(
            share.sudo(), calendar, case.owner
        ),
    }


def _create_office_samples(case):
    # the manager's own dialogs: of no use to anybody else
    env = case.env(user=case.roles["manager"])
    users = {"user_ids": [Command.link(case.owner.id)]}
    run = env["customer.portal.user.import"].create({"text": MARK})
    return {
        "customer.portal.user.import": run,
        "customer.portal.user.import.line": run.line_ids.create(
            {"import_id": run.id, "name": MARK, "number": 1}
        ),
        "customer.portal.user.password": env["customer.portal.user.password"].create(
            {"user_id": case.owner.id}
        ),
        "customer.portal.user.removal": env["customer.portal.user.removal"].create(
            users
        ),
        "customer.portal.user.wizard": env["customer.portal.user.wizard"].create(
            {"name": MARK, "email": "somebody.else@example.com"}
        ),
    }
