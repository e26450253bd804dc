"""Downloads: our documents beside core's attachments and dms's portal route."""

from functools import partial

import pytest

from .conftest import numbers
from .measure import Peak, take_turns, work_together
from .peers import DMS_MAX_MEGABYTES, Upload

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
AREA = "download"
MEGABYTES = numbers("BENCH_DOWNLOAD_MB", "100")[0]
MAX_WALL_RATIO = 1.1
MAX_MEMORY = 1
CLIENTS = 4


@pytest.fixture(scope="module")
def contestants(suite, dms, tmp_path_factory):
    """Name of each contestant to its site, its client, and the path of one file."""
    folder = tmp_path_factory.mktemp("download")
    upload = Upload(folder, MEGABYTES)
    customer = suite.customers[0]
    ours = suite.log_in(customer)
    [document] = upload.to_ours(ours).json()["documents"]
    [attachment] = upload.to_web(suite.admin, customer.contact_id).json()
    small = Upload(folder, min(MEGABYTES, DMS_MAX_MEGABYTES))
    directory_id = dms.customers[0].directory_id
    [file_id] = small.to_dms(dms.admin, directory_id).json()["result"]
    dms_customer = dms.log_in(dms.customers[0])
    dms_path = f"/my/dms/file/{file_id}/download"
    return {
        "ours": (suite, ours, f"{document['url']}/content?download=1"),
        "core attachment": (suite, suite.admin, f"/web/content/{attachment['id']}"),
        f"dms ({small.megabytes} MB)": (dms, dms_customer, dms_path),
    }


def test_it_is_as_quick_as_core(contestants, runs, report):
    works = {
        name: (site.watched, partial(_download, client, path))
        for name, (site, client, path) in contestants.items()
    }
    figures = take_turns(works, runs)
    work = f"{MEGABYTES} MB, one client"
    report.add(AREA, work, figures)
    ratio = figures["ours"].wall / figures["core attachment"].wall
    goal = report.judge(AREA, f"{work}: wall ÷ core's", ratio, MAX_WALL_RATIO, "×")
    assert goal.is_met, goal.row()


def test_it_costs_no_memory(contestants, report):
    work = f"{MEGABYTES} MB, {CLIENTS} clients"
    peaks = {}
    for name, (site, client, path) in contestants.items():
        works = [partial(_download, client.copy(), path) for _client in range(CLIENTS)]
        work_together(works)
        with Peak(site.watched.server.pids()) as peak:
            work_together(works)
        peaks[name] = peak.growth
        report.add_text(AREA, work, name, f"{peak.growth:,.1f} MB of memory")
    goal = report.judge(AREA, f"{work}: memory", peaks["ours"], MAX_MEMORY, "MB")
    assert goal.is_met, goal.row()


def test_it_continues_and_is_not_sent_twice(contestants, report):
    answers = {}
    for name, (_site, client, path) in contestants.items():
        whole = client.get(path, keep=False)
        part = client.get(path, Range="bytes=1000-1999")
        again = client.get(path, If_None_Match=whole.headers.get("ETag", '"none"'))
        answers[name] = (part.status, part.size, again.status)
        report.add_text(AREA, "Range; ETag", name, f"{part.status}; {again.status}")
    goal = report.judge(
        AREA,
        "Range 206 and ETag 304",
        float(answers["ours"] == (206, 1000, 304)),
        1,
        least=True,
    )
    assert goal.is_met, answers


def _download(client, path):
    reply = client.get(path, keep=False)
    assert reply.status == 200 and reply.size >= MEGABYTES * 0.9 * (1 << 20), reply
    return reply
