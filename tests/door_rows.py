"""Rows of the matrix of doors: who may do what with the sample of each model."""

# visitor, stranger, colleague, owner, staff, document_user, abroad (the same in another company),
# manager (of all three addons); r(ead), w(rite), c(reate), u(nlink)
RIGHTS = {
    "customer.portal.acknowledgement": "- - - - - r - r",
    "customer.portal.appointment": "- - - - - rwc - rwcu",
    "customer.portal.appointment.hold": "- - - - - - - -",
    "customer.portal.appointment.link": "- - - - - - - -",
    "customer.portal.branding": "- - - - - - - rw",
    "customer.portal.calendar": "- - - - r r - rwcu",
    "customer.portal.calendar.feed": "- - - - - r - r",
    "customer.portal.document": "- - r r - rwc - rwcu",
    "customer.portal.document.upload.wizard": "- - - - - rwcu - -",
    "customer.portal.folder": "- - - - - r - rwcu",
    "customer.portal.issue.field": "- - - - r r - rwcu",
    "customer.portal.issue.link": "- - - - - - - r",
    "customer.portal.issue.mail": "- - - - - - - -",
    "customer.portal.link": "- - - - - - - rwcu",
    "customer.portal.last.visit": "- - - - - - - -",
    "customer.portal.once": "- - - - - - - -",
    "customer.portal.picture": "- - - - - - - -",
    "customer.portal.reader.mail": "- - - - - - - -",
    "customer.portal.report": "- - - - - rwcu - rwcu",
    "customer.portal.report.column": "- - - - - rwcu - rwcu",
    "customer.portal.report.preview": "- - - - - rwcu - -",
    "customer.portal.report.subscription": "- - - - - r - rwcu",
    "customer.portal.request": "- - r r - rwc - rwcu",
    "customer.portal.request.line": "- - r r - rwcu - rwcu",
    "customer.portal.request.link": "- - - - - - - -",
    "customer.portal.request.reason": "- - - - - r r rwcu",
    "customer.portal.request.reject": "- - - - - rwcu - -",
    "customer.portal.request.template": "- - - - - rwc - rwcu",
    "customer.portal.request.template.line": "- - - - - rwcu - rwcu",
    "customer.portal.request.wizard": "- - - - - rwcu - -",
    "customer.portal.share": "- - - - - rwcu - rwcu",
    "customer.portal.share.access": "- - - - - r - r",
    "customer.portal.share.item": "- - - - - rwcu - rwcu",
    "customer.portal.share.mailing": "- - - - - r - r",
    "customer.portal.share.receipt": "- - - - - - - -",
    "customer.portal.share.wizard": "- - - - - rwcu - -",
    "customer.portal.share.wizard.item": "- - - - - rwcu - -",
    "customer.portal.throttle": "- - - - - - - -",
    "customer.portal.upload": "- - - - - - - -",
    "customer.portal.user.import": "- - - - - - - rwcu",
    "customer.portal.user.import.line": "- - - - - - - rwcu",
    "customer.portal.user.password": "- - - - - - - rwcu",
    "customer.portal.user.removal": "- - - - - - - rwcu",
    "customer.portal.user.wizard": "- - - - - - - rwcu",
    "helpdesk.ticket": "- - r r - - - rwcu",
    "helpdesk.ticket.category": "r r r r r r - rwcu",
    "helpdesk.ticket.channel": "- - - - r r - rwcu",
    "helpdesk.ticket.stage": "r r r r r r r rwcu",
    "helpdesk.ticket.tag": "- - - - r r - rwcu",
    "helpdesk.ticket.team": "- - - - r r - rwcu",
    "ir.attachment": "- - - - - rwcu - rwcu",
    "mail.followers": "- - - - r r r r",
    "mail.message": "- - - - - rwcu - rwcu",
    "project.project": "- - r r r r r r",
    "project.task": "- - r r rwcu rwcu r r",
}
#: Every abstract model of ours, with the public methods of its own that a client can call on it.
#: What others inherit of it is tried on each of them.
ABSTRACT = {
    "customer.portal.account.mail": (),
    "customer.portal.appointment.mail": (),
    "customer.portal.appointment.reminder": (),
    "customer.portal.audience.mixin": (),
    "customer.portal.calendar.page": (),
    "customer.portal.colleague": (),
    "customer.portal.customer.mixin": (),
    "customer.portal.delivery.mixin": (),
    "customer.portal.document.incoming": (),
    "customer.portal.document.list": (),
    "customer.portal.document.lock": (),
    "customer.portal.document.mail": (),
    "customer.portal.document.news": (),
    "customer.portal.document.own": (),
    "customer.portal.document.receipt": (),
    "customer.portal.document.mixin": ("action_open_portal_documents",),
    "customer.portal.document.record": (),
    "customer.portal.document.version": (),
    "customer.portal.home": (),
    "customer.portal.issue.list": (),
    "customer.portal.link.key": (),
    "customer.portal.link.mixin": (),
    "customer.portal.list.mixin": (),
    "customer.portal.outbox.mixin": (),
    "customer.portal.personal.link.mixin": (),
    "customer.portal.renewal": (),
    "customer.portal.report.grant": (),
    "customer.portal.report.ready": (),
    "customer.portal.request.mail": (),
    "customer.portal.setup": ("dismiss", "get_checklist"),
    "customer.portal.share.archive": (),
    "customer.portal.share.invitation": (),
    "customer.portal.share.list": (),
    "customer.portal.share.mail": (),
    "customer.portal.share.password.mixin": (),
    "customer.portal.shareable.mixin": ("action_new_share", "action_open_shares"),
    "customer.portal.shared.link.mixin": (),
    "customer.portal.staff.mixin": (),
    "customer.portal.thread.mixin": (),
    "customer.portal.title.mixin": (),
}
# Every public method of ours beside create, write, unlink, copy: what a role needs to change
# something by it, as letters above; "-": it changes nothing.
METHODS = {
    "customer.portal.appointment": {
        "action_accept": "w",
        "action_cancel": "w",
        "action_decline": "w",
        "action_open_decline": "-",
        "action_open_event": "-",
        "action_propose": "w",
    },
    "customer.portal.branding": {"action_open": "w"},
    "customer.portal.calendar": {
        "action_new_share": "r",
        "action_open_appointments": "-",
        "action_open_shares": "-",
    },
    "customer.portal.calendar.feed": {"action_revoke": "r"},
    "customer.portal.document.upload.wizard": {"action_upload": "-"},
    "customer.portal.document": {
        "action_accept_received": "w",
        "action_download": "-",
        "action_export_acknowledgements": "-",
        "action_lock": "w",
        "action_new_share": "r",
        "action_open_file": "-",
        "action_open_linked_record": "-",
        "action_open_missing_readers": "-",
        "action_open_portal": "-",
        "action_open_rejection": "-",
        "action_open_shares": "-",
        "action_print_acknowledgements": "-",
        "action_restore_version": "w",
        "action_revoke_link": "w",
        "action_unlock": "w",
    },
    "customer.portal.folder": {
        "action_new_share": "r",
        "action_open_documents": "-",
        "action_open_shares": "-",
    },
    "customer.portal.issue.link": {"action_renew": "r", "action_revoke": "r"},
    "customer.portal.report": {
        "action_new_share": "r",
        "action_open_report_accesses": "-",
        "action_open_shares": "-",
        "action_preview": "r",
        "action_take_over": "w",
        "open_from_view": "-",
    },
    "customer.portal.request": {
        "action_accept_promise": "w",
        "action_accept_received": "w",
        "action_cancel": "w",
        "action_open_contact": "-",
        "action_open_documents": "-",
        "action_open_portal": "-",
        "action_open_received": "-",
        "action_remind": "w",
        "action_revoke_link": "w",
        "action_send": "w",
    },
    "customer.portal.request.line": {
        "action_accept": "w",
        "action_open_documents": "-",
        "action_open_portal": "-",
        "action_open_rejection": "-",
        "action_open_request": "-",
        "action_reject": "w",
    },
    "customer.portal.request.reject": {"action_reject": "w"},
    "customer.portal.request.wizard": {
        "action_create_requests": "w",
        "action_send_requests": "w",
    },
    "customer.portal.share": {
        "action_activate": "w",
        "action_add_items": "w",
        "action_deactivate": "w",
        "action_open_accesses": "-",
        "action_open_page": "-",
        "action_open_received": "-",
        "action_remove_password": "w",
        "action_renew_link": "w",
        "action_send_link": "w",
    },
    "customer.portal.share.item": {"action_open_record": "-"},
    "customer.portal.share.wizard": {
        "action_add_items": "w",
        "action_activate_user": "w",
        "action_add_user": "w",
        "action_back": "w",
        "action_back_to_link": "w",
        "action_create_share": "w",
        "action_done": "-",
        "action_edit_mail": "w",
        "action_next": "w",
        "action_remove_password": "w",
        "action_send": "w",
    },
    "customer.portal.user.import": {
        "action_back": "w",
        "action_check": "w",
        "action_import": "w",
    },
    "customer.portal.user.password": {"action_set": "w"},
    "customer.portal.user.removal": {"action_remove": "w"},
    "customer.portal.user.wizard": {"action_create": "w"},
    "helpdesk.ticket": {
        "action_open_portal": "-",
        "action_open_portal_documents": "-",
        "action_revoke_portal_links": "w",
        "action_send_portal_link": "w",
    },
    "helpdesk.ticket.team": {
        "action_new_share": "r",
        "action_open_portal_form": "-",
        "action_open_shares": "-",
        "action_renew_portal_form": "w",
    },
    "ir.attachment": {
        "action_download_portal_version": "-",
        "action_restore_portal_version": "w",
    },
    "mail.mail": {"send": "w"},
    "mail.push.device": {"register_devices": "-"},
    "mail.template": {"send_mail_batch": "w"},
    "project.project": {"action_open_portal_documents": "-"},
    "project.task": {
        "action_open_portal_documents": "-",
        "action_project_sharing_open_documents": "-",
    },
    "res.company": {"cache_invalidation_fields": "-"},
    "res.partner": {
        "action_confirm_portal_address": "w",
        "action_open_portal_documents": "-",
        "action_open_portal_requests": "-",
        "signup_get_auth_param": "-",
        "signup_prepare": "w",
    },
    "res.users": {
        "action_archive": "w",
        "action_open_portal_reports": "-",
        "action_portal_activate": "w",
        "action_portal_deactivate": "w",
        "action_portal_invite": "w",
        "action_portal_remove": "w",
        "action_portal_reset_password": "w",
        "action_portal_set_password": "w",
        "reset_password": "w",
        "signup": "c",
    },
}
#: Fields of ours on models of others that customers may read: all others name who may.
OPEN_FIELDS = {
    # the branding is on each page, for visitors as well
    "res.company": {
        "portal_copyright",
        "portal_copyright_url",
        "portal_link_ids",
        "portal_logo",
        "portal_welcome",
    },
    # whose an issue is: the rule of customers asks it
    "helpdesk.ticket": {"audience_key"},
    # what the public form says
    "helpdesk.ticket.team": {
        "portal_form",
        "portal_form_text",
        "portal_form_thanks",
        "portal_form_title",
    },
}
#: Dialogs that portal managers alone open.
OF_MANAGERS = {name for name in RIGHTS if name.startswith("customer.portal.user.")}
#: Ours on many models; the generic doors try them everywhere.
EVERYWHERE = {
    "copy",
    "create",
    "unlink",
    "write",
}
#: Odoo's own methods by which who may read a record writes something about it.
READERS_WRITE = {
    # their discussions
    "message_post": {"customers", "staff"},
    # staff among themselves
    "activity_schedule": {"staff"},
    "message_notify": {"staff"},
    "message_subscribe": {"staff"},
    # whoever follows may stop
    "message_unsubscribe": {"customers", "staff"},
    # what a user prefers, and Odoo's own key of a project that the user may read
    "get_portal_url": {"customers", "staff"},
    "map_tasks": {"staff"},
    "toggle_favorite": {"customers", "staff"},
}
CUSTOMERS = ("visitor", "stranger", "colleague", "owner")
#: Of no record.
SKIPPED = {"get_view", "get_views", "fields_get"}
#: Models of others whose computed values are kept as ours are.
KEPT_WHOLE = ("helpdesk.ticket", "helpdesk.ticket.team")


def may_write(role, model, method, letters):
    """Tell whether a role may change something by a method.

    :param str letters: what it may do with the sample and the model
    """
    if method in METHODS.get(model, {}):
        return METHODS[model][method] in letters
    people = "customers" if role in CUSTOMERS else "staff"
    if "r" in letters and people in READERS_WRITE.get(method, ()):
        return True
    return bool(set("wcu") & set(letters))


def get_arguments(partner_ids, record, method):
    """Return what to call a method of a sample with, by names of parameters.

    A method gets those that it takes; what it needs and is not here is None.

    :param partner_ids: of who calls it
    """
    text = next(
        (
            name
            for name in (record._rec_name, "name", "item", "filename", "description")
            if name
            and name in record._fields
            and record._fields[name].store
            and record._fields[name].type in ("char", "text", "html")
        ),
        None,
    )
    vals = {text: "Changed"} if text else {}
    return {
        "aggregates": ["__count"],
        "body": "Words",
        "data": [["Changed"]],
        "default_start": False,
        "domain": [],
        "email": "someone@example.com",
        "field_names": [],
        "fields": [text] if method == "load" else None,
        "fields_spec": {"display_name": {}},
        "fields_to_export": [text or "display_name"],
        "groupby": [text or "id"],
        "name": "Changed" if method == "name_create" else "",
        "partner_ids": partner_ids,
        "channel_ids": [],
        "specification": {text or "display_name": {}, "display_name": {}},
        "values": {},
        "vals": vals,
        "vals_list": record.sudo().copy_data() if method == "create" else [vals],
    }
