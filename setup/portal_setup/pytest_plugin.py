"""A pytest plugin: Odoo's test cases beside tests that bring servers, browsers and other workers.

Each worker of pytest-xdist gets a file store of its own. pytest-odoo gives each a database of its
own, but lets all share one file store. Odoo's test cases collect garbage in it after each class,
by what their own database says: a worker would delete the files that another one has just written.

And Odoo's test cases let other children of the process live. They end all that they find after
each class, the servers and browsers that other tests share in this process included.

Workers take tests by what they share: a folder of tests/ with its servers, a test class, a module.
The longest come first, and Odoo's classes, which take seconds each, fill up both workers at the end.
"""

import os
import re
import shutil
from pathlib import Path
from unittest import mock

import pytest
from xdist.scheduler import LoadScopeScheduling

from .files import link_tree

ENDS_ALL_CHILDREN = "check_remaining_processes"
"""A cleanup of each of Odoo's test classes, which runs at once where their set-up fails."""

LONGEST_FIRST = ("tests/journeys/", "tests/setup/", "tests/test_", "tests/")
SHARE_NO_SERVER = ("tests/journeys/", "tests/setup/", "tests/upgrade/")
"""Folders of modules that workers may take one by one."""
DRIVES_SERVERS = re.compile(r"tests/\w+/")
"""Tests with processes, browsers and clocks beside them.

One that fails is tried once more, and pytest's summary lists it as a rerun: a fault of the test to
mend, as which it does not stop others' work.
"""


class Scheduling(LoadScopeScheduling):
    """Gives a worker all tests of a folder that shares servers."""

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
def children_that_stay():
    """Keep Odoo's test cases from ending the servers of others, also where a set-up fails."""
    from odoo.tests.common import BaseCase

    add = BaseCase.addClassCleanup.__func__

    def add_class_cleanup(cls, function, /, *args, **kwargs):
        if getattr(function, "__name__", None) != ENDS_ALL_CHILDREN:
            add(cls, function, *args, **kwargs)

    with mock.patch.object(BaseCase, "addClassCleanup", classmethod(add_class_cleanup)):
        yield
