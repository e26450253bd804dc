"""Uploads: our form and resumable uploads beside core's two routes, helpdesk_mgmt's form and dms over RPC."""

from functools import partial

import pytest

from .conftest import SUITE, numbers, open_site_with_floor
from .measure import Peak, take_turns, work_together
from .peers import DMS_MAX_MEGABYTES, Upload

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
AREA = "upload"
SIZES = numbers("BENCH_UPLOAD_MB", "1 25 100 1024")
TEXT_SIZES = [megabytes for megabytes in SIZES if 10 < megabytes <= 100]
MAX_WALL_RATIO = 1.1
MAX_MEMORY = 8
CLIENTS, UPLOADS_EACH, ROUNDS = 8, 10, 5
OURS = ("ours", "ours, resumable")
FLOOR, RECORD = "session and file alone", "core task with the file"


@pytest.fixture(scope="module")
def ours(suite):
    return suite.log_in(suite.customers[0])


@pytest.mark.parametrize("way", ("to_ours", "to_ours_resumable"))
@pytest.mark.parametrize("kind", ("dat", "txt"))
def test_a_fresh_process_does_not_grow(suite, ours, kind, way, report, tmp_path):
    # before the peers: memory that they made a process take would hide what we take
    getattr(Upload(tmp_path, 1), way)(ours)
    upload = Upload(tmp_path, max(SIZES), kind)
    with Peak(suite.watched.server.pids()) as peak:
        getattr(upload, way)(ours)
    means = "resumable" if way == "to_ours_resumable" else "form"
    text = f"{upload.megabytes} MB, {kind}, {means}: peak memory of a fresh process"
    goal = report.judge(AREA, text, peak.growth, MAX_MEMORY, "MB")
    assert goal.is_met, goal.row()


@pytest.mark.parametrize("megabytes", SIZES)
def test_it_costs_no_more_than_core(
    suite, dms, ours, megabytes, runs, report, tmp_path
):
    upload = Upload(tmp_path, megabytes)
    contestants = _suite_contestants(suite, ours, upload)
    # each turn of a gigabyte keeps a gigabyte of the disk
    figures = take_turns(contestants, runs if megabytes <= 100 else min(runs, 3))
    if megabytes <= 100:
        figures |= _measure_dms(dms, megabytes, runs, tmp_path)
    _report(report, f"{megabytes} MB, random bytes", megabytes, figures)


@pytest.mark.parametrize("megabytes", TEXT_SIZES)
def test_a_text_costs_no_more_than_in_core(
    suite, ours, megabytes, runs, report, tmp_path
):
    upload = Upload(tmp_path, megabytes, "txt")
    contestants = _suite_contestants(suite, ours, upload)
    # the chatter does as the other route; helpdesk_mgmt answered 500 to 100 MB of text
    del contestants["core chatter"], contestants["helpdesk_mgmt"]
    _report(report, f"{megabytes} MB, text", megabytes, take_turns(contestants, runs))


def test_eight_clients_are_served_at_cores_rate(report, tmp_path):
    with open_site_with_floor(SUITE, workers=2) as site:
        customer = site.rows.add_customer("customer")
        rates = _measure_rates(site, customer, tmp_path)
    for name, rate in rates.items():
        ratio = f"{rate / rates['ours']:.2f} of our rate" if name != "ours" else ""
        work = f"{CLIENTS} clients × 1 MB"
        report.add_text(AREA, work, name, f"{rate:.1f} uploads/s", ratio)
    goal = report.judge(
        AREA,
        f"{CLIENTS} clients × 1 MB, two workers: rate ÷ core's",
        rates["ours"] / rates["core attachment"],
        1,
        least=True,
    )
    assert goal.is_met, goal.row()


def _suite_contestants(suite, ours, upload):
    watched, admin = suite.watched, suite.admin
    contact_id = suite.customers[0].contact_id
    contestants = {
        "ours": (watched, partial(upload.to_ours, ours)),
        "ours, resumable": (watched, partial(upload.to_ours_resumable, ours)),
        "core attachment": (watched, partial(upload.to_web, admin, contact_id)),
        "core chatter": (watched, partial(upload.to_mail, admin, contact_id)),
        "helpdesk_mgmt": (watched, partial(upload.to_helpdesk, ours)),
    }
    if upload.megabytes > 100:
        del contestants["core chatter"], contestants["helpdesk_mgmt"]
    return contestants


def _measure_dms(dms, megabytes, runs, folder):
    upload = Upload(folder, min(megabytes, DMS_MAX_MEGABYTES))
    directory_id = dms.customers[0].directory_id
    work = (dms.watched, partial(upload.to_dms, dms.admin, directory_id))
    return take_turns({f"dms ({upload.megabytes} MB)": work}, min(runs, 3))


def _report(report, work, megabytes, figures):
    report.add(AREA, work, figures)
    core, goals = figures["core attachment"], []
    for name in OURS:
        figure, text = figures[name], f"{work}, {name}"
        goals.append(
            report.judge(AREA, f"{text}: peak memory", figure.peak, MAX_MEMORY, "MB")
        )
        if megabytes >= 25:
            ratio = figure.wall / core.wall
            text = f"{text}: wall ÷ core's"
            goals.append(report.judge(AREA, text, ratio, MAX_WALL_RATIO, "×"))
    assert all(goal.is_met for goal in goals), [goal.row() for goal in goals]


def _measure_rates(site, customer, folder):
    uploads = [Upload(folder, 1) for _client in range(CLIENTS)]
    customers = [site.log_in(customer) for _client in range(CLIENTS)]
    admins = [site.admin.copy() for _client in range(CLIENTS)]
    contact_id = customer.contact_id
    works = {
        "ours": lambda i: uploads[i].to_ours(customers[i]),
        "core attachment": lambda i: uploads[i].to_web(admins[i], contact_id),
        "core chatter": lambda i: uploads[i].to_mail(admins[i], contact_id),
        "helpdesk_mgmt": lambda i: uploads[i].to_helpdesk(customers[i]),
        RECORD: lambda i: uploads[i].to_record(customers[i]),
        FLOOR: lambda i: uploads[i].to_floor(customers[i]),
    }
    seconds = {name: [] for name in works}
    for turn in range(-1, ROUNDS):
        for name, work in works.items():
            took = work_together([_repeat(work, i) for i in range(CLIENTS)])
            seconds[name] += [took] if turn >= 0 else []
    count = CLIENTS * UPLOADS_EACH
    return {name: count / sorted(took)[ROUNDS // 2] for name, took in seconds.items()}


def _repeat(work, i):
    return lambda: [work(i) for _upload in range(UPLOADS_EACH)]
