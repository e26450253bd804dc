"""Servers, browser and people of the journeys."""

import contextlib
import resource

import pytest
from playwright.sync_api import expect, sync_playwright

from portal_setup.addons import find_addons
from portal_setup.browser import CHROMIUM, OPTIONS
from portal_setup.live import TEST_MODULES, LiveServer
from portal_setup.paths import REPOSITORY

from .accessibility import Check, load_axe
from .browsers import Browsers
from .line import Line
from .people import People
from .visits import Visits

# Odoo's websocket of a page that closes may lose a race against the next page's.
WITHOUT_WEBSOCKETS = (
    "--log-handler=:INFO",
    "--log-handler=odoo.addons.bus.websocket:CRITICAL",
)
OF_WEBSOCKETS = r"bad query: .*mail_presence"
PATIENCE_MS = 30_000
"""The first page of a kind waits for its assets; two servers may share two cores."""


@pytest.fixture(scope="session")
def server():
    """The server that most journeys share; each brings its own customers."""
    modules = [*TEST_MODULES, *find_addons(REPOSITORY)]
    with LiveServer(modules, arguments=WITHOUT_WEBSOCKETS) as server:
        # nobody takes a status back here, and nobody waits a minute for its mail
        parameter = "customer_portal_issues.status_mail_seconds"
        server.call("ir.config_parameter", "set_param", parameter, "0")
        yield server


@pytest.fixture(scope="session")
def browser():
    expect.set_options(timeout=PATIENCE_MS)
    with without_memory_limit(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM.path(), args=list(OPTIONS)
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browsers(browser):
    return Browsers(browser, PATIENCE_MS)


@contextlib.contextmanager
def without_memory_limit():
    """Lift the limit that Odoo sets on this process; Chromium reserves more addresses."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@pytest.fixture(scope="session")
def axe():
    return load_axe()


@pytest.fixture
def check(axe):
    return Check(axe)


@pytest.fixture(scope="module")
def people(server):
    return People(server)


@pytest.fixture
def line(server):
    """A slow line to the server; name it before ``visits``, whose pages end first."""
    with Line(server.port, bytes_per_second=4_000_000) as line:
        yield line


@pytest.fixture
def visits(server, browsers):
    """Pages of people; afterwards, no page and no server may have complained."""
    with watched(server, browsers) as visits:
        yield visits


@contextlib.contextmanager
def watched(server, browsers):
    """Yield :class:`Visits` to a server whose log must stay without new problems."""
    before = len(server.problems())
    visits = Visits(server, browsers)
    visits.expect_complaint(OF_WEBSOCKETS)
    try:
        yield visits
    finally:
        visits.close()
    assert visits.get_complaints() == []
    assert visits.filter_expected(server.problems()[before:]) == []
