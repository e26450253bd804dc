"""Shares: what visitors wait for, beside core's login page and attachments, dms and nginx alone."""

import http.client
import os
import statistics
import time
from dataclasses import dataclass
from functools import partial

import pytest

from portal_setup.proxy import Nginx

from .client import Client, Reply
from .conftest import numbers, open_site, open_site_with_floor
from .measure import MEGABYTE, Figure, take_turns, work_together
from .peers import DMS_MAX_MEGABYTES, Upload

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
AREA = "shares"
MODULES = ("customer_portal_docs", "customer_portal_shares")
SIZES = numbers("BENCH_SHARE_MB", "25 100")
FILES = numbers("BENCH_SHARE_FILES", "10000")[0]
LOGIN = "core login page"
FLOOR = "session and frame alone"
CLIENTS, PAGES_EACH, ROUNDS = 8, 40, 7
MIN_RATE_RATIO = 0.8
MAX_WALL_RATIO = 1.1
MAX_ZIP_MEMORY = 16
MAX_FIRST_BYTE = 0.3


@dataclass
class Sharing:
    """A site, and how it shares."""

    site: object

    def share(self, kind, record_id, **values):
        """Share one record by web link and return the path of the link."""
        line = {"res_model": f"customer.portal.{kind}", "res_id": record_id}
        share_id = self.site.rows.create(
            "customer.portal.share", name="Bench", item_ids=[(0, 0, line)], **values
        )
        call = self.site.watched.server.call
        [share] = call("customer.portal.share", "read", [share_id], ["url"])
        return "/share/" + share["url"].partition("/share/")[2]

    def visitor(self, port=None):
        return Client(port or self.site.watched.server.port)


@pytest.fixture(scope="module")
def sharing():
    with open_site(MODULES) as site:
        site.customers[0] = site.rows.add_customer("customer")
        yield Sharing(site)


@pytest.fixture(scope="module")
def proxied():
    with open_site(MODULES, proxy_mode=True, x_sendfile=True) as site:
        site.customers[0] = site.rows.add_customer("customer")
        with Nginx(site.watched.server) as proxy:
            yield Sharing(site), proxy


def fetch(client, path, size=None, **headers):
    reply = client.get(path, keep=False, **headers)
    assert reply.status == 200 and size in (None, reply.size), (path, reply)
    return reply


# -- the page


def offer_pages(sharing):
    """Return the paths of the pages by name, core's login page last."""
    folder_id = sharing.site.rows.create("customer.portal.folder", name="Plans")
    document_id = make_small_documents(sharing.site.rows, folder_id)
    drop = {"allow_upload": True, "allow_download": False}
    return {
        "ours": sharing.share("document", document_id),
        "ours, folder of 20": sharing.share("folder", folder_id),
        "ours, file drop": sharing.share("folder", folder_id, **drop),
        LOGIN: "/web/login",
    }


def test_a_page_for_one_visitor(sharing, runs, report):
    visitor, watched = sharing.visitor(), sharing.site.watched
    works = {
        name: (watched, partial(fetch, visitor, path))
        for name, path in offer_pages(sharing).items()
    }
    report.add(AREA, "page for a visitor", take_turns(works, runs * 10, warm_ups=3))


def test_the_page_is_nearly_as_quick_as_the_login_page(report):
    with open_site_with_floor(MODULES, workers=2) as site:
        pages = {**offer_pages(Sharing(site)), FLOOR: "/bench/share"}
        rates = measure_rates(Sharing(site), pages)
    for name, rate in rates.items():
        work = f"{CLIENTS} clients, two workers"
        report.add_text(AREA, work, name, f"{rate:.0f} pages/s")
    goals = [
        report.judge(
            AREA,
            f"rate of {name} ÷ that of the login page",
            rates[name] / rates[LOGIN],
            MIN_RATE_RATIO,
            "×",
            least=True,
        )
        for name in ("ours", "ours, folder of 20")
    ]
    assert all(goal.is_met for goal in goals), report.missed(AREA)


def measure_rates(sharing, pages):
    """Return pages per second, median of rounds in which the pages take turns."""
    visitors = [sharing.visitor() for _client in range(CLIENTS)]
    rates = {name: [] for name in pages}
    for turn in range(-1, ROUNDS):
        for name, path in pages.items():
            took = work_together(
                [partial(fetch_often, visitor, path) for visitor in visitors]
            )
            rates[name] += [CLIENTS * PAGES_EACH / took] if turn >= 0 else []
    return {name: statistics.median(each) for name, each in rates.items()}


def fetch_often(visitor, path):
    for _page in range(PAGES_EACH):
        fetch(visitor, path)


def make_small_documents(rows, folder_id, count=20):
    for number in range(count):
        attachment_id = rows.create("ir.attachment", name="a.dat", datas="MTIzNDU=")
        document_id = rows.create(
            "customer.portal.document",
            name=f"Plan {number}",
            attachment_id=attachment_id,
            folder_id=folder_id,
        )
    return document_id


# -- content


@pytest.mark.parametrize("megabytes", SIZES)
def test_content_is_as_quick_as_core(
    sharing, proxied, dms, megabytes, runs, tmp_path, report
):
    size = megabytes * MEGABYTE
    upload = Upload(tmp_path, megabytes)
    works = {
        **offer(sharing, upload, size),
        **offer_behind_nginx(*proxied, upload, size),
        **offer_dms(dms, tmp_path, megabytes),
    }
    figures = take_turns(works, runs)
    report.add(AREA, f"{megabytes} MB", figures)
    for name in ("ours", "core attachment"):
        head = figures[f"{name}, nginx"].head
        report.add_text(AREA, "until nginx sends", name, f"{head * 1000:,.0f} ms")
    goals = [
        report.judge(AREA, f"{megabytes} MB: {text}", ratio, MAX_WALL_RATIO, "×")
        for text, ratio in compare(figures, megabytes)
    ]
    assert all(goal.is_met for goal in goals), report.missed(AREA)


def compare(figures, megabytes):
    """Yield what is judged, and the ratio.

    Nginx alone asks nobody, so the transfer is judged apart: of the whole, Odoo takes as long to
    say yes to core's link as to ours.
    """
    for suffix in ("", ", nginx") if megabytes >= 100 else ("",):
        ours, core = f"ours{suffix}", f"core attachment{suffix}"
        ratio = figures[ours].wall / figures[core].wall
        yield f"wall of {ours} ÷ that of {core}", ratio
    if megabytes >= 100:
        ours, static = figures["ours, nginx"], figures["nginx alone"]
        yield "wall of ours, nginx ÷ that of nginx alone", ours.wall / static.wall
        ratio = ours.transfer / static.transfer
        yield "transfer of ours, nginx ÷ that of nginx alone", ratio


def offer(sharing, upload, size, port=None, suffix=""):
    site = sharing.site
    customer = site.customers[0]
    [document] = upload.to_ours(site.log_in(customer)).json()["documents"]
    [attachment] = upload.to_web(site.admin, customer.contact_id).json()
    path = sharing.share("document", document["id"])
    ours = f"{path}/document/{document['id']}?download=1"
    # as its visitors get it: Odoo looks up the database of who has no session
    [key] = site.watched.server.call(
        "ir.attachment", "generate_access_token", [attachment["id"]]
    )
    core = f"/web/content/{attachment['id']}?access_token={key}"
    visitor = sharing.visitor(port)
    return {
        f"ours{suffix}": (site.watched, partial(fetch, visitor, ours, size)),
        f"core attachment{suffix}": (
            site.watched,
            partial(fetch, visitor, core, size),
        ),
    }


def offer_behind_nginx(sharing, proxy, upload, size):
    offers = offer(sharing, upload, size, proxy.port, ", nginx")
    target = proxy.static / upload.path.name
    os.link(upload.path, target) if same_disk(upload.path, proxy.static) else (
        target.write_bytes(upload.path.read_bytes())
    )
    static = Client(proxy.static_port)
    work = partial(fetch, static, f"/{target.name}", size)
    return {**offers, "nginx alone": (sharing.site.watched, work)}


def same_disk(one, other):
    return os.stat(one).st_dev == os.stat(other).st_dev


def offer_dms(site, folder, megabytes):
    """Offer dms's own link with a key, as its portal makes it."""
    upload = Upload(folder, min(megabytes, DMS_MAX_MEGABYTES))
    directory_id = site.customers[0].directory_id
    [file_id] = upload.to_dms(site.admin, directory_id).json()["result"]
    site.watched.server.sql(
        "UPDATE dms_file SET access_token = 'bench' WHERE id = %s", file_id
    )
    path = f"/my/dms/file/{file_id}/download?access_token=bench"
    client, size = Client(site.watched.server.port), upload.megabytes * MEGABYTE
    return {
        f"dms ({upload.megabytes} MB)": (
            site.watched,
            partial(fetch, client, path, size),
        )
    }


# -- ZIP


def test_a_zip_of_many_files_begins_at_once(sharing, runs, report):
    rows = sharing.site.rows
    folder_id = rows.create("customer.portal.folder", name="Many")
    document_id = make_small_documents(rows, folder_id, 1)
    rows.multiply("customer_portal_document", document_id, FILES, name="'Plan ' || n")
    rows.settle()
    path = sharing.share("folder", folder_id) + "/zip"
    visitor, watched = sharing.visitor(), sharing.site.watched
    firsts = []

    def work():
        first, reply = fetch_with_first_byte(visitor, path)
        firsts.append(first)
        return reply

    figures = take_turns({"ours": (watched, work)}, runs)
    report.add(AREA, f"ZIP of {FILES} files", figures)
    first = sorted(firsts)[len(firsts) // 2]
    report.add_text(AREA, "first byte", "ours", f"{first * 1000:,.0f} ms")
    report.judge(AREA, "first byte of that ZIP", first, MAX_FIRST_BYTE, "s")
    memory = figures["ours"].peak
    goal = report.judge(AREA, "memory of that ZIP", memory, MAX_ZIP_MEMORY, "MB")
    assert goal.is_met, goal.row()


def fetch_with_first_byte(client, path):
    """Return the seconds until the first byte of an answer, and the answer."""
    start = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=120)
    connection.request("GET", path)
    response = connection.getresponse()
    size = len(response.read(1))
    first = time.perf_counter() - start
    while piece := response.read(1 << 20):
        size += len(piece)
    connection.close()
    seconds = time.perf_counter() - start
    assert response.status == 200 and size == int(response.headers["Content-Length"])
    return first, Reply(response.status, {}, size, b"", seconds)


def test_a_zip_streams(sharing, runs, tmp_path, report):
    megabytes = SIZES[-1]
    upload = Upload(tmp_path, megabytes)
    site = sharing.site
    client = site.log_in(site.customers[0])
    lines = [
        upload.to_ours(client).json()["documents"][0]["id"] for _number in range(3)
    ]
    folder_id = site.rows.create("customer.portal.folder", name="Big")
    for document_id in lines:
        site.watched.server.call(
            "customer.portal.document", "write", [document_id], {"folder_id": folder_id}
        )
    path = sharing.share("folder", folder_id) + "/zip"
    visitor = sharing.visitor()
    figures: dict[str, Figure] = take_turns(
        {"ours": (site.watched, partial(fetch, visitor, path))}, runs
    )
    report.add(AREA, f"ZIP of 3 × {megabytes} MB", figures)
    rate = 3 * megabytes / figures["ours"].wall
    report.add_text(AREA, "ZIP, rate", "ours", f"{rate:,.0f} MB/s")
    goal = report.judge(
        AREA, "memory of a big ZIP", figures["ours"].peak, MAX_ZIP_MEMORY, "MB"
    )
    assert goal.is_met, goal.row()
