"""``./setup/test`` in a clone with an addon that linters and translators have complaints about."""

import re
import shutil

import pytest

from .common import PROBE, Command

BAD_PYTHON = """\
import os
from odoo import models

class Probe(models.Model):
    _inherit = "res.partner"

    def unlink(self):
        raise ValueError( 'no' )
"""
GOOD_PYTHON = """\
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    probe = fields.Char()
"""
BAD_SCRIPT = """\
var unused = 1
"""
BAD_VIEW = """\
<odoo>
<record id="partner" model="res.partner"><field name="name">Probe</field></record>
</odoo>
"""
TESTS = """\
from unittest import SkipTest

from odoo.tests import TransactionCase


class TestProbe(TransactionCase):
    def test_it_is_installed(self):
        self.assertTrue(self.env.ref("customer_portal_probe.partner").name)


class TestThatCannotBegin(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        raise SkipTest("its cleanups run at once")

    def test_nothing(self):
        pass
"""
CONFTEST = """\
import subprocess

import pytest


@pytest.fixture(scope="session", autouse=True)
def child():
    with subprocess.Popen(["sleep", "600"]) as child:
        yield child
        child.kill()
"""
PLAIN_TESTS = """\
def test_odoo_lets_the_children_of_others_live(child):
    assert child.poll() is None
"""
SERVED_TESTS = """\
import pytest

from portal_setup.live import LiveServer

SERVERS = []


@pytest.fixture(scope="session")
def server():
    SERVERS.append(LiveServer.__new__(LiveServer))
    return SERVERS[-1]


@pytest.fixture(scope="session")
def left_on_it(server):
    return []


def test_a_second_try_begins_with_a_server_of_its_own(server, left_on_it):
    left_on_it.append("what the first try has made")
    assert len(SERVERS) == 2
    assert len(left_on_it) == 1
"""
pytestmark = pytest.mark.slow
SERVED = (
    "tests/served/test_served.py::test_a_second_try_begins_with_a_server_of_its_own"
)
LINTERS = ("ruff check", "ruff format", "pylint-odoo", "prettier", "eslint")


@pytest.fixture(scope="module")
def bad_clone(make_clone):
    clone = make_clone()
    clone.add_probe(view=BAD_VIEW)
    addon = clone.repository / PROBE
    (addon / "__init__.py").write_text("from . import probe\n")
    (addon / "probe.py").write_text(BAD_PYTHON)
    (addon / "static/src").mkdir(parents=True)
    (addon / "static/src/probe.js").write_text(BAD_SCRIPT)
    (addon / "tests").mkdir()
    (addon / "tests/__init__.py").write_text("from . import test_probe\n")
    (addon / "tests/test_probe.py").write_text(TESTS)
    (clone.repository / "tests/served").mkdir(parents=True)
    (clone.repository / "conftest.py").write_text(CONFTEST)
    (clone.repository / "tests/test_plain.py").write_text(PLAIN_TESTS)
    (clone.repository / "tests/served/test_served.py").write_text(SERVED_TESTS)
    return clone


@pytest.fixture(scope="module")
def judged(bad_clone):
    with Command(bad_clone, "test", "-q") as command:
        command.wait(400)
        yield command


@pytest.mark.parametrize("linter", LINTERS)
def test_it_says_which_linter_is_not_content(judged, linter):
    assert f"✗ {linter} is not content" in judged.lines


def test_it_says_which_translation_template_is_stale(judged):
    said = f"✗ {PROBE}/i18n/{PROBE}.pot: not current; run ./setup/pot and commit it"
    assert said in judged.lines


def test_it_ends_with_the_closing_line_of_pytest_on_tests_of_both_kinds(judged):
    assert re.fullmatch(r"3 passed, 1 skipped, 1 rerun in [\d.]+s.*", judged.lines[-1])


def test_it_tries_what_drives_servers_once_more_and_says_why_it_had_to(judged):
    names = [line for line in judged.lines if line.endswith("(call)")]
    assert names == [f"{SERVED} (call)"]
    assert "    E       assert 1 == 2" in judged.lines


def test_it_fails_although_the_tests_pass(judged):
    assert judged.process.returncode == 1


def test_it_leaves_nothing_running(judged, bad_clone):
    bad_clone.assert_nothing_runs()


def test_all_are_content_once_mended(judged, bad_clone):
    shutil.rmtree(bad_clone.repository / PROBE / "static")
    (bad_clone.repository / PROBE / "probe.py").write_text(GOOD_PYTHON)
    with Command(bad_clone, "lint", "--fix") as command:
        command.assert_ends(0)
    with Command(bad_clone, "pot") as command:
        command.assert_ends(0)
    assert command.lines[-1] == f"✓ {PROBE}/i18n/{PROBE}.pot written"
    with Command(bad_clone, "pot") as command:
        command.assert_ends(0)
    assert command.lines[-1] == "✓ All translation templates are current"
