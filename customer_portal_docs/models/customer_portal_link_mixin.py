from datetime import timedelta

from odoo import api, fields, models
from odoo.http import request
from odoo.tools import SQL

from ..tools.robots import is_prefetch, is_robot


class CustomerPortalLinkMixin(models.AbstractModel):
    """A record with a link that opens it without a login, and that ends when nobody uses it.

    The day of the last use is kept, not the moment: a page that is looked at writes one row once
    a day, and nothing else. The page's route stays read-only (a replica may serve it): Odoo
    repeats the first request of the day with a connection that may write, as it does for every
    such route. A day is exact enough for an end that is counted in days, and says nothing about
    when somebody was reading.
    """

    _name = "customer.portal.link.mixin"
    _description = "Link That Opens a Record Without a Login"

    portal_link_date = fields.Date(
        string="Link Last Used",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="The last day (UTC) on which the link was sent or opened the record. It expires "
        "when it was not used for as many days as the settings say.",
    )

    def _get_portal_link_company_sudo(self):
        """Return the company whose setting says how long the link lives, sudoed."""
        # sudo: res.company - only the setting
        company_sudo = self.env.company.sudo()
        if "company_id" not in self._fields:
            return company_sudo
        return self.sudo().company_id or company_sudo

    def _is_portal_link_over(self):
        """Tell whether the link was not used for so long that it opens nothing any more."""
        self.ensure_one()
        days = self._get_portal_link_company_sudo().portal_link_days
        last_date = self.sudo().portal_link_date
        return bool(
            days and last_date and last_date + timedelta(days=days) < self._get_today()
        )

    @api.model
    def _is_asked_by_robot(self):
        """Tell whether the link is just now fetched by a preview, a prefetch or a scanner."""
        headers = request.httprequest.headers if request else {}
        return bool(headers) and (is_robot(headers) or is_prefetch(headers))

    @api.model
    def _get_today(self):
        return fields.Datetime.now().date()

    def _note_portal_link_use(self):
        """Keep that the links are in use today; they live on from now."""
        if self._is_asked_by_robot():
            return
        # sudo: the record - who has its link need not have rights to it
        used_sudo = self.sudo().filtered(
            lambda record: record.portal_link_date != self._get_today()
        )
        if used_sudo:
            used_sudo.flush_recordset(["portal_link_date"])
            # not `write`: it is no change of the record; and who comes second need not wait
            self.env.execute_query(
                SQL(
                    """UPDATE %(table)s SET portal_link_date = %(today)s WHERE id IN (
                        SELECT id FROM %(table)s WHERE id IN %(ids)s
                           FOR NO KEY UPDATE SKIP LOCKED)
                     RETURNING id""",
                    table=SQL.identifier(self._table),
                    today=self._get_today(),
                    ids=tuple(used_sudo.ids),
                )
            )
            used_sudo.invalidate_recordset(["portal_link_date"], flush=False)
