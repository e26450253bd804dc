"""Reports that come with apps: what they are made of."""

#: For each: the model, the fields without which there is none, Odoo's own record of the same
#: name, and the report's values. Columns are (path, total, name of the head in ``get_labels``).
READY = {
    "timesheet": {
        "model": "account.analytic.line",
        "needs": ("project_id", "task_id", "employee_id"),
        "named_as": "hr_timesheet.timesheet_menu_root",
        "vals": {
            "domain": "[('project_id', '!=', False)]",
            "partner_path": "partner_id",
            "date_path": "date",
            "group_path": "date",
            "group_interval": "month",
            "chart": "bar",
        },
        # never the amount: that is what the hour costs
        "columns": (
            ("date", "none", None),
            ("employee_id", "none", "person"),
            ("project_id", "none", None),
            ("task_id", "none", None),
            ("name", "none", None),
            ("unit_amount", "sum", "hours"),
        ),
    },
    "expense": {
        "model": "hr.expense",
        "needs": ("analytic_distribution", "total_amount"),
        "named_as": "hr_expense.menu_hr_expense_root",
        "vals": {
            "domain": "[('state', '!=', 'refused')]",
            "partner_path": "analytic_distribution",
            "date_path": "date",
            "group_path": "date",
            "group_interval": "month",
            "chart": "bar",
        },
        "columns": (
            ("date", "none", None),
            ("name", "none", None),
            ("product_id", "none", None),
            ("employee_id", "none", "person"),
            ("state", "none", None),
            ("total_amount", "sum", "your_part"),
        ),
    },
    "opportunity": {
        "model": "crm.lead",
        "needs": ("stage_id", "date_deadline"),
        "named_as": "crm.crm_lead_opportunities",
        "vals": {
            "domain": "[('type', '=', 'opportunity')]",
            "partner_path": "partner_id",
            "date_path": "create_date",
            "group_path": "stage_id",
            "chart": "pie",
        },
        # neither the probability nor what is hoped to be earned
        "columns": (
            ("name", "none", None),
            ("stage_id", "none", None),
            ("create_date", "none", None),
            ("date_deadline", "none", None),
            ("partner_id", "none", "contact"),
        ),
    },
}


def get_labels(env):
    """Return what the reports and their columns are called."""
    return {
        "timesheet": env._("Hours"),
        "expense": env._("Expenses"),
        "opportunity": env._("Offers"),
        "person": env._("Person"),
        "hours": env._("Hours"),
        "your_part": env._("Your Part"),
        "contact": env._("Contact"),
    }
