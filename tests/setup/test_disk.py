"""A full disk: a sentence, nothing half-written, and a next run that goes on."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from portal_setup.cli import explain
from portal_setup.console import Console
from portal_setup.errors import SetupError
from portal_setup.live import standing_ground
from portal_setup.paths import REPOSITORY

from .debian_archive import make_package

SMALL_DISK = 'mount -t tmpfs -o size={size},mode=755 tmpfs "{folder}" && exec "$@"'
RUN = """
import io, sys
from pathlib import Path
from portal_setup.cli import explain
from portal_setup.console import Console
try:
    {code}
except Exception as error:
    print(explain(error))
print(sorted(str(path.relative_to(sys.argv[1])) for path in Path(sys.argv[1]).rglob("*")))
"""


FULL = "The disk is full (/x): make room and run this again."


@pytest.fixture
def disk():
    """A folder for a small disk, which a command sees that is run by ``on_small_disk``."""
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def on_small_disk(disk, *command, size="2m", **environ):
    """Run a command for which ``disk`` is a disk of its own; return what it printed.

    The disk is gone with the command. Root or not, the kernel's namespaces allow it.
    """
    whoever = [] if os.geteuid() == 0 else ["--map-root-user"]
    mount = SMALL_DISK.format(size=size, folder=disk)
    return subprocess.run(
        ["unshare", *whoever, "--mount", "sh", "-c", mount, "sh", *map(str, command)],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY / "setup")} | environ,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


def python(disk, code, *arguments):
    """Run code on the small disk; return the lines printed: the sentence, then what is there."""
    result = on_small_disk(
        disk, sys.executable, "-c", RUN.format(code=code), disk, *arguments
    )
    return result.stdout.splitlines()


def test_it_says_how_much_room_is_needed_before_it_fetches(disk):
    run = (sys._base_executable, REPOSITORY / "setup/run", "--port", "0")
    result = on_small_disk(disk, *run, XDG_CACHE_HOME=str(disk), ODOO_HOME="")
    assert result.returncode == 1
    said = f"✗ {disk}/customer-portal has 2 MB free and 4.0 GB are needed: make room, or set XDG_CACHE_HOME to"
    assert said in result.stdout


def test_it_says_that_the_disk_is_full_while_it_unpacks(disk, tmp_path):
    package = make_package(tmp_path, "big", big=bytes(8_000_000))
    code = (
        "from portal_setup.debian import unpack; from portal_setup.files import finished_folder\n"
        "    with finished_folder(Path(sys.argv[1]) / 'odoo') as work:\n"
        "        unpack([Path(sys.argv[2])], work, Console(Path('/dev/null'), io.StringIO()))"
    )
    said, there = python(disk, code, package)
    assert said.startswith(f"The disk of {disk}/.odoo-partial-")
    assert said.endswith(" is full: make room and run this again.")
    assert there == "[]"


def test_a_record_that_finds_no_room_leaves_the_old_one(disk):
    code = (
        "from portal_setup.files import write_atomically\n"
        "    file = Path(sys.argv[1]) / 'record'; write_atomically(file, 'old')\n"
        "    write_atomically(file, 'new' * 5_000_000)"
    )
    said, there = python(disk, code)
    assert said == "The disk is full (while writing): make room and run this again."
    assert there == "['record']"


def test_it_says_that_there_is_no_room_for_postgresql(disk):
    code = (
        "from portal_setup.postgres import EmbeddedPostgres; from portal_setup.paths import Paths\n"
        "    paths = Paths(Path('/'), Path(sys.argv[1]))\n"
        "    with EmbeddedPostgres(paths, Path(sys.argv[2]), Console(Path('/dev/null'), io.StringIO())).in_use(): pass"
    )
    site_packages = standing_ground().ground.environment.site_packages
    said, there = python(disk, code, site_packages)
    assert "full" in said or "No space left on device" in said, said
    assert "unforeseen" not in said
    assert "pg_control" not in there


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENOSPC, "", "/x"), FULL),
        (OSError(errno.EDQUOT, "", "/x"), FULL),
        (PermissionError(13, "", "/x"), "Not allowed to use /x: check who owns it."),
        (SetupError("Taken."), "Taken."),
        (ValueError("why"), "Something unforeseen went wrong: ValueError: why"),
    ],
)
def test_each_failure_has_a_sentence(error, sentence):
    assert explain(error) == sentence


def test_a_copy_that_finds_no_room_is_a_full_disk(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b").write_text("b")

    def copy_to_full_disk(source, _target):
        shutil.copyfile(source, "/dev/full")

    with pytest.raises(shutil.Error) as failure:
        shutil.copytree(tmp_path / "a", tmp_path / "c", copy_function=copy_to_full_disk)
    assert explain(failure.value).startswith("The disk is full")


def test_a_log_that_finds_no_room_is_a_full_disk():
    with pytest.raises(OSError) as failure:
        Console(Path("/dev/full")).note("anything")
    assert explain(failure.value).startswith("The disk is full")
