from odoo import api, fields, models


class ResPartner(models.Model):
    """What an e-mail address says of whose it is.

    Odoo lets customers write the address of their own contact, and asks nobody whether it is
    theirs. Who is looked up by an address must not be somebody who has only said so.
    """

    _inherit = "res.partner"

    portal_address_is_claimed = fields.Boolean(
        string="E-mail Not Confirmed",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Somebody outside has typed this e-mail address, and nobody of the staff since. "
        "Nothing is opened to this contact because of it.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if self.env.user.share:
            partners.filtered("email")._note_claimed_address(True)
        return partners

    def write(self, vals):
        result = super().write(vals)
        if "email" in vals:
            self._note_claimed_address(self.env.user.share)
        return result

    def _note_claimed_address(self, is_claimed):
        # sudo: res.partner - whoever writes the address
        changed_sudo = self.sudo().filtered(
            lambda partner: partner.portal_address_is_claimed != is_claimed
        )
        if changed_sudo:
            changed_sudo.write({"portal_address_is_claimed": is_claimed})

    def action_confirm_portal_address(self):
        """Say that the contacts have the e-mail addresses that they have typed."""
        self.check_access("write")
        self._note_claimed_address(False)
        return True

    def _filter_known_by_address(self):
        """Return those of these contacts whom their e-mail address stands for.

        An account that logs in with it has it, whoever has written it to the contact.
        """
        partners_sudo = self.sudo()  # sudo: res.users - with what they log in
        return self & partners_sudo.filtered(
            lambda partner: (
                not partner.portal_address_is_claimed
                or partner.email_normalized
                in [login.lower() for login in partner.user_ids.mapped("login")]
            )
        ).with_env(self.env)
