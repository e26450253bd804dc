"""Run in the shell of the old Odoo: at least one row for each model, the parts of records linked."""

import base64

from odoo.fields import Command

anna, boss = (
    env["res.users"].search([("login", "=", login)]) for login in ("anna", "admin")
)


def attach(name, content):
    return env["ir.attachment"].create(
        {"name": name, "datas": base64.b64encode(content)}
    )


def add(model, **vals):
    return env[model].with_user(boss).sudo().create(vals)


# documents
outer = add(
    "customer.portal.folder",
    name="Upgrade",
    partner_ids=[Command.link(anna.partner_id.commercial_partner_id.id)],
)
inner = add("customer.portal.folder", name="Inner", parent_id=outer.id)
document = add(
    "customer.portal.document",
    name="Schlußrechnung",
    description="of the upgrade",
    partner_id=anna.partner_id.id,
    attachment_id=attach("final.pdf", b"%PDF-1.4 first").id,
    folder_id=inner.id,
)
document._set_version(attach("final-2.pdf", b"%PDF-1.4 second"))
locked = add(
    "customer.portal.document",
    name="Locked",
    partner_id=anna.partner_id.id,
    visibility="contact",
    attachment_id=attach("locked.txt", b"locked").id,
)
locked.with_user(boss).action_lock()
locked.message_post(body="Please read", partner_ids=anna.partner_id.ids)
env["customer.portal.upload"].with_user(anna).sudo()._start("half.pdf", 10, {})
# words that an administrator has chosen
env.ref("customer_portal_docs.mail_template_document_receipt").with_user(
    boss
).subject = "Thanks for {{ object.name }}"
boss.company_id.write(
    {
        "portal_document_max_size": 7,
        "portal_document_types": "pdf txt",
        "portal_document_notification_text": "Welcome",
    }
)

# shares
share = add(
    "customer.portal.share",
    name="Upgrade",
    password="correct horse battery",
    note="See you",
    download_limit=5,
    expiration_date="2099-12-31",
    allow_upload=True,
    item_ids=[
        Command.create({"res_model": document._name, "res_id": document.id}),
        Command.create({"res_model": outer._name, "res_id": outer.id}),
    ],
)
secured = add(
    "customer.portal.share",
    name="For Anna",
    access="secured",
    user_ids=[Command.link(anna.id)],
    item_ids=[Command.create({"res_model": outer._name, "res_id": outer.id})],
)
add(
    "customer.portal.share.access",
    share_id=share.id,
    action="download",
    visitor="Ada",
    address="192.0.2.1",
    item="final-2.pdf",
)
add("customer.portal.share.attempt", share_id=share.id, address="192.0.2.2")
add("customer.portal.share.receipt", share_id=share.id, document_id=document.id)

# issues
stages = env["helpdesk.ticket.stage"].search([], limit=2)
binder = add(
    "helpdesk.ticket.team",
    name="Upgrade",
    portal_form="public",
    portal_form_title="Tell us",
    portal_form_thanks="We do",
    portal_embed_sites="https://customer.example.com",
    portal_user_ids=[Command.link(anna.id)],
    portal_partner_ids=[Command.link(anna.partner_id.commercial_partner_id.id)],
    portal_stage_ids=[Command.set(stages.ids)],
    ticket_properties=[
        {"name": "room", "string": "Room", "type": "char", "default": ""}
    ],
)
issue = add(
    "helpdesk.ticket",
    name="Lamp is dark",
    description="<p>Since Monday</p>",
    team_id=binder.id,
    partner_id=anna.partner_id.id,
    properties={"room": "12"},
)
issue.message_post(body="Which lamp?", subtype_xmlid="mail.mt_comment")
link = add("customer.portal.issue.link", ticket_id=issue.id, email="ada@example.com")
add(
    "customer.portal.issue.mail",
    kind="received",
    ticket_id=issue.id,
    link_id=link.id,
)
add(
    "customer.portal.issue.throttle",
    key_digest="0" * 64,
    count=1,
    window_end="2099-01-01 00:00:00",
)
env.cr.commit()
