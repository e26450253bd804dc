"""Rows of the route matrix for reports, and the reports that they name."""

from odoo.fields import Command

_ALL = "login 200 200 200 200 200 200"
_NOBODY = "login 404 404 404 404 404 404"
_TICKED = "login 200 404 404 404 404 404"
_NO_ONE = "404 404 404 404 404 404 404"
_RECIPIENT = "login 200 404 404 404 200 404"
_EVERYONE = "200 200 200 200 200 200 200"
_MALFORMED = "login 400 404 404 404 404 404"


def _mine(rest=""):
    return {
        f"/my/reports/{{report}}{rest}": _TICKED,
        f"/my/reports/{{report_of_all}}{rest}": _NOBODY,
        f"/my/reports/{{report_archived}}{rest}": _NOBODY,
        f"/my/reports/{{absent}}{rest}": _NOBODY,
    }


def _shared(rest=""):
    return {
        f"/share/{{secured_report}}/report/{{report}}{rest}": _RECIPIENT,
        f"/share/{{secured_report}}/report/{{report_archived}}{rest}": "login 404 404 404 404 404 404",
        f"/share/{{web_report}}/report/{{report_of_all}}{rest}": _EVERYONE,
        f"/share/{{web_report}}/report/{{report}}{rest}": _NO_ONE,
        f"/share/{{web}}/report/{{report_of_all}}{rest}": _NO_ONE,
        f"/share/{{inactive}}/report/{{report}}{rest}": _NO_ONE,
        f"/share/{{unknown}}/report/{{report}}{rest}": _NO_ONE,
        f"/share/%C3%A9/report/{{report}}{rest}": _NO_ONE,
    }


ROWS = {
    "GET /my/reports": {"/my/reports": _ALL},
    "GET /my/reports/<int:report_id>": {
        **_mine(),
        "/my/reports/{report}?period=zzz&sortby=zzz&group=%00&page=99999999": _TICKED,
        "/my/reports/{report}?page=x": _MALFORMED,
        "/my/reports/{report}?from=2024-02-30": _MALFORMED,
    },
    "GET /my/reports/<int:report_id>/export/<string:kind>": {
        **_mine("/export/csv"),
        **_mine("/export/xlsx"),
        "/my/reports/{report}/export/pdf": _NOBODY,
    },
    "POST /my/reports/<int:report_id>/subscription": {
        "/my/reports/{report}/subscription": "login 303 404 404 404 404 404",
        "/my/reports/{report_of_all}/subscription": _NOBODY,
        "/my/reports/{absent}/subscription": _NOBODY,
    },
    "GET /my/reports/unsubscribe/<string:key>": {
        "/my/reports/unsubscribe/{unsubscribe}": _EVERYONE,
        "/my/reports/unsubscribe/{absent}-x": _NO_ONE,
        "/my/reports/unsubscribe/%C3%A9": _NO_ONE,
    },
    "POST /my/reports/unsubscribe/<string:key>": {
        "/my/reports/unsubscribe/{unsubscribe}": _EVERYONE,
        "/my/reports/unsubscribe/x": _NO_ONE,
    },
    "GET /share/<string:token>/report/<int:report_id>": _shared(),
    "GET /share/<string:token>/report/<int:report_id>/export/<string:kind>": {
        **_shared("/export/csv"),
        "/share/{web_report}/report/{report_of_all}/export/pdf": _NO_ONE,
    },
}


def create_records(case):
    """Return the ids of reports and the tokens of shares that the rows name.

    :param case: the test case's class, with its personas
    """
    case.document_user.group_ids = [
        Command.link(case.env.ref("base.group_allow_export").id)
    ]
    Report = case.env["customer.portal.report"].with_user(case.document_user)
    model = case.env["ir.model"]._get("res.partner")
    columns = [Command.create({"path": "name"})]
    vals = {"name": "R", "model_id": model.id, "column_ids": columns}
    report = Report.create({**vals, "partner_path": "id"})
    of_all, archived = Report.create([vals, {**vals, "active": False}])
    (report + archived).sudo().user_ids = [Command.link(case.owner.id)]
    Share = case.env["customer.portal.share"].with_user(case.document_user)
    Subscription = case.env["customer.portal.report.subscription"]
    subscription = Subscription.create(
        {"report_id": report.id, "user_id": case.owner.id}
    )
    ids = {
        "unsubscribe": subscription._get_key(),
        "report": report.id,
        "report_of_all": of_all.id,
        "report_archived": archived.id,
    }
    for name, record, more in (
        ("secured_report", report, {"access": "secured", "user_ids": case.owner.ids}),
        ("web_report", of_all, {}),
    ):
        item = Command.create({"res_model": record._name, "res_id": record.id})
        share = Share.create({"name": name, "item_ids": [item], **more}).sudo()
        # the first visit writes this, beside the log
        share.first_access_date = share.create_date
        ids[name] = share.token
    return ids
