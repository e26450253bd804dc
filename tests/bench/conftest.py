"""Servers, people and the report of a run."""

import contextlib
import os
from dataclasses import dataclass, field

import pytest

from portal_setup.live import LiveServer, standing_ground
from portal_setup.paths import REPOSITORY

from .client import Client
from .data import Rows
from .measure import Watched
from .report import Report

SUITE = ("customer_portal_docs", "project", "helpdesk_mgmt")
DMS = ("dms",)
REPORT = pytest.StashKey()


@dataclass
class Site:
    """A server with one customer and the administrator logged in.

    :ivar customers: by their number of documents
    :ivar peers: other customers, by their number of tasks and tickets
    """

    watched: Watched
    rows: Rows
    admin: Client
    customers: dict = field(default_factory=dict)
    peers: dict = field(default_factory=dict)

    def log_in(self, customer):
        return Client(self.watched.server.port, customer.login)


@contextlib.contextmanager
def open_site(modules, workers=0, arguments=(), addons=(), **config):
    """Yield a :class:`Site` on an almost empty database of its own.

    :param arguments: more arguments of Odoo's command line
    :param addons: more folders of addons
    :param config: more options of ``odoo.conf``
    """
    with LiveServer(
        modules,
        workers=workers,
        demo=False,
        config=config,
        arguments=arguments,
        addons=addons,
        quick_passwords=False,
    ) as server:
        rows = Rows(server)
        _lift_limits(server, "customer_portal_docs" in modules)
        admin = Client(server.port, "admin", "admin")
        yield Site(Watched(server), rows, admin)


def open_site_with_floor(modules, workers):
    """Yield the same with the routes of ``bench_floor``, which do nothing of their own."""
    return open_site(
        modules,
        workers,
        ("--load=base,rpc,web,bench_floor",),
        [REPOSITORY / "tests/bench"],
    )


def _lift_limits(server, has_documents):
    call = server.call
    for name, limit in {
        "web.max_file_upload_size": 1 << 32,  # bytes
        "dms.binary_max_size": 1 << 12,  # MB
    }.items():
        call("ir.config_parameter", "set_param", name, str(limit))
    limit = {"portal_document_max_size": 0} if has_documents else {}
    call("res.company", "write", [1], {"email": "us@example.com", **limit})


def numbers(name, default):
    """Return the numbers in an environment variable, separated by spaces."""
    return [int(number) for number in os.environ.get(name, default).split()]


def pytest_configure(config):
    config.stash[REPORT] = Report()


@pytest.fixture(scope="session")
def report(pytestconfig):
    return pytestconfig.stash[REPORT]


@pytest.fixture(scope="session")
def runs():
    """How often each thing is measured."""
    return numbers("BENCH_RUNS", "5")[0]


@pytest.fixture(scope="module")
def suite():
    """Our addon, core and helpdesk_mgmt, with one customer and no rows."""
    with open_site(SUITE) as site:
        site.customers[0] = site.rows.add_customer("customer")
        yield site


@pytest.fixture(scope="module")
def dms():
    """OCA dms alone, with a directory of the customer in the file store."""
    with open_site(DMS) as site:
        customer = site.rows.add_customer("customer")
        site.rows.add_directory(customer)
        site.customers[0] = customer
        yield site


def pytest_terminal_summary(terminalreporter, config):
    report = config.stash[REPORT]
    if report.figures:
        path = standing_ground().paths.clone / "bench.md"
        path.write_text(report.render() + "\n")
        terminalreporter.section(f"benchmarks (kept in {path})")
        terminalreporter.write_line(report.render())
