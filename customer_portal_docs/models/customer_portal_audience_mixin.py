from odoo import api, models
from odoo.tools import SQL, split_every


class CustomerPortalAudienceMixin(models.AbstractModel):
    """A discussion whose followers are judged by who may see the record today.

    To follow gives no right, and outlives none: customers who may not see the record do not come
    to follow it, whatever made them, and those who could see it when they came are told nothing
    more once they cannot. Whom staff address in a message by name is told of that message.
    """

    _name = "customer.portal.audience.mixin"
    _description = "Customer Audience Mixin"
    _inherit = "mail.thread"

    def _is_for(self, partner):
        """Tell whether a customer may see this record today.

        :param partner: res.partner, sudoed
        """
        raise NotImplementedError

    def _filter_audience(self, partners):
        """Return those of these contacts who are staff, or customers who may see this record."""
        self.ensure_one()
        # sudo: the record, res.partner - whoever asks, who may see it is asked of them
        record_sudo = self.sudo()
        return partners.filtered(
            lambda partner: (
                not partner.sudo().partner_share or record_sudo._is_for(partner.sudo())
            )
        )

    def _remove_outsiders(self):
        """Keep customers from the discussion who may not see the record."""
        # sudo: res.partner - followers whom the user may not see are told no more as well
        together = self.sudo().grouped(lambda record: record._get_outsiders())
        for outsiders_sudo, records_sudo in together.items():
            records_sudo.message_unsubscribe(outsiders_sudo.ids)

    def _get_outsiders(self):
        """Return the customers who follow this record and may not see it."""
        return self.message_partner_ids - self._filter_audience(
            self.message_partner_ids
        )

    @api.model
    def _remove_all_outsiders(self):
        """Remove all customers who follow records of this model without a right."""
        query = SQL(
            """SELECT DISTINCT follower.res_id FROM mail_followers AS follower
                JOIN res_partner AS partner ON partner.id = follower.partner_id
                WHERE follower.res_model = %s AND partner.partner_share
                ORDER BY follower.res_id""",
            self._name,
        )
        ids = [id_ for [id_] in self.env.execute_query(query)]
        for some_ids in split_every(1_000, ids):
            self.browse(some_ids).exists()._remove_outsiders()
            self.env.flush_all()
            self.env.invalidate_all()

    # -- who is told

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(
            message, msg_vals=msg_vals, **kwargs
        )
        if not self:
            return recipients
        addressed = self._get_addressed(message, msg_vals or {})
        told = self._filter_audience_ids(
            data["id"] for data in recipients if data["id"] and data["share"]
        )
        return [
            data
            for data in recipients
            if not data["id"] or not data["share"] or data["id"] in told | addressed
        ]

    def _filter_audience_ids(self, partner_ids):
        # sudo: res.partner - as above
        partners_sudo = self.env["res.partner"].sudo().browse(partner_ids)
        return set(self._filter_audience(partners_sudo).ids)

    def _get_addressed(self, message, msg_vals):
        """Return the ids of the contacts whom one of the staff wrote a message to by name."""
        message_sudo = message.sudo()  # sudo: mail.message - who wrote it, and to whom
        author_id = msg_vals.get("author_id", message_sudo.author_id.id)
        # sudo: res.partner - whether one of the staff
        author_sudo = self.env["res.partner"].sudo().browse(author_id)
        if not author_sudo or author_sudo.partner_share:
            return set()
        return set(msg_vals.get("partner_ids", message_sudo.partner_ids.ids) or ())

    def _get_outsiders_of(self, mail):
        """Return those whom a mail about this record goes to who may not see the record now."""
        # sudo: res.partner - as above
        partners_sudo = mail.sudo().recipient_ids
        outsiders_sudo = partners_sudo - self._filter_audience(partners_sudo)
        addressed = self._get_addressed(mail.mail_message_id, {})
        return outsiders_sudo.filtered(lambda partner: partner.id not in addressed)

    def _message_get_suggested_recipients_batch(self, *args, **kwargs):
        # else the next message of staff is addressed to whom the record was taken from
        suggested = super()._message_get_suggested_recipients_batch(*args, **kwargs)
        return {
            id_: self.browse(id_)._filter_suggested(recipients)
            for id_, recipients in suggested.items()
        }

    def _filter_suggested(self, recipients):
        ids = [data["partner_id"] for data in recipients if data.get("partner_id")]
        told = self._filter_audience_ids(ids)
        return [
            data
            for data in recipients
            if not data.get("partner_id") or data["partner_id"] in told
        ]
