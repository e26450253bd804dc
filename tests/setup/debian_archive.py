"""A small Debian archive on a web server of ours, which can misbehave."""

import hashlib
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONTROL = """\
Package: {name}
Version: 1.0
Architecture: all
Maintainer: Nobody <nobody@example.com>
Description: for tests
"""


class DebianArchive:
    """A context manager: serves inside the block.

    :ivar misbehave: called with the path and content of each package that is asked for;
        returns what is sent instead
    """

    def __init__(self, folder):
        self.folder = folder
        self.misbehave = lambda _path, content: content
        self.asked = []

    def add(self, name, **files):
        """Put a package into the archive that has these files (name → bytes)."""
        root = self.folder / "work" / name
        (root / "DEBIAN").mkdir(parents=True)
        (root / "DEBIAN/control").write_text(CONTROL.format(name=name))
        for file, content in files.items():
            (root / file).write_bytes(content)
        target = self.folder / f"{name}_1.0_all.deb"
        build = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", root, target]
        subprocess.run(build, check=True, stdout=subprocess.DEVNULL)

    def sources(self):
        return [
            f"deb [trusted=yes] http://127.0.0.1:{self._server.server_port} sid main"
        ]

    def __enter__(self):
        archive = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                archive._answer(self)

            def log_message(self, *_arguments):
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # (it looks that often, in seconds, whether it is to end)
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request):
        content = self._content(request.path)
        if content is None:
            request.send_error(404)
            return
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        if request.path.endswith(".deb"):
            self.asked.append(request.path)
            content = self.misbehave(request.path, content)
        request.wfile.write(content)
        request.close_connection = True

    def _content(self, path):
        if path == "/dists/sid/Release":
            return self._release().encode()
        if path == "/dists/sid/main/binary-all/Packages":
            return self._packages().encode()
        file = self.folder / path.rsplit("/", 1)[-1]
        return file.read_bytes() if file.suffix == ".deb" and file.exists() else None

    def _release(self):
        packages = self._packages().encode()
        digest = hashlib.sha256(packages).hexdigest()
        return (
            "Suite: sid\nCodename: sid\nArchitectures: all\nComponents: main\n"
            "Date: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n"
            f" {digest} {len(packages)} main/binary-all/Packages\n"
        )

    def _packages(self):
        return "\n".join(map(self._paragraph, sorted(self.folder.glob("*.deb"))))

    def _paragraph(self, file):
        content = file.read_bytes()
        return CONTROL.format(name=file.name.split("_")[0]) + (
            f"Filename: pool/{file.name}\nSize: {len(content)}\n"
            f"SHA256: {hashlib.sha256(content).hexdigest()}\n"
        )
