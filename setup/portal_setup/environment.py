"""The virtual environment: Odoo's Python packages, ours, and the tests' tools."""

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from .debian import Archive, is_debian, machine_sources, raise_if_disk_full, unpack
from .errors import DownloadError, SetupError
from .files import locked, write_atomically
from .odoo_source import RECORD
from .paths import short_hash
from .process import run_logged

REQUIREMENTS = Path(__file__).parents[1] / "requirements.txt"
TEST_REQUIREMENTS = Path(__file__).parents[1] / "requirements-test.txt"
OLDEST_PYTHON = (3, 11)
MACHINE_PYTHON = "/usr/bin/python{}.{}"
# Prefork Odoo starts its own command again for the websocket process, and needs a file for it.
ODOO_COMMAND = """\
#!{python}
from odoo.cli.command import main

main()
"""


class Environment:
    """A virtual environment that sees one Odoo, named after all that it is made of.

    :ivar bytecode: folder of compiled Python files, those of Odoo and of this repository included
    """

    def __init__(self, paths, odoo, console):
        self._paths, self._odoo, self._console = paths, odoo, console
        made_of = (
            sys.version,
            odoo.identity,
            odoo.home,
            REQUIREMENTS.read_bytes(),
            ODOO_COMMAND,
        )
        self.identity = short_hash(*made_of)
        self.folder = paths.cache / "environments" / self.identity
        self.bin, self.bytecode = self.folder / "bin", self.folder / "bytecode"
        self.python = self.bin / "python"
        version = "python{}.{}".format(*sys.version_info)
        self.site_packages = self.folder / "lib" / version / "site-packages"

    @property
    def is_active(self):
        """Whether this very process runs in it."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def provide(self, with_tests=False):
        """Build what is missing; a half-built environment is completed.

        :raise SetupError: if it cannot be built
        """
        wanted = [REQUIREMENTS, *([TEST_REQUIREMENTS] if with_tests else [])]
        if not all(self._stamp(file).exists() for file in wanted):
            with locked(self.folder.with_suffix(".lock"), self._console.say):
                self._create()
                for file in wanted:
                    self._install(file)

    def _stamp(self, file):
        return self.folder / f"{file.stem}-{short_hash(file.read_bytes())}.installed"

    def _create(self):
        if (self.folder / RECORD).exists():
            return
        self._console.step("Python environment")
        self._paths.check_room(1_500_000_000)
        shutil.rmtree(self.folder, ignore_errors=True)
        venv = [sys.executable, "-m", "venv", self.folder]
        if not importlib.util.find_spec("ensurepip"):
            venv.append("--without-pip")
        self._check(venv, "The virtual environment cannot be created")
        write_atomically(self.site_packages / "odoo-home.pth", f"{self._odoo.home}\n")
        write_atomically(
            self.bin / "odoo", ODOO_COMMAND.format(python=self.python), 0o755
        )
        self._odoo.record(self.folder / RECORD)
        self._console.done(f"Python {sys.version.split()[0]}")

    def _install(self, file):
        if self._stamp(file).exists():
            return
        names = [
            line for line in file.read_text().splitlines() if line and line[0] != "#"
        ]
        self._console.step(f"Python packages ({file.stem})")
        done = []

        def show(line):
            if line.startswith(("Collecting ", "Requirement already")):
                done.append(line)
                name = line.removeprefix("Collecting ").split("==")[0].strip()
                number, total = len(done), len(names)
                self._console.progress(f"{number}/{total} {name}", number / total)
            elif line.startswith("Installing"):
                self._console.progress("installing", 1)

        # what our children compile, they keep elsewhere
        options = ("--no-deps", "--no-compile", "-r", file)
        self._check([*self._pip(), "install", *options], "pip failed", show)
        write_atomically(self._stamp(file), "")
        self._console.done(f"{len(names)} packages")

    def _check(self, command, failure, on_line=None):
        environ = os.environ | {
            "PIP_PROGRESS_BAR": "off",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }
        code, last = run_logged(command, self._console, on_line, env=environ)
        if code:
            raise_if_disk_full(last, self._paths.cache)
            errors = [line for line in last if "ERROR" in line or "Error" in line]
            why = (errors or last or [""])[-1].strip()
            raise DownloadError(f"{failure}: {why}. Run this again to continue.")

    def _pip(self):
        """Return the command that runs pip for this environment, with or without ``ensurepip``."""
        if (self.bin / "pip").exists():
            return [self.python, "-m", "pip"]
        if importlib.util.find_spec("pip"):
            return [sys.executable, "-m", "pip", "--python", self.python]
        return [self.python, self._pip_wheel() / "pip"]

    def _pip_wheel(self):
        if not is_debian():
            raise SetupError(
                "This Python has neither pip nor ensurepip: install one of them and run this again."
            )
        folder = self._paths.cache / "pip"
        wheel = "usr/share/python-wheels/pip-*.whl"
        if not any(folder.glob(wheel)):
            archive = Archive(
                self._paths.cache / "debian", machine_sources("bookworm"), self._console
            )
            try:
                archive.refresh()
                files = archive.fetch(["python3-pip-whl/bookworm"])
                unpack(files, folder, self._console)
            except SetupError as error:
                raise SetupError(
                    f"This Python has no pip: `apt-get install python3-venv` and run this again. ({error})"
                ) from error
        return next(folder.glob(wheel))


def enter_machine_python():
    """Go on with the distribution's Python of this version, where ours is a slow one.

    A distribution builds it with profile-guided optimization. What was compiled on the machine
    (by pyenv, say) mostly is not: Odoo takes a third longer with it. A virtual environment stays
    what it is.

    :raise SetupError: if ours is too old
    """
    if sys.version_info < OLDEST_PYTHON:
        oldest, version = ".".join(map(str, OLDEST_PYTHON)), sys.version.split()[0]
        raise SetupError(f"Python {oldest} or newer is needed; this is {version}.")
    own = MACHINE_PYTHON.format(*sys.version_info)
    is_virtual = sys.prefix != sys.base_prefix
    is_own = os.path.realpath(sys.executable) == os.path.realpath(own)
    options = sysconfig.get_config_var("CONFIG_ARGS") or ""
    is_quick = is_virtual or is_own or "--enable-optimizations" in options
    if not is_quick and _is_whole(own):
        os.execv(own, [own, *sys.argv])


def _is_whole(program):
    """Tell whether a Python is there with its library, of which small images leave out parts."""
    if not os.access(program, os.X_OK):
        return False
    command = [program, "-c", "import bz2, ctypes, lzma, sqlite3, ssl, venv"]
    return not subprocess.run(command, capture_output=True, check=False).returncode


def child_environ(environment, server):
    """Return the environment variables for a child that uses Odoo and PostgreSQL.

    Compiled Python files are kept, beside the environment: to compile Odoo anew takes most of the
    time of its start, and images of containers often switch that off (``PYTHONDONTWRITEBYTECODE``).

    :param server: see :mod:`portal_setup.postgres`
    """
    path = os.pathsep.join(
        [str(environment.bin), str(server.programs), os.environ.get("PATH", os.defpath)]
    )
    own = {
        "PATH": path,
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(environment.bytecode),
    }
    return os.environ | server.environ() | own
