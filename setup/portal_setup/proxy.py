"""nginx as administrators run it, in front of a server of a test.

::

    with LiveServer(config={"proxy_mode": True, "x_sendfile": True}) as server:
        with Nginx(server) as proxy:
            requests.get(proxy.url + "/web/login")
"""

import contextlib
import os
import socket
import subprocess
import tempfile
from pathlib import Path

from .debian import Program
from .errors import SetupError
from .files import write_atomically
from .live import free_port
from .paths import REPOSITORY
from .process import spawn, stop, wait_until

NGINX = Program("nginx", "usr/sbin/nginx")
CONFIGURATION = REPOSITORY / "setup/nginx.conf"
"""What administrators are given, and what is tested."""

READY_SECONDS = 20
AROUND = """\
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    types {{ text/html html; application/pdf pdf; }}
    default_type application/octet-stream;
    sendfile on;
    gzip on;
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/portal.conf;
    server {{
        listen 127.0.0.1:{static_port};
        root {static};
    }}
}}
"""


class Nginx:
    """A running nginx in front of a server, configured by ``setup/nginx.conf``.

    A context manager. Of that file only what administrators change is changed here too.

    :param server: :class:`portal_setup.live.LiveServer`, with ``proxy_mode`` and ``x_sendfile``
    :ivar port: of the portal behind nginx
    :ivar url: ``http://127.0.0.1:<port>``, without a slash at the end
    :ivar static: a folder whose files nginx serves by itself
    :ivar static_port: where it does
    """

    def __init__(self, server):
        self._server = server
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            # not pytest's folder: a worker process may have another user
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            self.static = self._folder / "static"
            self.static.mkdir()
            self.port, self.static_port = free_port(), free_port()
            self._configure()
            process = spawn(
                [NGINX.path(), "-p", self._folder, "-c", self._folder / "nginx.conf"],
                stderr=subprocess.DEVNULL,
            )
            stack.callback(stop, process)
            self._wait_ready(process)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception):
        return self._stack.__exit__(*exception)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def log(self):
        """Return what nginx complained about."""
        return self._read("error.log") + self._read("portal.error.log")

    def access_log(self):
        """Return the lines of the portal's access log."""
        return self._read("portal.access.log").splitlines()

    def _read(self, name):
        path = self._folder / name
        return path.read_text(errors="replace") if path.exists() else ""

    def _configure(self):
        text = CONFIGURATION.read_text(encoding="utf-8")
        for sample, ours in {
            "listen 80;": f"listen 127.0.0.1:{self.port};",
            "server_name portal.example.com;": "server_name _;",
            "server 127.0.0.1:8069;": f"server 127.0.0.1:{self._server.port};",
            "alias /var/lib/odoo/filestore/;": f"alias {self._server.filestore.parent}/;",
            "access_log /var/log/nginx/": f"access_log {self._folder}/",
            "error_log /var/log/nginx/": f"error_log {self._folder}/",
        }.items():
            if text.count(sample) != 1:
                raise SetupError(f"{CONFIGURATION} has no single “{sample}”.")
            text = text.replace(sample, ours)
        write_atomically(self._folder / "portal.conf", text)
        main = AROUND.format(
            # the test's own user, who may read its filestore
            user="user root;" if os.geteuid() == 0 else "",
            folder=self._folder,
            static=self.static,
            static_port=self.static_port,
        )
        write_atomically(self._folder / "nginx.conf", main)

    def _wait_ready(self, process):
        def answers():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        wait_until(lambda: process.poll() is not None or answers(), READY_SECONDS)
        if not answers():
            raise SetupError(f"nginx does not start: {self.log()}")
