import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, mute_logger

from ...tools.report.domains import SENSELESS, get_filter_error, parse_domain
from ...tools.report.paths import Joins, resolve
from ...tools.report.reader import Column, Group, ReportReader
from ...tools.report.shares import get_part_sql
from ...tools.report.views import View
from ...tools.report.window import get_start

#: What groups can be made of.
_GROUPABLE = ("text", "integer", "boolean", "date", "datetime", "selection", "record")
#: What a running total can be made of: all kinds, or these.
_TOTALS = {
    "sum": ("integer", "number", "money"),
    "avg": ("integer", "number", "money"),
    "min": ("integer", "number", "money", "date", "datetime"),
    "max": ("integer", "number", "money", "date", "datetime"),
}
#: What is read with the owner's rights, and so is the owner's to say.
_DEFINITION = (
    "model_id",
    "domain",
    "column_ids",
    "group_path",
    "group_interval",
    "date_path",
    "partner_path",
    "company_id",
)
#: What goes wrong when the owner has lost a right, or an app has gone.
LOST = (AccessError, UserError, ValueError, KeyError)


class CustomerPortalReport(models.Model):
    _name = "customer.portal.report"
    _inherit = "customer.portal.shareable.mixin"
    _description = "Report for Customers"
    _order = "name, id"

    _share_template = "customer_portal_shares.share_reports"
    _share_filter = "reports"
    _share_fields = ("name", "active", "user_id", "company_id")
    _share_has_exports = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    model_id = fields.Many2one(
        "ir.model",
        string="Data Source",
        required=True,
        ondelete="cascade",
        domain="[('transient', '=', False), ('abstract', '=', False)]",
        help="Each row of the report is one of these.",
    )
    model = fields.Char(related="model_id.model", string="Model Name")
    domain = fields.Text(
        string="Filter", default="[]", help="Which records the report includes."
    )
    column_ids = fields.One2many(
        "customer.portal.report.column", "report_id", string="Columns", copy=True
    )
    group_path = fields.Char(
        string="Group By", help="Field, or up to three joined by dots."
    )
    group_interval = fields.Selection(
        [
            ("day", "Day"),
            ("week", "Week"),
            ("month", "Month"),
            ("quarter", "Quarter"),
            ("year", "Year"),
        ],
        help="For grouping by a date; months if empty.",
    )
    date_path = fields.Char(
        string="Date for Periods",
        help="The date by which customers choose months and years.",
    )
    partner_path = fields.Char(
        string="Customer of Each Row",
        help="The field that leads from a row to its customer, such as partner_id. Customers see "
        "the rows of their own company, and no others. Empty: all rows are the same for everyone "
        "who gets the report.",
    )
    chart = fields.Selection(
        [("none", "None"), ("bar", "Bars"), ("line", "Line"), ("pie", "Pie")],
        required=True,
        default="none",
        help="Shows the first total of each group.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        index=True,
        copy=False,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        default=lambda self: self.env.user._get_portal_owner(),
        help="The report is read with the rights of its owner, and never more.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_ids = fields.Many2many(
        "res.users",
        "customer_portal_report_user_rel",
        "report_id",
        "user_id",
        string="Shown To",
        domain="[('share', '=', True)]",
        copy=False,
        help="Portal users who find the report in their portal, without an end.",
    )
    shut_warning = fields.Char(
        compute="_compute_shut_warning", help="Why customers cannot open the report."
    )
    ready_key = fields.Char(
        copy=False,
        readonly=True,
        help="Which app's report it is; it came with the app, and goes with it.",
    )
    can_define = fields.Boolean(compute="_compute_can_define")
    subscription_ids = fields.One2many(
        "customer.portal.report.subscription", "report_id", string="By E-mail"
    )
    access_ids = fields.One2many(
        "customer.portal.share.access", "report_id", string="Visits", readonly=True
    )

    # -- computed fields

    @api.depends(
        "model_id",
        "domain",
        "column_ids.path",
        "column_ids.total",
        "group_path",
        "date_path",
        "partner_path",
        "user_id.active",
        "user_id.group_ids",
        "company_id",
    )
    @api.depends_context("lang")
    def _compute_shut_warning(self):
        Grant = self.env["customer.portal.report.grant"]
        for report in self:
            report.shut_warning = Grant._get_shut_warning(report) or False

    @api.depends("name")
    @api.depends_context("lang", "uid")
    def _compute_display_name(self):
        """Tell the name to who may read the report; Odoo tells it to who names an id."""
        readable = self.sudo(False)._filtered_access("read")
        for report in self:
            is_told = self.env.su or report.sudo(False) in readable
            report.display_name = report.name if is_told else self.env._("Report")

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_can_define(self):
        for report in self:
            report.can_define = report.sudo(False)._may_define()

    # -- who may change what

    def _auto_init(self):
        result = super()._auto_init()
        # when each was ticked, from whichever side: the home tells it; of earlier ones it is unknown
        self.env.cr.execute(
            """
            ALTER TABLE customer_portal_report_user_rel
                ADD COLUMN IF NOT EXISTS granted_date timestamp;
            ALTER TABLE customer_portal_report_user_rel
                ALTER COLUMN granted_date SET DEFAULT (now() AT TIME ZONE 'UTC')
            """
        )
        return result

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_owner_of(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Change the reports, in this order.

        1. What is read is the old owner's to say, and the new one is who says it.
        2. The values, which constraints judge with the new owner's rights.
        3. The rules judge the new owner and company as well.
        """
        if vals.keys() & _DEFINITION:
            self._check_definition_access()
        if "user_id" in vals:
            self._check_owner_of(vals)
        result = super().write(vals)
        if {"user_id", "company_id"} & vals.keys():
            # the rules have judged the old owner and company only
            self.check_access("write")
        return result

    def _is_free(self):
        return self.env.su or self.env.user.has_group("base.group_system")

    @api.model
    def _check_owner_of(self, vals):
        """Refuse to read with another one's rights.

        :raise AccessError: the owner is somebody else
        """
        owner_id = vals.get("user_id")
        if owner_id and owner_id != self.env.uid and not self._is_free():
            raise AccessError(
                self.env._(
                    "A report is read with its owner's rights: it must be yours."
                )
            )

    def _may_define(self):
        """Tell whether the current user may say what these reports read, and look at it."""
        # sudo: customer.portal.report - whose they are
        owners = [report.user_id for report in self.sudo()]
        return self._is_free() or all(owner == self.env.user for owner in owners)

    def _check_definition_access(self):
        """Refuse to choose what is read with another one's rights.

        :raise AccessError: the report is somebody else's
        """
        if not self._may_define():
            raise AccessError(
                self.env._(
                    "What a report shows is read with its owner's rights, and only the owner may "
                    "change it. Press “Make Me the Owner” first."
                )
            )

    def action_take_over(self):
        """Make the current user the owner, with whose rights it reads from now on."""
        self.write({"user_id": self.env.uid})
        return True

    def action_open_report_accesses(self):
        """Open the log of who saw and took the report, and when."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_portal_shares.customer_portal_share_access_action"
        )
        return {**action, "domain": [("report_id", "=", self.id)], "context": {}}

    def action_preview(self):
        """Choose as whom to look at the report."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview"),
            "res_model": "customer.portal.report.preview",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_report_id": self.id},
        }

    @api.constrains(*_DEFINITION, "user_id")
    def _check_definition(self):
        for report in self:
            if problem := report._get_problem():
                raise ValidationError(problem)

    @api.constrains("partner_path")
    def _check_web_links(self):
        # sudo: customer.portal.share.item - whoever shares it
        for item in self.sudo().share_item_ids:
            record = self.browse(item.res_id)
            if item.share_id.active:
                record._check_shareable(item.share_id)

    # -- what it is, with the rights of its owner

    def _as_owner(self):
        """Return the model of the rows in the environment of the owner: rules and groups apply.

        Language and time zone are those of who looks at it.
        """
        self.ensure_one()
        report_sudo = self.sudo()  # sudo: customer.portal.report - with whose rights
        if report_sudo.model not in self.env or not report_sudo.user_id.active:
            raise AccessError(self.env._("The owner of the report cannot read it."))
        if report_sudo.company_id.id not in report_sudo.user_id._get_company_ids():
            raise AccessError(
                self.env._("The owner does not belong to the company of the report.")
            )
        context = {
            "lang": self.env.context.get("lang"),
            "tz": self.env.context.get("tz"),
            "allowed_company_ids": report_sudo.company_id.ids,
        }
        env = self.env(user=report_sudo.user_id.id, context=context, su=False)
        return env[report_sudo.model]

    def _get_columns(self, model):
        """Return the columns, a list of :class:`Column`.

        :param model: see :meth:`_as_owner`
        :raise ValidationError: one that cannot be shown
        """
        columns, keys = [], set()
        for line in self.sudo().column_ids:
            path = resolve(model, line.path)
            if not path.kind or (path.kind == "records" and line.total != "none"):
                raise ValidationError(
                    self.env._("“%(path)s” cannot be shown.", path=line.path)
                )
            if line.total != "none":
                self._check_total(path, line.total)
            key, number = line.path, 2
            while key in keys:
                key, number = f"{line.path}_{number}", number + 1
            keys.add(key)
            label = line.label or path.label
            columns.append(Column(key, label, path, line.total))
        return columns

    def _check_total(self, path, total):
        if path.kind not in _TOTALS[total] or not path.in_sql:
            raise ValidationError(
                self.env._("“%(path)s” cannot be totalled like this.", path=path.text)
            )

    def _get_group(self, model):
        """Return what the rows are grouped by, a :class:`Group`, or None."""
        report_sudo = self.sudo()
        if not report_sudo.group_path:
            return None
        path = resolve(model, report_sudo.group_path)
        if path.kind not in _GROUPABLE or not path.in_sql:
            raise ValidationError(
                self.env._("Rows cannot be grouped by “%(path)s”.", path=path.text)
            )
        is_date = path.kind in ("date", "datetime")
        interval = (report_sudo.group_interval or "month") if is_date else None
        return Group(path, interval)

    def _get_date(self, model):
        """Return the path of the date of periods, or None."""
        path = self.sudo().date_path and resolve(model, self.sudo().date_path)
        if not path:
            return None
        if path.kind not in ("date", "datetime") or not path.in_sql:
            raise ValidationError(
                self.env._("“%(path)s” is not a date for periods.", path=path.text)
            )
        return path

    def _get_customer(self, model):
        """Return the path from a row to its customer, or None for rows of all."""
        path = self.sudo().partner_path and resolve(model, self.sudo().partner_path)
        if not path:
            return None
        is_id = path.field.name == "id" and path.model._name == "res.partner"
        is_partner = path.field.relational and path.field.comodel_name == "res.partner"
        is_split = path.field.type == "json" and len(path.hops) == 1
        is_split = is_split and path.field.name == "analytic_distribution"
        is_found = is_id or path.field.store or path.field._description_searchable
        if not (is_id or is_partner or is_split) or not is_found:
            raise ValidationError(
                self.env._(
                    "“%(path)s” does not lead from a row to its customer.",
                    path=path.text,
                )
            )
        return path

    def _get_problem(self):
        """Return in words what is wrong with what shall be saved, or None.

        The database has its say of the filter: it may compare a number with a word.
        """
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                return self._get_definition_problem() or self._explain()
        except psycopg2.Error as error:
            return self.env._(
                "This filter is not understood: %(problem)s",
                problem=str(error).split("\n")[0],
            )

    def _explain(self):
        model = self._as_owner()
        days = fields.Date.context_today(model)
        domain = parse_domain(model.env, self.sudo().domain, days)
        query = self._search_rows(model, domain)
        if not query.is_empty():
            self.env.execute_query(SQL("EXPLAIN %s", query.select()))

    def _get_definition_problem(self):
        """Return in words what is wrong with what the report reads, or None."""
        try:
            model = self._as_owner()
            if model._abstract or model._transient:
                return self.env._("There are no records of this kind to report on.")
            model.browse().check_access("read")
            self._get_columns(model)
            self._get_group(model)
            self._get_date(model)
            self._get_customer(model)
            self._check_query(model)
        except LOST as error:
            return str(error.args[0]) if error.args else str(error)
        return None

    def _check_query(self, model):
        """Make the queries that the report needs, which asks for each right; nothing is read.

        One by one: what is sure to find nothing is not looked at any further.
        """
        days = fields.Date.context_today(model)
        for domain in (
            self._get_viewer_domain(model, [-1]),
            parse_domain(model.env, self.sudo().domain, days),
            self._get_days_domain(model, days, days),
        ):
            self._search_rows(model, domain)

    # -- whose rows: the one place where a query is put together

    def _make_query(self, model, partner, days):
        """Return the rows that a customer may see of the report.

        The viewer's condition, that of the report and the period; the rules of the owner are
        added by the ORM. Page, chart, exports, mails and preview: there is no other.

        :param model: see :meth:`_as_owner`
        :param partner: of the customer; not asked where all see the same rows
        :param days: tuple of the first and the last day, None for no bound
        :return: (query, :class:`.paths.Joins`, SQL of the part of a row that is theirs or None)
        """
        partner_ids = self._get_partner_ids(partner)
        domain = self._get_viewer_domain(model, partner_ids)
        today = fields.Date.context_today(model)
        domain &= parse_domain(model.env, self.sudo().domain, today)
        domain &= self._get_days_domain(model, *days)
        domain &= self._get_company_domain(model)
        query = self._search_rows(model, domain)
        joins = Joins(model, query)
        path = self._get_customer(model)
        part = None
        if path and path.field.type == "json" and not query.is_empty():
            part = self._get_part_sql(model, partner_ids, joins)
        return query, joins, part

    def _search_rows(self, model, domain):
        """Return the query of the rows of a domain.

        :raise ValidationError: the filter makes no sense, today: its dates move
        """
        try:
            return model._search(domain)
        except SENSELESS as error:
            raise get_filter_error(self.env, self.sudo().domain or "") from error

    def _get_viewer_domain(self, model, partner_ids):
        path = self._get_customer(model)
        if not path:
            return Domain.TRUE
        if path.field.type == "json":

            def is_theirs(model, alias, query):
                joins = Joins(model, query)
                return SQL("%s > 0", self._get_part_sql(model, partner_ids, joins))

            return Domain.custom(to_sql=is_theirs)
        return Domain(path.text, "in", partner_ids)

    def _get_part_sql(self, model, partner_ids, joins):
        name = self._get_customer(model).field.name
        return get_part_sql(model, model._table, name, partner_ids, joins)

    @api.model
    def _get_partner_ids(self, partner):
        """Return the ids of the company of a contact, and of all below it, archived ones too."""
        if not partner:
            return []
        # sudo: res.partner - whose rows are whose; nothing of them is shown
        partners_sudo = partner.sudo().with_context(active_test=False)
        company_sudo = partners_sudo.commercial_partner_id
        return partners_sudo.search([("id", "child_of", company_sudo.id)]).ids

    def _get_days_domain(self, model, first, last):
        path = self._get_date(model)
        if not path or not (first or last):
            return Domain.TRUE
        domain, is_day = Domain.TRUE, path.kind == "date"
        zone = model.env.context.get("tz") or "UTC"
        if first:
            start = first if is_day else get_start(first, zone)
            domain &= Domain(path.text, ">=", start)
        if last and is_day:
            domain &= Domain(path.text, "<=", last)
        elif last:
            domain &= Domain(path.text, "<", get_start(last, zone, days=1))
        return domain

    def _get_company_domain(self, model):
        field = model._fields.get("company_id")
        if field is None or not field.store or field.comodel_name != "res.company":
            return Domain.TRUE
        if not model._has_field_access(field, "read"):
            return Domain.TRUE
        return Domain("company_id", "in", [self.sudo().company_id.id, False])

    def _open(self, partner, window):
        """Return a :class:`ReportReader` of what a customer sees of the report.

        :param partner: the viewer's
        :param window: :class:`.window.Window`
        :raise AccessError, ValidationError: the owner has lost what it needs, see :data:`LOST`
        """
        if not self.sudo().column_ids:
            raise ValidationError(self.env._("There is no column yet."))
        return ReportReader(self.sudo(), partner, window)

    # -- from a view of the backend

    @api.model
    def open_from_view(self, values):
        """Return the action that opens a new report of what a list or pivot shows.

        :param dict values: see :class:`.views.View`
        :return: dict of ``action`` and ``left``: what was left behind, a list of str
        """
        self.browse().check_access("create")
        context, left = View(self.env, values).prepare()
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("New Report"),
            "res_model": self._name,
            "views": [(False, "form")],
            "context": context,
        }
        return {"action": action, "left": left}

    @api.model
    def _parse_domain(self, text):
        """Return the domain that a text means for the current user.

        :raise ValidationError: it is none
        """
        return parse_domain(self.env, text, fields.Date.context_today(self))

    # -- as a kind of share

    @api.model
    def _get_share_kind(self):
        return self.env._("Report")

    def _check_shareable(self, share):
        result = super()._check_shareable(share)
        for report in self.sudo():  # sudo: customer.portal.report - whoever shares it
            if report.partner_path and share.access == "public":
                raise ValidationError(
                    self.env._(
                        "“%(name)s” shows each customer their own rows: whoever opens it has to "
                        "log in. Please make a secured link.",
                        name=report.name,
                    )
                )
        return result

    def _filter_shareable(self, share_sudo):
        records = super()._filter_shareable(share_sudo)
        Grant = self.env["customer.portal.report.grant"]
        # sudo: customer.portal.report - what is wrong with it, of those that were found
        return records.filtered(
            lambda report: (
                not (report.sudo().partner_path and share_sudo.access == "public")
                and not Grant._get_shut_warning(report.sudo())
            )
        )

    def _may_export(self):
        """Tell whether the owner may give data out of Odoo, and so the customer may take it.

        Odoo gives its right to export to administrators alone; who manages the portal hands
        data to customers all the same.
        """
        # sudo: res.users - the owner's groups
        owner_sudo = self.sudo().user_id
        return owner_sudo.has_group("base.group_allow_export") or owner_sudo.has_group(
            "customer_portal_shares.group_portal_manager"
        )
