from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Count what is missing of requests where optional lines count: nothing of them did before.

    Those whose lines are all optional, and those of which something optional was rejected.
    """
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    requests = env["customer.portal.request"].search(
        [
            ("state", "!=", "done"),
            ("line_ids", "!=", False),
            "|",
            ("line_ids", "not any", [("required", "=", True)]),
            ("line_ids.reason", "!=", False),
        ]
    )
    env.add_to_compute(requests._fields["missing_count"], requests)
    requests.flush_recordset(["missing_count"])
