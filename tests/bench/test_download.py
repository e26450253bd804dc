"""Downloads: our documents beside core's attachments, dms's portal route and nginx alone."""

from dataclasses import dataclass
from functools import partial

import pytest

from portal_setup.proxy import Nginx

from .client import Client
from .conftest import SUITE, numbers, open_site
from .measure import MEGABYTE, Peak, Watched, take_turns, work_together
from .peers import DMS_MAX_MEGABYTES, Upload

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
AREA = "download"
SIZES = numbers("BENCH_DOWNLOAD_MB", "1 25 100 1024")
USUAL = min(SIZES, key=lambda megabytes: abs(megabytes - 100))
MAX_WALL_RATIO = 1.1
MAX_MEMORY = 1
CLIENTS = 4


@dataclass(frozen=True)
class Offer:
    """A file that one of the contestants serves."""

    watched: Watched
    client: Client
    path: str
    megabytes: int

    def fetch(self):
        reply = self.client.get(self.path, keep=False)
        assert reply.status == 200 and reply.size == self.megabytes * MEGABYTE, reply
        return reply

    def copy(self):
        """Return the same offer for another thread."""
        return Offer(self.watched, self.client.copy(), self.path, self.megabytes)


@pytest.fixture(scope="module")
def proxied():
    """A site behind nginx, and the nginx."""
    with open_site(SUITE, proxy_mode=True, x_sendfile=True) as site:
        site.customers[0] = site.rows.add_customer("customer")
        with Nginx(site.watched.server) as proxy:
            yield site, proxy


@pytest.fixture(scope="module")
def make_offers(suite, dms, proxied, tmp_path_factory):
    """Put a file of some size before all contestants and return name to :class:`Offer`."""
    made = {}

    def make(megabytes):
        if megabytes not in made:
            folder = tmp_path_factory.mktemp("download")
            upload = Upload(folder, megabytes)
            made[megabytes] = {
                **_offer_site(suite, upload),
                **_offer_behind_nginx(*proxied, upload),
                **_offer_dms(dms, folder, megabytes),
            }
        return made[megabytes]

    return make


def _offer_site(site, upload):
    customer = site.customers[0]
    client = site.log_in(customer)
    [document] = upload.to_ours(client).json()["documents"]
    [attachment] = upload.to_web(site.admin, customer.contact_id).json()
    paths = f"{document['url']}/content?download=1", f"/web/content/{attachment['id']}"
    return {
        "ours": Offer(site.watched, client, paths[0], upload.megabytes),
        "core attachment": Offer(site.watched, site.admin, paths[1], upload.megabytes),
    }


def _offer_behind_nginx(site, proxy, upload):
    offers = {}
    for name, offer in _offer_site(site, upload).items():
        client = offer.client.copy()
        client.port = proxy.port
        offers[f"{name}, nginx"] = Offer(
            site.watched, client, offer.path, upload.megabytes
        )
    upload.path.rename(proxy.static / upload.path.name)
    static, path = Client(proxy.static_port), f"/{upload.path.name}"
    offers["nginx alone"] = Offer(site.watched, static, path, upload.megabytes)
    return offers


def _offer_dms(site, folder, megabytes):
    if megabytes > 100:
        return {}
    upload = Upload(folder, min(megabytes, DMS_MAX_MEGABYTES))
    customer = site.customers[0]
    [file_id] = upload.to_dms(site.admin, customer.directory_id).json()["result"]
    path, client = f"/my/dms/file/{file_id}/download", site.log_in(customer)
    name = f"dms ({upload.megabytes} MB)"
    return {name: Offer(site.watched, client, path, upload.megabytes)}


@pytest.mark.parametrize("megabytes", SIZES)
def test_it_is_as_quick_as_core_and_nginx(make_offers, megabytes, runs, report):
    offers = make_offers(megabytes)
    works = {name: (offer.watched, offer.fetch) for name, offer in offers.items()}
    figures = take_turns(works, runs)
    work = f"{megabytes} MB, one client"
    report.add(AREA, work, figures)
    # what a request costs is another matter: less than a file of 25 MB takes
    goals = []
    for ours, peer, least in (
        ("ours", "core attachment", 25),
        ("ours, nginx", "core attachment, nginx", 25),
        ("ours, nginx", "nginx alone", 100),
    ):
        if megabytes >= least:
            ratio = figures[ours].wall / figures[peer].wall
            text = f"{work}, {ours}: wall ÷ that of {peer}"
            goals.append(report.judge(AREA, text, ratio, MAX_WALL_RATIO, "×"))
    assert all(goal.is_met for goal in goals), [goal.row() for goal in goals]


def test_it_costs_no_memory(make_offers, report):
    work = f"{USUAL} MB, {CLIENTS} clients"
    peaks = {}
    for name, offer in make_offers(USUAL).items():
        works = [offer.copy().fetch for _client in range(CLIENTS)]
        work_together(works)
        with Peak(offer.watched.server.pids()) as peak:
            work_together(works)
        peaks[name] = peak.growth
        if name != "nginx alone":
            report.add_text(AREA, work, name, f"{peak.growth:,.1f} MB of memory")
    worst = max(peaks["ours"], peaks["ours, nginx"])
    goal = report.judge(AREA, f"{work}: memory", worst, MAX_MEMORY, "MB")
    assert goal.is_met, goal.row()


@pytest.mark.parametrize("ours", ("ours", "ours, nginx"))
def test_it_continues_and_is_not_sent_twice(make_offers, ours, report):
    answers = {}
    for name, offer in make_offers(USUAL).items():
        get = partial(offer.client.get, offer.path)
        whole = get(keep=False)
        part = get(Range="bytes=1000-1999")
        again = get(keep=False, If_None_Match=whole.headers.get("ETag", '"none"'))
        answers[name] = (part.status, part.size, again.status)
        if ours == "ours":
            report.add_text(AREA, "Range; ETag", name, f"{part.status}; {again.status}")
    goal = report.judge(
        AREA,
        f"Range 206 and ETag 304, {ours}",
        float(answers[ours] == (206, 1000, 304)),
        1,
        least=True,
    )
    assert goal.is_met, answers
