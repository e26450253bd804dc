"""REQ R-1: an app that is installed after ours brings its report, and whose expenses are whose."""

import pytest

from portal_setup.live import LiveServer

pytestmark = pytest.mark.slow
REPORT, EXPENSE = "customer.portal.report", "hr.expense"


@pytest.fixture(scope="module")
def server():
    with LiveServer(
        ["customer_portal_shares"], demo=False, arguments=("-i", "sale_expense")
    ) as server:
        yield server
        assert not server.problems()


def create(server, model, **vals):
    return server.call(model, "create", [vals])[0]


def get_total(server, report_id, partner_id):
    """Return the total that a customer of the report is shown, as staff preview it."""
    preview_id = create(
        server, f"{REPORT}.preview", report_id=report_id, partner_id=partner_id
    )
    [preview] = server.call(f"{REPORT}.preview", "read", [preview_id], ["html"])
    return preview["html"]


def test_expenses_of_a_sales_order_are_its_customers(server):
    [report] = server.call(
        REPORT, "search_read", [("ready_key", "=", "expense")], ["obstacle"]
    )
    assert not report["obstacle"]
    ours, theirs = (
        create(server, "res.partner", name=name, is_company=True)
        for name in ("Brightwater", "Northwind")
    )
    plan_id = create(server, "account.analytic.plan", name="Customers")
    account_id = create(
        server,
        "account.analytic.account",
        name="N",
        plan_id=plan_id,
        partner_id=theirs,
    )
    order_id = create(server, "sale.order", partner_id=ours)
    employee_id = create(server, "hr.employee", name="Sam")
    [product] = server.call(
        "ir.model.data",
        "search_read",
        [("module", "=", "hr_expense"), ("name", "=", "product_product_no_cost")],
        ["res_id"],
    )
    for amount, distribution, order in (
        (100, False, order_id),
        (50, {str(account_id): 40}, order_id),
        (7, False, False),
    ):
        expense_id = create(
            server,
            EXPENSE,
            name=f"Train {amount}",
            employee_id=employee_id,
            product_id=product["res_id"],
            total_amount_currency=amount,
            date="2024-03-01",
        )
        server.call(
            EXPENSE,
            "write",
            [expense_id],
            {"sale_order_id": order, "analytic_distribution": distribution},
        )
    # all of one, and of the other what no account of another customer takes
    shown = get_total(server, report["id"], ours)
    assert "130.00" in shown and "Train 7" not in shown
    shown = get_total(server, report["id"], theirs)
    assert "20.00" in shown and "Train 100" not in shown
