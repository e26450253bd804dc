from datetime import timedelta

from odoo import api, fields, models

#: Rejections within so long go out in one mail.
REJECTION_DELAY = timedelta(minutes=1)


class CustomerPortalRequestMail(models.AbstractModel):
    """Mails about requests to the contacts who are asked: all of a kind together.

    It keeps nothing. Lines remember the mail in which their rejection waits.
    """

    _name = "customer.portal.request.mail"
    _description = "E-mails About Document Requests"

    @api.model
    def _send_to_contact(self, requests, name, scheduled_date=None):
        """Send the contact of each request one of the mails, after the transaction.

        Where it cannot be done, the discussion of the request says why.

        :param requests: customer.portal.request
        :param str name: of the template, ``mail_template_request_<name>``
        :param scheduled_date: datetime before which the mails wait in the queue, or None
        :return: the mails, sudoed; ``res_id`` of each is its request
        """
        template = requests.env.ref(
            f"customer_portal_docs.mail_template_request_{name}",
            raise_if_not_found=False,
        )
        problems = {
            request.id: problem
            for request in requests
            if (problem := self._get_problem(request, template))
        }
        requests.filtered(lambda one: one.id in problems)._message_log_batch(problems)
        reachable = requests.filtered(lambda one: one.id not in problems)
        mails_sudo = self._send(reachable, template, scheduled_date)
        if name != "done":
            self._note_asked(reachable.partner_id)
        return mails_sudo

    @api.model
    def _get_problem(self, request, template):
        """Return why the contact of a request cannot be told, in words for staff, or None."""
        env = request._for_staff().env
        if not request.partner_id.active:
            return env._("The contact was not notified: they are archived.")
        if not template:
            return env._(
                "The contact was not notified: the e-mail template is missing."
            )
        if not request.partner_id.email_normalized:
            return env._("The contact could not be notified: no e-mail address.")
        return None

    @api.model
    def _send(self, requests, template, scheduled_date):
        # sudo: mail.mail - staff may not read the queue that their own mail is in
        mails_sudo = self.env["mail.mail"].sudo()
        values = {"scheduled_date": scheduled_date} if scheduled_date else None
        # together: the text of a template is compiled each time that it is filled in
        by_lang = requests.grouped(lambda request: request.partner_id.lang)
        for lang, together in by_lang.items():
            template = template.with_context(lang=lang)
            mails_sudo += template.send_mail_batch(
                together.ids,
                email_values=values,
                email_layout_xmlid="mail.mail_notification_light",
            )
        if not scheduled_date:
            mails_sudo._send_when_committed()
        elif mails_sudo:
            # sudo: ir.cron - to send it in time, whoever caused it
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger(
                at=scheduled_date
            )
        return mails_sudo

    @api.model
    def _note_asked(self, partners):
        """Remember that these contacts were asked today: they are reminded another day."""
        # sudo: res.partner - written by the system alone
        days = partners.sudo().grouped(lambda partner: partner._get_portal_today())
        for today, partners_sudo in days.items():
            partners_sudo.portal_asked_date = today

    # -- rejections

    @api.model
    def _send_rejection(self, lines_sudo):
        """Tell the contacts what was rejected, each request's in one mail with what is not told yet.

        :param lines_sudo: customer.portal.request.line, sudoed
        """
        requests_sudo = lines_sudo.request_id
        waiting_sudo = self._get_untold(requests_sudo.line_ids) | lines_sudo
        self._forget_rejection(waiting_sudo)
        mails_sudo = self._send_to_contact(
            requests_sudo.with_context(portal_rejected_line_ids=waiting_sudo.ids),
            "rejected",
            fields.Datetime.now() + REJECTION_DELAY,
        )
        by_request = waiting_sudo.grouped(lambda line: line.request_id.id)
        for mail_sudo in mails_sudo:
            by_request[mail_sudo.res_id].rejection_mail_id = mail_sudo

    @api.model
    def _get_untold(self, lines_sudo):
        """Return those of these lines that are rejected and whose mail still waits to be sent."""
        return lines_sudo.filtered(
            lambda line: (
                line.state == "rejected" and line.rejection_mail_id.state == "outgoing"
            )
        )

    @api.model
    def _forget_rejection(self, lines):
        """Take these lines out of the mails that wait, which others may still be in.

        :param lines: customer.portal.request.line
        """
        lines_sudo = lines.sudo()  # sudo: mail.mail - nobody reads the queue
        mails_sudo = lines_sudo.rejection_mail_id.filtered(
            lambda mail: mail.state == "outgoing"
        )
        others_sudo = lines_sudo.request_id.line_ids - lines_sudo
        others_sudo = others_sudo.filtered(
            lambda line: (
                line.rejection_mail_id in mails_sudo and line.state == "rejected"
            )
        )
        lines_sudo.rejection_mail_id = False
        # with the notes that they were sent
        mails_sudo.mail_message_id.unlink()
        others_sudo = others_sudo.filtered(lambda line: line.request_id.state == "open")
        if others_sudo:
            self._send_rejection(others_sudo)
