"""Run Odoo's own command: configuration, installing modules with progress, the server."""

import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

from .errors import OdooError
from .files import write_atomically
from .process import run_logged, spawn, stop, wait_until

LOADING = re.compile(r"odoo\.modules\.loading: Loading module (\w+) \((\d+)/(\d+)\)")
UNKNOWN = re.compile(r"invalid module names, ignored: (.*)")
ODOO_COMMAND = (sys.executable, Path(sys.prefix) / "bin/odoo")
READY_SECONDS = 120
FIRST_PAGE_SECONDS = 60
"""The first page waits for Odoo's registry."""


class Odoo:
    """Odoo's command line, as this clone uses it.

    :param standing: see :class:`portal_setup.ground.Standing`
    :param folder: for the configuration file and logs
    """

    def __init__(self, standing, folder):
        self._source, self._addons = (
            standing.ground.odoo_source,
            standing.paths.repository,
        )
        self.data_dir, self.folder = standing.paths.odoo_data, folder
        self.environ, self._console = standing.environ, standing.console
        self.config = folder / "odoo.conf"

    def write_config(self, more_addons=(), **options):
        """Write ``odoo.conf``; who runs Odoo by hand can use it too.

        :param more_addons: more folders of addons
        """
        paths = [self._addons, *more_addons, *self._source.addons_paths]
        if not any(self._addons.glob("*/__manifest__.py")):
            paths.remove(self._addons)
        values = {
            "addons_path": ",".join(map(str, paths)),
            "data_dir": self.data_dir,
            "list_db": False,
            "http_interface": "127.0.0.1",
            "max_cron_threads": 1,
            "log_handler": ":INFO,odoo.addons.base.models.ir_actions_report:ERROR,py.warnings:ERROR",
        } | options
        self.data_dir.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{name} = {value}\n" for name, value in values.items())
        write_atomically(self.config, f"[options]\n{text}", mode=0o600)

    def change_modules(self, database, install=(), update=(), demo=True):
        """Install and update modules, and return what Odoo warned of when all is done.

        :rtype: list of str
        :raise OdooError: if Odoo reports an error; the database is then of no use
        """
        command = self.command(database, "--stop-after-init", "--no-http")
        command += ["--with-demo"] if demo else []
        for option, modules in (("-i", install), ("-u", update)):
            command += [option, ",".join(sorted(modules))] if modules else []
        errors, causes, warnings = [], [], []
        code, last = run_logged(
            command,
            self._console,
            lambda line: self._watch(line, errors, causes, warnings),
            env=self.environ,
        )
        if code or errors:
            why = " because of ".join(reversed(causes[-2:]))
            why = why or (errors or last or ["no reason given"])[-1]
            raise OdooError(
                f"Odoo could not install or update {', '.join(sorted({*install, *update}))}: {why}"
            )
        return warnings

    def _watch(self, line, errors, causes, warnings):
        found = LOADING.search(line)
        if found:
            name, number, total = found.groups()
            share = int(number) / int(total)
            self._console.progress(f"module {number}/{total} {name}", share)
        elif unknown := UNKNOWN.search(line):
            raise OdooError(f"Odoo knows no module {unknown[1].strip()}.")
        elif " ERROR " in line or " CRITICAL " in line:
            errors.append(line.split(": ", 1)[-1].strip())
        elif " WARNING " in line:
            warnings.append(line.split(" WARNING ", 1)[-1].strip())
        elif errors and re.match(r"\w+(\.\w+)*(Error|Exception)\b", line):
            causes.append(line.strip())

    def command(self, database, *arguments):
        """Return the command line of Odoo on one database."""
        # -d alone serves this database and no other; with a filter besides, Odoo would connect to
        # PostgreSQL once more for each visitor without a session, to list all databases
        own = ["-c", self.config, "-d", database]
        return [*ODOO_COMMAND, *own, *arguments]


class OdooServer:
    """A running Odoo server.

    :param log: file that takes the server's output
    """

    def __init__(self, odoo, database, port, log, options=()):
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        command = odoo.command(database, "--http-port", str(port), *options)
        with log.open("ab") as file:
            self.process = spawn(
                command, stdout=file, stderr=file, env=odoo.environ, cwd=odoo.folder
            )

    def wait_ready(self, seconds=READY_SECONDS):
        """Return when pages are served.

        :raise OdooError: if the server ends, or does not answer in time
        """
        if not wait_until(self._answers, seconds):
            raise OdooError(f"Odoo's server does not answer after {seconds} s.")

    def _answers(self):
        code = self.process.poll()
        if code is not None:
            raise OdooError(f"Odoo's server ended at once (exit code {code}).")
        try:
            with urllib.request.urlopen(
                f"{self.url}/web/login", timeout=FIRST_PAGE_SECONDS
            ) as response:
                return response.status == 200
        except urllib.error.HTTPError as error:
            raise OdooError(f"Odoo's login page answers {error.code}.") from error
        except OSError:
            return False

    def stop(self):
        """End the server and all its workers."""
        return stop(self.process)
