"""Real Odoo servers for tests and benchmarks, each on a database of its own.

::

    from portal_setup.live import LiveServer

    with LiveServer(["customer_portal_docs"], workers=2) as server:
        requests.get(server.url + "/web/login")
        server.mailbox.wait_for(1)

Works in any process of the virtual environment; under ``./setup/test`` nothing has to be built.
"""

import atexit
import contextlib
import functools
import re
import shutil
import socket
from collections.abc import Collection
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path

import psutil
import requests

from .errors import OdooError
from .ground import Ground
from .mailbox import Mailbox
from .odoo import Odoo, OdooServer
from .paths import short_hash
from .process import kill
from .templates import TEST_MODULES, Templates

ENTRY = re.compile(r"\n(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,)")
"""Where an entry of Odoo's log begins."""
FOR_TESTS = Path(__file__).with_name("for_tests")
"""Folder of addons that servers load without installing them."""
QUICK_PASSWORDS = "base,rpc,web,portal_quick_passwords"
"""Odoo's own server-wide modules, and ours."""


@functools.cache
def standing_ground():
    """Return this process's :class:`portal_setup.ground.Standing`, with PostgreSQL running."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(Ground.provide(with_tests=True).standing())


@dataclass(eq=False)
class LiveServer:
    """An Odoo server process on a free port, with a disposable database and a mailbox.

    A context manager; everything is stopped and dropped after the block.

    :param modules: installed modules; the template database for them is cached
    :param workers: 0 for one threaded process, else the number of prefork workers
    :param config: more options of ``odoo.conf``, by name
    :param arguments: more arguments of Odoo's command line
    :param addons: more folders of addons
    :param demo: whether the database has demo data
    :param quick_passwords: whether hashing a password takes no time; a server that is measured
        takes Odoo's own
    :ivar url: ``http://127.0.0.1:<port>``, without a slash at the end
    :ivar port: of the web server
    :ivar database: name of the database
    :ivar mailbox: :class:`portal_setup.mailbox.Mailbox`; takes what Odoo sends
    :ivar log: path of the server's log
    :ivar filestore: folder of the database's files
    :ivar process: the main process (:class:`subprocess.Popen`)
    """

    modules: Collection = TEST_MODULES
    _: KW_ONLY
    workers: int = 0
    config: dict = field(default_factory=dict)
    arguments: Collection = ()
    addons: Collection = ()
    demo: bool = True
    quick_passwords: bool = True

    def __post_init__(self):
        self._uids, self._standing = {}, standing_ground()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            templates = Templates(self._standing)
            template = templates.provide(self.modules, self.demo)
            self.database = stack.enter_context(templates.disposable(template))
            paths = self._standing.paths
            self._folder = paths.clone / "live" / short_hash(self.database)
            self.log = self._folder / "odoo.log"
            stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
            self.mailbox = stack.enter_context(Mailbox(self._folder / "mail"))
            self.filestore = paths.odoo_data / "filestore" / self.database
            self._forget_age()
            self.port = free_port()
            self.url = f"http://127.0.0.1:{self.port}"
            self.start()
            stack.callback(self._end)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception):
        return self._stack.__exit__(*exception)

    def start(self):
        """Start the server process (again, after :meth:`stop`), and wait for its first page."""
        self._is_stopped = False
        odoo = Odoo(self._standing, self._folder)
        own = {"server_wide_modules": QUICK_PASSWORDS} if self.quick_passwords else {}
        odoo.write_config([*self.addons, FOR_TESTS], **own, **self.config)
        smtp = ("--smtp", "127.0.0.1", "--smtp-port", str(self.mailbox.port))
        prefork = ("--workers", str(self.workers), "--gevent-port", str(free_port()))
        options = (*smtp, *(prefork if self.workers else ()), *self.arguments)
        where = (self.database, self.port, self.log)
        self._server = OdooServer(odoo, *where, options)
        try:
            self._server.wait_ready()
        except BaseException as error:
            self._server.stop()
            error.add_note(self.log.read_text(errors="replace")[-3000:])
            raise

    def stop(self):
        """End the server process; the database stays until the block ends."""
        self._is_stopped = True
        self._server.stop()

    def _end(self):
        """End the server process for good: nothing of what it holds is kept.

        :raise OdooError: if it ended before it was told to
        """
        code = None if self._is_stopped else self.process.poll()
        kill(self.process)
        if code is not None:
            tail = self.log.read_text(errors="replace")[-3000:]
            raise OdooError(f"Odoo's server ended by itself ({code}):\n{tail}")

    @property
    def process(self):
        return self._server.process

    def pids(self):
        """Return the process ids of the server and its workers."""
        main = psutil.Process(self.process.pid)
        return [main.pid, *(child.pid for child in main.children(recursive=True))]

    def problems(self):
        """Return the entries of the log that report an error, with their tracebacks.

        Not of transactions that met, such as two that send the same mail: Odoo has one of them
        tried again.
        """
        marks = (" ERROR ", " CRITICAL ", "Traceback (most recent call last)")
        entries = ENTRY.split(self.log.read_text(errors="replace"))
        return [
            entry
            for entry in entries
            if any(mark in entry for mark in marks)
            and "could not serialize access" not in entry
        ]

    def call(self, model, method, *args, login="admin", password="admin", **kwargs):
        """Call a public method of a model over RPC, as one user, and return what it answers.

        :raise RuntimeError: if Odoo answers with an error; its text has Odoo's traceback
        """
        user = (self.database, self._log_in(login, password), password)
        return self._rpc("object", "execute_kw", *user, model, method, args, kwargs)

    def _log_in(self, login, password):
        """Return the id of a user; each call itself is checked against the password again."""
        if (login, password) not in self._uids:  # hashing takes longer than many a call
            uid = self._rpc(
                "common", "authenticate", self.database, login, password, {}
            )
            if not uid:
                return uid
            self._uids[login, password] = uid
        return self._uids[login, password]

    def _rpc(self, service, method, *args):
        call = {"service": service, "method": method, "args": args}
        response = requests.post(f"{self.url}/jsonrpc", json={"params": call})
        response.raise_for_status()
        if error := response.json().get("error"):
            raise RuntimeError(error["data"]["debug"])
        return response.json().get("result")

    def install(self, module):
        """Install a module into the server's database: quicker than a template of its own.

        While a scheduled action runs, Odoo installs nothing: take ``max_cron_threads=0``.
        """
        self.call("ir.module.module", "update_list")
        ids = self.call("ir.module.module", "search", [("name", "=", module)])
        self.call("ir.module.module", "button_immediate_install", ids)

    def sql(self, statement, *values):
        """Run one SQL statement in the server's database, committed; return its rows."""
        return self._standing.databases.query(self.database, statement, *values)

    def connect(self):
        """Return a connection to the server's database, to be closed (psycopg2)."""
        return self._standing.databases.connect(self.database)

    def _forget_age(self):
        """Have nothing due but what is so in a new database, however old the template is."""
        self.sql(
            "UPDATE ir_cron SET nextcall ="
            " now() AT TIME ZONE 'UTC' + (nextcall - create_date)"
        )
        # Odoo's mails of figures to staff are due since its first night
        if self.sql("SELECT to_regclass('digest_digest')")[0][0]:
            self.sql("UPDATE digest_digest SET state = 'deactivated'")


def free_port():
    """Return a port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
