"""A list or pivot of the backend as a report: what can be taken over, and what cannot."""

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from .paths import KINDS, resolve

#: Where a row's customer is looked for, the likeliest first.
_PARTNER_PATHS = (
    "partner_id",
    "commercial_partner_id",
    "customer_id",
    "project_id.partner_id",
    "order_id.partner_id",
    "sale_order_id.partner_id",
    "move_id.partner_id",
    "ticket_id.partner_id",
)
#: Where the date of periods is looked for.
_DATE_PATHS = ("date", "date_order", "invoice_date", "date_deadline", "create_date")
_INTERVALS = ("day", "week", "month", "quarter", "year")
_NUMBERS = ("integer", "float", "monetary")


def _is_view(values):
    """Tell whether what a client sent has the shape of :class:`View`'s values."""
    if not isinstance(values, dict) or not isinstance(values.get("model"), str):
        return False
    lists = [
        values.get(key) or []
        for key in ("fixed_domain", "groups", "columns", "measures")
    ]
    columns, measures = lists[2:]
    return (
        all(isinstance(each, list) for each in lists)
        and all(isinstance(column, dict) for column in columns)
        and all(isinstance(name, str) for name in measures)
        and isinstance(values.get("domain") or "", str)
    )


class View:
    """What a view of the backend shows, as the browser tells it.

    :param env: of who looks at it, and will own the report
    :param dict values: ``model``, ``name``, ``domain`` (text that moves with today),
        ``fixed_domain`` (list, as it is now), ``groups`` (list of str), ``columns`` (list of
        dicts of ``name``, ``label``, ``total``) and ``measures`` (list of str)
    """

    def __init__(self, env, values):
        self.env = env
        self.values = values
        if not _is_view(values) or values["model"] not in env:
            raise UserError(env._("There is nothing to report on here."))
        self.model = env[values["model"]]
        self.model.check_access("read")
        self.left = []

    def prepare(self):
        """Return the context of a new report's form, and in words what was left behind."""
        columns = self._prepare_columns()
        group, interval = self._prepare_group()
        defaults = {
            "name": self.values.get("name") or self.model._description,
            "model_id": self.env["ir.model"]._get_id(self.model._name),
            "domain": self._prepare_domain(),
            "column_ids": columns,
            "group_path": group,
            "group_interval": interval,
            "date_path": self._find(_DATE_PATHS, ("date", "datetime")),
            "partner_path": self._find_partner(),
            "chart": "bar"
            if group and any(c[2]["total"] == "sum" for c in columns)
            else "none",
        }
        if not defaults["partner_path"]:
            self.left.append(
                self.env._(
                    "There is no customer for each row: everyone who gets the report sees all rows."
                )
            )
        return {f"default_{k}": v for k, v in defaults.items()}, self.left

    def _check(self, text):
        """Return the path if this user may have it in a report, or None."""
        try:
            path = resolve(self.model, text)
        except UserError:
            return None
        return path if path.kind else None

    def _prepare_columns(self):
        columns, known = [], set()
        asked = [
            *(self.values.get("columns") or ()),
            *(
                {"name": name.partition(":")[0], "total": "sum"}
                for name in self.values.get("measures") or ()
            ),
        ]
        for column in asked:
            name = str(column.get("name") or "")
            path = None if name.startswith("__") else self._check(name)
            if path is None:
                if not name.startswith("__"):
                    self._leave(column.get("label") or name)
                continue
            if name in known:
                continue
            known.add(name)
            total = column.get("total")
            can_total = path.in_sql and path.field.type in _NUMBERS
            label = str(column.get("label") or "")
            columns.append(
                Command.create(
                    {
                        "path": name,
                        "label": label if label != path.label else False,
                        "total": total
                        if can_total and total in ("sum", "avg")
                        else "none",
                    }
                )
            )
        if not columns:
            name = self.model._rec_name or "id"
            columns = [Command.create({"path": name, "label": False, "total": "none"})]
        return columns

    def _leave(self, label):
        self.left.append(self.env._("“%(name)s” cannot be shown.", name=label))

    def _prepare_group(self):
        groups = [str(group) for group in self.values.get("groups") or ()]
        for place, group in enumerate(groups):
            name, _colon, interval = group.partition(":")
            path = self._check(name)
            kind = path and path.in_sql and KINDS[path.field.type]
            if (
                kind in ("text", "integer", "boolean", "selection", "record")
                and not interval
            ):
                self._leave_groups(groups[place + 1 :])
                return name, False
            if kind in ("date", "datetime"):
                self._leave_groups(groups[place + 1 :])
                return name, interval if interval in _INTERVALS else "month"
            self._leave_groups([group])
        return False, False

    def _leave_groups(self, groups):
        for group in groups:
            path = self._check(group.partition(":")[0])
            label = path.label if path else group
            self.left.append(
                self.env._("The group by “%(name)s” is left out.", name=label)
            )

    def _prepare_domain(self):
        """Return the filter as text: moving with today where that is possible, else as it is."""
        text = str(self.values.get("domain") or "[]")
        Report = self.env["customer.portal.report"]
        try:
            Report._parse_domain(text)
        except ValidationError:
            fixed = list(self.values.get("fixed_domain") or ())
            self.left.append(
                self.env._(
                    "The filter is kept as it is today: its dates will not move along."
                )
            )
            return repr(fixed)
        if "uid" in text:
            self.left.append(
                self.env._(
                    "“Mine” in the filter means you, whoever looks at the report."
                )
            )
        return text

    def _find(self, texts, kinds):
        for text in texts:
            path = self._check(text)
            if path and path.kind in kinds and path.in_sql:
                return text
        return False

    def _find_partner(self):
        if self.model._name == "res.partner":
            return "id"
        for text in _PARTNER_PATHS:
            path = self._check(text)
            if path and path.field.comodel_name == "res.partner" and path.in_sql:
                return text
        return False
