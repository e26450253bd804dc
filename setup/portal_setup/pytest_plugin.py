"""A pytest plugin: Odoo's test cases beside tests that bring servers, browsers and other workers.

Each worker of pytest-xdist gets a file store of its own. pytest-odoo gives each a database of its
own, but lets all share one file store. Odoo's test cases collect garbage in it after each class,
by what their own database says: a worker would delete the files that another one has just written.

And Odoo's test cases let other children of the process live. They end all that they find after
each class, the servers and browsers that other tests share in this process included.

Odoo's test cases forget all that is cached after each test, compiled pages and the routing map with
it, which few tests change: what is made of views, assets and routes stays, until a class changes one.

pytest reports each subtest: it takes as long as many a subtest, of which there are 50 000. Those
that pass pass silently here.

Workers take tests by what they share: a folder of tests/ with its servers, a test class, a module.
The longest come first, and Odoo's classes, which take seconds each, fill up all workers at the end.
There are more workers than cores: one of them, which has no browser, takes the folders of tests that
wait for slow senders and time limits, while the others compute.
"""

import contextlib
import os
import re
import shutil
from pathlib import Path
from unittest import mock

import pytest
from _pytest.unittest import TestCaseFunction
from xdist.scheduler import LoadScopeScheduling

from .files import link_tree
from .live import LiveServer
from .short_way import short_way

ENDS_ALL_CHILDREN = "check_remaining_processes"
"""A cleanup of each of Odoo's test classes, which runs at once where their set-up fails."""

NEVER_KEPT = {"default", "templates.cached_values"}
"""Groups of Odoo's caches that each test begins without."""
CHANGED = set()
"""Groups that the tests of a class have cleared: what they kept is stale after each."""
LONGEST_FIRST = ("tests/journeys/", "tests/setup/", "tests/test_", "tests/")
SHARE_NO_SERVER = ("tests/journeys/", "tests/setup/", "tests/upgrade/")
"""Folders of modules that workers may take one by one."""
WAITS = re.compile(r"tests/(?!journeys/)\w+(/|$)")
"""Folders of tests that wait for a good part of their time."""
REASON_LINES = 30
DRIVES_SERVERS = re.compile(r"tests/(?!bench/)\w+/")
"""Tests with processes, browsers and clocks beside them.

One that fails is tried once more, and pytest's summary lists it as a rerun: a fault of the test to
mend, as which it does not stop others' work. Its second try begins with new servers, on which the
first one has left nothing.
"""


class Scheduling(LoadScopeScheduling):
    """Gives a worker all tests of a folder that shares servers.

    The last of several workers begins with those that wait, the others with those that do not.
    """

    def _assign_work_unit(self, node):
        waits = len(self.nodes) > 1 and node is self.nodes[-1]
        fitting = (
            scope for scope in self.workqueue if bool(WAITS.match(scope)) == waits
        )
        # without any, it helps with the shortest
        scope = next(fitting, next(reversed(self.workqueue)))
        self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)

    def _split_scope(self, nodeid):
        folder = nodeid.partition("::")[0].rpartition("/")[0]
        is_apart = f"{folder}/".startswith(SHARE_NO_SERVER)
        if folder.startswith("tests/") and not is_apart:
            return folder
        return super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False
    return Scheduling(config, log)


def pytest_collection_modifyitems(items):
    for item in items:
        if DRIVES_SERVERS.match(item.nodeid):
            item.add_marker(pytest.mark.flaky(reruns=1))

    def rank(item):
        starts = map(item.nodeid.startswith, LONGEST_FIRST)
        return next((rank for rank, is_it in enumerate(starts) if is_it), 99)

    if os.getenv("PYTEST_XDIST_WORKER"):
        items.sort(key=rank)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if getattr(item, "execution_count", 1) == 1:
        return
    for fixtures in item._fixtureinfo.name2fixturedefs.values():
        for fixture in fixtures:
            if fixture.cached_result and isinstance(
                fixture.cached_result[0], LiveServer
            ):
                # and all that was made on it
                fixture.finish(item._request)


@pytest.fixture(scope="session", autouse=True)
def own_file_store(load_registry):
    worker = os.getenv("PYTEST_XDIST_WORKER")
    if not worker:
        yield
        return
    from odoo.tools import config

    # inside pytest-odoo's own patch, which returns the shared one
    shared = Path(config.filestore(None))
    own = shared.with_name(f"{shared.name}-{worker}")
    shutil.rmtree(own, ignore_errors=True)
    if shared.exists():
        link_tree(shared, own)
    with mock.patch.object(config, "filestore", return_value=str(own)):
        yield
    shutil.rmtree(own, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def patched_odoo(load_registry, load_http):
    with children_stay(), subtests_pass_silently(), short_way(), caches_stay():
        yield


def children_stay():
    """Keep Odoo's test cases from ending the servers of others, also where a set-up fails."""
    from odoo.tests.common import BaseCase

    add = BaseCase.addClassCleanup.__func__

    def add_class_cleanup(cls, function, /, *args, **kwargs):
        if getattr(function, "__name__", None) != ENDS_ALL_CHILDREN:
            add(cls, function, *args, **kwargs)

    return mock.patch.object(
        BaseCase, "addClassCleanup", classmethod(add_class_cleanup)
    )


@contextlib.contextmanager
def caches_stay():
    """Keep what Odoo caches of views, assets, routes and settings, the same for most tests.

    ``clear_cache`` tells of each change of them; translations of views come in without it.
    """
    from odoo.modules.registry import Registry
    from odoo.orm.registry import _CACHES_BY_KEY
    from odoo.tools.translate import TranslationImporter

    def note_change(cls, name, get_groups):
        original = getattr(cls, name)

        def noting(this, *args, **kwargs):
            CHANGED.update(get_groups(args))
            return original(this, *args, **kwargs)

        return mock.patch.object(cls, name, noting)

    def clear(registry):
        stale = NEVER_KEPT.union(*map(_CACHES_BY_KEY.get, CHANGED))
        for name, cache in registry._Registry__caches.items():
            if name in stale:
                cache.clear()

    with (
        note_change(Registry, "clear_cache", lambda groups: groups),
        note_change(TranslationImporter, "save", lambda _args: ["templates"]),
        mock.patch.object(Registry, "clear_all_caches", clear),
    ):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    result = yield
    # what a class changed is undone with its last test
    cls, next_cls = (getattr(test, "cls", None) for test in (item, nextitem))
    if nextitem is None or next_cls is not cls:
        CHANGED.clear()
    return result


def subtests_pass_silently():
    add_subtest = TestCaseFunction.addSubTest

    def add_failed(item, case, subtest, exc_info):
        if exc_info is not None:
            add_subtest(item, case, subtest, exc_info)

    return mock.patch.object(TestCaseFunction, "addSubTest", add_failed)


def pytest_terminal_summary(terminalreporter):
    """Say why a test was tried once more: it is a fault to mend, if only of the test."""
    reports = terminalreporter.stats.get("rerun", [])
    if reports:
        terminalreporter.section("tried once more")
    for report in reports:
        terminalreporter.line(f"{report.nodeid} ({report.when})")
        for line in report.longreprtext.splitlines()[-REASON_LINES:]:
            terminalreporter.line(f"    {line}")
