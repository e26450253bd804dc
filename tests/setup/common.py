"""Small clones of the repository, and commands of theirs run as a newcomer runs them."""

import os
import shutil
import subprocess
import sys
import threading
from types import SimpleNamespace

import psutil

from portal_setup import process
from portal_setup.addons import find_addons
from portal_setup.live import free_port, standing_ground
from portal_setup.paths import REPOSITORY, Paths
from portal_setup.try_out import TryOut

READY = "Ctrl-C stops everything."
PROBE = "customer_portal_probe"
LINTERS_SETTINGS = (".pylintrc", ".prettierrc.yml", ".prettierignore")
COPIED = ("setup", "pyproject.toml", "eslint.config.mjs", *LINTERS_SETTINGS)


class Clone:
    """A copy of the repository's setup, with addons of the test's choice.

    :param repository: path of an empty folder
    """

    def __init__(self, repository):
        self.repository = repository
        self.paths = Paths(repository, Paths.default().cache)
        self.databases = standing_ground().databases
        ground = SimpleNamespace(paths=self.paths, server=standing_ground().server)
        self.database = TryOut(ground).database
        self.remove()  # what a killed test run left under the same name
        for name in COPIED:
            self._copy(name)

    def _copy(self, name):
        source, target = REPOSITORY / name, self.repository / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copy(source, target)

    def add_real_addons(self):
        """Copy the addons of the repository."""
        for name in find_addons(REPOSITORY):
            self._copy(name)

    def add_probe(self, view="<odoo />", depends=None):
        """Write a tiny addon that needs what the real ones need, with one data file."""
        folder = self.repository / PROBE
        folder.mkdir(exist_ok=True)
        manifest = {
            "name": "Probe",
            "version": "19.0.1.0.0",
            "license": "AGPL-3",
            "author": "Customer Portal Suite contributors",
            "depends": sorted(depends or third_party_depends()),
            "data": ["probe.xml"],
        }
        (folder / "__manifest__.py").write_text(f"{manifest!r}\n")
        (folder / "__init__.py").touch()
        (folder / "probe.xml").write_text(view)

    def is_built(self):
        """Say whether the clone's own database is there, whole."""
        return self.databases.exists(self.database)

    def log(self):
        """Return what commands of the clone logged so far."""
        file = self.paths.clone / "setup.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def processes(self):
        """Return the command lines of what runs for the clone: our command, Odoo, PostgreSQL."""
        marks = (str(self.repository), str(self.paths.clone), self.database)
        lines = [
            " ".join(process.info["cmdline"] or ())
            for process in psutil.process_iter(["cmdline"])
        ]
        return [line for line in lines if any(mark in line for mark in marks)]

    def assert_nothing_runs(self, seconds=15):
        wait_until(lambda: not self.processes(), seconds, self.processes)

    def run(self, **environ):
        """Start ``./setup/run`` of the clone, on a free port."""
        return Command(self, "run", "--port", str(free_port()), **environ)

    def remove(self):
        """Drop all that commands of the clone left outside it."""
        for name in (self.database, f"{self.database}_partial"):
            self.databases.drop(name)
        shutil.rmtree(self.paths.clone, ignore_errors=True)
        for file in (self.paths.cache / "databases").glob(f"{self.database}.*"):
            file.unlink()


class Command:
    """A command of a clone, run with the machine's Python; its output is gathered.

    :param environ: environment variables to set, or to remove if None
    """

    def __init__(self, clone, name, *arguments, **environ):
        environ = {**os.environ, **environ}
        self.lines = []
        self.process = process.spawn(
            [sys._base_executable, clone.repository / "setup" / name, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=clone.repository,
            env={name: value for name, value in environ.items() if value is not None},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        process.stop(self.process)
        self._reader.join()
        self.process.stdout.close()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def output(self):
        return "\n".join(self.lines)

    def wait_for(self, text, seconds=180):
        """Return once ``text`` was printed."""
        wait_until(lambda: text in self.output or self._ended(), seconds, self._tell)
        assert text in self.output, self._tell()

    def wait(self, seconds=180):
        """Return the exit code once the command ended."""
        code = self.process.wait(seconds)
        self._reader.join(10)
        return code

    def assert_ends(self, code):
        """Wait for the end; an unexpected exit code is told with all that was printed."""
        assert self.wait() == code, self._tell()

    def signal(self, number):
        self.process.send_signal(number)

    def _ended(self):
        return self.process.poll() is not None and not self._reader.is_alive()

    def _tell(self):
        return f"exit code {self.process.poll()}, printed:\n{self.output}"


def start(code, *arguments):
    """Run Python code in a process of its own, which may be killed."""
    path = os.pathsep.join([str(REPOSITORY / "setup"), str(REPOSITORY / "tests")])
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )


def third_party_depends():
    """Return the modules that the repository's addons need, their own left out."""
    addons = find_addons(REPOSITORY)
    needed = {name for addon in addons.values() for name in addon.depends}
    return needed - addons.keys()


def wait_until(condition, seconds, tell):
    """Return once ``condition`` holds; ``tell`` says what is wrong if it does not in time."""
    is_met = process.wait_until(condition, seconds)
    assert is_met, f"not within {seconds} s: {tell()}"
