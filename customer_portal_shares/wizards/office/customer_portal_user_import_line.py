from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.customer_portal_docs.tools.emails import parse_email
from odoo.addons.customer_portal_docs.tools.searching import escape_pattern


class CustomerPortalUserImportLine(models.TransientModel):
    """One of many who are invited."""

    _name = "customer.portal.user.import.line"
    _description = "Somebody Who Is Invited"
    _order = "number, id"

    import_id = fields.Many2one(
        "customer.portal.user.import", required=True, ondelete="cascade", index=True
    )
    number = fields.Integer(string="Line", readonly=True)
    name = fields.Char(readonly=True)
    email = fields.Char(string="E-mail", readonly=True)
    phone = fields.Char(readonly=True)
    company = fields.Char(readonly=True)
    message = fields.Char(string="What Happens", readonly=True)
    is_fault = fields.Boolean(readonly=True)

    def _check(self):
        """Write into each line what will happen, or what is wrong."""
        seen = {}
        for line in self:
            email = parse_email(line.email)
            try:
                if email in seen:
                    raise UserError(
                        self.env._("The same as line %(number)s.", number=seen[email])
                    )
                partner = line._find_partner()
                if email:
                    seen[email] = line.number
                line.message = (
                    self.env._("Invites the contact %(name)s.", name=partner.name)
                    if partner
                    else self.env._("Creates a contact and invites them.")
                )
                line.is_fault = False
            except UserError as error:
                line.write({"message": str(error), "is_fault": True})

    def _find_partner(self):
        """Return the contact that is there already.

        :raise UserError: the line is wrong
        """
        email = parse_email(self.email)
        if not email:
            raise UserError(
                self.env._(
                    "“%(typed)s” is not an e-mail address.", typed=self.email or ""
                )
            )
        self.env["res.users"]._check_portal_address(email)
        partner = self.env["res.partner"]._find_portal_contact(email)
        partner._check_new_portal_user(email)
        if not partner:
            if not (self.name or "").strip():
                raise UserError(self.env._("The name is missing."))
            self._find_company()
        return partner

    def _find_company(self):
        """Return the customer's company that the line names, empty for none.

        :raise UserError: there is none of this name, or there are several
        """
        Partner = self.env["res.partner"]
        name = (self.company or "").strip()
        if not name:
            return Partner
        found = Partner.search(
            [("is_company", "=", True), ("name", "=ilike", escape_pattern(name))],
            limit=2,
        )
        if len(found) == 1:
            found._check_portal_parent()
            return found
        raise UserError(
            self.env._("There are several companies “%(name)s”.", name=name)
            if found
            else self.env._("There is no company “%(name)s”.", name=name)
        )

    def _invite(self):
        """Invite each whose line is right; what goes wrong now is written into it."""
        for line in self.filtered(lambda line: not line.is_fault):
            try:
                with self.env.cr.savepoint():
                    line._invite_one()
                line.message = self.env._("Invited.")
            except UserError as error:
                self.env.invalidate_all()
                line.write({"message": str(error), "is_fault": True})

    def _invite_one(self):
        email = parse_email(self.email)
        partner = self._find_partner()
        if not partner:
            company = self._find_company()
            partner = partner.create(
                {
                    "name": self.name.strip(),
                    "email": email,
                    "phone": self.phone,
                    "lang": company.lang or self.env.user.lang,
                    "parent_id": company.id,
                }
            )
        partner._create_portal_user(email)

    def _get_row(self):
        return [
            str(self.number),
            self.name or "",
            self.email or "",
            self.company or "",
            self.message or "",
        ]
