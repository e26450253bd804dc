"""Whatever stops a command half-way, the next one goes on from there."""

import copy
import dataclasses
import signal
import uuid

import psutil
import pytest

from portal_setup.files import finished_folder, locked, write_atomically
from portal_setup.live import standing_ground
from portal_setup.templates import Templates

from .common import PROBE, READY, start, third_party_depends, wait_until

BUILDS_IN_A_FOLDER = """
import sys, time
from pathlib import Path
from portal_setup.files import finished_folder

with finished_folder(Path(sys.argv[1])) as work:
    (work / "half").touch()
    print("half-way", flush=True)
    time.sleep(600)
"""
HOLDS_A_COPY = """
import sys, time
from portal_setup.live import standing_ground
from portal_setup.templates import Templates

with Templates(standing_ground()).disposable(sys.argv[1]) as name:
    print(name, flush=True)
    time.sleep(600)
"""
BUILDS_A_TEMPLATE = """
import sys
from setup.test_interruption import make_templates

make_templates(sys.argv[1]).provide_base(["base"], demo=False)
"""

IS_INTERRUPTED_WHILE_IT_SPAWNS = """
import os, signal, sys, time
from portal_setup.process import spawn, turn_signals_into_exceptions

turn_signals_into_exceptions()
signal.signal(signal.SIGALRM, signal.getsignal(signal.SIGINT))
os.register_at_fork(before=lambda: print("in a hook, which drops a Ctrl-C"))
children, interrupted = [], 0
for moment in range(1, 60):
    try:
        signal.setitimer(signal.ITIMER_REAL, moment / 20_000)
        children.append(spawn(["sleep", sys.argv[1]]))
        time.sleep(1)
    except KeyboardInterrupt:
        interrupted += 1
print(interrupted, flush=True)
time.sleep(1)  # as to stop PostgreSQL takes: setpriv has begun
"""


def make_templates(identity):
    """Return templates that nobody else uses: those of an Odoo with this identity."""
    standing = copy.copy(standing_ground())
    source = dataclasses.replace(standing.ground.odoo_source, identity=identity)
    standing.ground = dataclasses.replace(standing.ground, odoo_source=source)
    return Templates(standing)


def kill(child):
    child.kill()
    child.wait()
    child.stdout.close()


def test_a_folder_half_unpacked_when_killed_is_not_taken_for_whole(tmp_path):
    child = start(BUILDS_IN_A_FOLDER, tmp_path / "odoo")
    assert child.stdout.readline() == "half-way\n"
    kill(child)
    assert not (tmp_path / "odoo").exists()
    [left] = tmp_path.iterdir()
    assert (left / "half").exists()
    with finished_folder(tmp_path / "odoo") as work:
        (work / "whole").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["odoo"]
    assert [path.name for path in (tmp_path / "odoo").iterdir()] == ["whole"]


def test_a_folder_that_failed_half_way_leaves_the_old_one(tmp_path):
    with finished_folder(tmp_path / "odoo") as work:
        (work / "old").touch()
    with pytest.raises(ZeroDivisionError), finished_folder(tmp_path / "odoo") as work:
        (work / "new").touch()
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["odoo"]
    assert (tmp_path / "odoo/old").exists()


def test_a_file_written_half_way_leaves_the_old_one(tmp_path):
    write_atomically(tmp_path / "record", "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(tmp_path / "record", "new" * 100_000 + "\udcff")
    assert (tmp_path / "record").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["record"]


def test_a_lock_ends_with_the_process_that_is_killed(tmp_path):
    holds = (
        "import sys, time; from pathlib import Path; from portal_setup.files import locked\n"
        "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"
    )
    child = start(holds, tmp_path / "lock")
    assert child.stdout.readline() == "held\n"
    waited = []

    def say(sentence):
        waited.append(sentence)
        kill(child)

    with locked(tmp_path / "lock", say):
        assert waited == ["Another run is at work on lock; waiting for it."]


def test_a_ctrl_c_while_a_child_begins_is_not_lost():
    seconds = f"600.{uuid.uuid4().int % 10**9}"
    child = start(IS_INTERRUPTED_WHILE_IT_SPAWNS, seconds)
    printed, _nothing = child.communicate(timeout=60)
    assert (printed, child.returncode) == ("59\n", 0)

    def is_over():
        lines = (
            process.info["cmdline"] for process in psutil.process_iter(["cmdline"])
        )
        return not any(seconds in (line or ()) for line in lines)

    wait_until(is_over, 20, lambda: "what was started is left")


def stop_half_way(clone, number, code):
    """Send a signal to a first run while it builds the database; return what it printed."""
    clone.add_probe()
    with clone.run() as command:
        wait_until(lambda: f"-i {PROBE}" in clone.log(), 180, lambda: command.output)
        command.signal(number)
        command.assert_ends(code)
    clone.assert_nothing_runs()
    assert not clone.is_built()
    return command.output


def test_a_killed_run_leaves_nothing_running_and_the_next_builds_the_database(clone):
    stop_half_way(clone, signal.SIGKILL, -signal.SIGKILL)
    with clone.run() as command:
        command.wait_for(READY)
        assert clone.is_built()
        command.signal(signal.SIGTERM)
        command.assert_ends(0)
    clone.assert_nothing_runs()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_build_that_is_stopped_says_so_and_leaves_nothing_running(
    clone, number, code
):
    printed = stop_half_way(clone, number, code)
    assert printed.endswith("Stopped. The next run goes on from here.")
    assert "Traceback" not in printed


def test_a_template_half_built_when_killed_is_built_anew():
    identity = f"test-{uuid.uuid4()}"
    templates = make_templates(identity)
    databases = standing_ground().databases
    names = "SELECT datname FROM pg_database WHERE datname LIKE 'portal\\_tpl\\_%%'"
    before = set(databases.query("postgres", names))
    child = start(BUILDS_A_TEMPLATE, identity)
    wait_until(
        lambda: set(databases.query("postgres", names)) - before,
        60,
        lambda: "no database",
    )
    kill(child)
    name = templates.provide_base(["base"], demo=False)
    try:
        assert databases.query(
            name, "SELECT state FROM ir_module_module WHERE name = 'base'"
        ) == [("installed",)]
        assert not databases.exists(f"{name}_partial")
    finally:
        databases.drop(name)


def test_a_copy_of_a_killed_test_run_is_dropped_by_the_next():
    templates = Templates(standing_ground())
    databases = standing_ground().databases
    template = templates.provide_base(third_party_depends())
    child = start(HOLDS_A_COPY, template)
    name = child.stdout.readline().strip()
    databases.copy(template, f"{name}-gw0")
    assert databases.exists(name)
    kill(child)
    with templates.disposable(template) as other:
        assert not databases.exists(name)
        assert not databases.exists(f"{name}-gw0")
        assert databases.exists(other)
    assert not databases.exists(other)
