from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import email_normalize

from odoo.addons.customer_portal_docs.tools.zones import find_zone

from ...tools.ics import Invitation, make_invitation

_BATCH = 200
_TEMPLATE = "customer_portal_shares.mail_template_appointment_%s"
_LAYOUT = "mail.mail_notification_light"


class CustomerPortalAppointmentMail(models.AbstractModel):
    """The mails about appointments, and the files by which calendar programs take them over."""

    _name = "customer.portal.appointment.mail"
    _inherit = "customer.portal.outbox.mixin"
    _description = "Mails about Appointments"
    _outbox_cron = "customer_portal_shares.ir_cron_appointment_mails"

    @api.model
    def _send_to_customer(self, appointment, kind, with_file=True, **context):
        """Send the customer of an appointment a mail.

        :param str kind: end of the template's XML id
        :param with_file: bool, whether with the .ics of what is so now
        :param context: what the template asks for besides
        """
        address = appointment._get_customer_address()
        template = self._find_template(kind)
        if not (address and template):
            return
        values = self._prepare_mail(address)
        if with_file:
            values["attachment_ids"] = [
                Command.create(self._prepare_file(appointment)),
            ]
        # anybody may have typed the subject, and this address: no layout that shows it
        template.with_context(
            lang=appointment._get_customer_lang(), with_file=with_file, **context
        ).send_mail(
            appointment.id,
            email_values=values,
            email_layout_xmlid=None if kind == "confirm" else _LAYOUT,
        )
        self._wake()

    @api.model
    def _send_to_managers(self, appointment, kind, **context):
        """Send each manager a mail, with the time where they are.

        :param str kind: as in :meth:`_send_to_customer`; ``context`` as well
        """
        calendar = appointment.calendar_id
        template = self._find_template(kind)
        if not template:
            return
        for manager in calendar._get_managers() or [self.env["res.users"]]:
            # where nobody has an address of their own, the company has one
            told = manager or appointment.company_id.partner_id
            if not told.email_normalized:
                continue
            zone = find_zone(told.tz, calendar._get_zone().key)
            values = self._prepare_mail(told.email_formatted)
            template.with_context(
                lang=told.lang, manager=manager, zone=zone, **context
            ).send_mail(appointment.id, email_values=values, email_layout_xmlid=_LAYOUT)
        self._wake()

    @api.model
    def _prepare_mail(self, address):
        return {
            "email_to": address,
            "recipient_ids": [],
            "scheduled_date": self.env["mail.mail"]._get_queue_date(),
        }

    @api.model
    def _find_template(self, kind):
        """Return a template, sudoed; None if somebody has deleted it: then no mail is sent."""
        template = self.env.ref(_TEMPLATE % kind, raise_if_not_found=False)
        return template and template.sudo()  # sudo: mail.template - ours

    @api.model
    def _send_waiting(self):
        """Send the mails that wait, in a scheduled action."""
        Mail = self.env["mail.mail"]
        domain = Domain("model", "=", "customer.portal.appointment")
        domain &= Domain("state", "=", "outgoing")
        while mails := Mail.search(domain, order="id", limit=_BATCH):
            last_id = max(mails.ids)  # sent ones are deleted
            mails.send(auto_commit=True)
            # one that could not be sent is not tried at once again
            domain &= Domain("id", ">", last_id)
            remaining = Mail.search_count(domain, limit=_BATCH)
            if not self.env["ir.cron"]._commit_progress(
                len(mails), remaining=remaining
            ):
                break

    # -- the file

    @api.model
    def _prepare_file(self, appointment):
        return {
            "name": "appointment.ics",
            "raw": self._make_ics(appointment),
            "mimetype": "text/calendar",
            "res_model": "mail.message",
            "res_id": 0,
        }

    @api.model
    def _make_ics(self, appointment):
        """Return the file by which a calendar program takes the appointment over.

        :rtype: bytes
        """
        sender = appointment.calendar_id._get_people()[:1]
        company = appointment.company_id
        name, email = appointment._get_customer()
        organizer = email_normalize(sender.email or company.email or "")
        return make_invitation(
            Invitation(
                uid=self._get_file_uid(appointment),
                sequence=appointment.sequence,
                start=appointment.start,
                stop=appointment.stop,
                zone=appointment._get_customer_zone().key,
                summary=f"{appointment.subject} – {company.name}",
                organizer=(sender.name or company.name, organizer)
                if organizer
                else None,
                attendee=(name, email) if email else None,
                is_cancelled=appointment.state != "accepted",
                stamp=fields.Datetime.now(),
            )
        )

    @api.model
    def _get_file_uid(self, appointment):
        """Return by what calendar programs know the appointment: as in its first file.

        It is kept whole, as the address of the server may change.
        """
        if "@" not in appointment.uid:
            base = appointment.get_base_url()
            host = base.partition("://")[2].partition(":")[0] or "portal"
            appointment.uid = f"{appointment.uid}@{host}"
        return appointment.uid
