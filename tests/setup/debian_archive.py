"""A small Debian archive on a web server of ours, which can misbehave."""

import contextlib
import functools
import hashlib
import subprocess
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

CONTROL = """\
Package: {name}
Version: 1.0
Architecture: all
Maintainer: Nobody <nobody@example.com>
Description: for tests
"""
DESCRIPTION = "Filename: {file}\nSize: {size}\nSHA256: {digest}\n"
PACKAGES = "main/binary-all/Packages"
RELEASE = """\
Suite: sid
Codename: sid
Architectures: all
Components: main
Date: Thu, 01 Jan 2026 00:00:00 UTC
SHA256:
 {digest} {size} {file}
"""


def describe(template, path, file):
    """Return what an archive says of a file."""
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return template.format(file=file, size=len(content), digest=digest)


def make_package(folder, name, **files):
    """Return a Debian package in ``folder`` that has these files (name → bytes)."""
    root, package = folder / name, folder / f"{name}_1.0_all.deb"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN/control").write_text(CONTROL.format(name=name))
    for file, content in files.items():
        (root / file).write_bytes(content)
    build = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", root, package]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    return package


@contextlib.contextmanager
def debian_archive(folder, name, **files):
    """Serve an archive with one package inside the block; yields an object with:

    - ``sources``: lines for apt
    - ``misbehave``: called with the path and content of a package that is asked for;
      returns what is sent instead
    - ``asked``: paths of packages that were asked for
    """
    package = make_package(folder, name, **files)
    index = CONTROL.format(name=name) + describe(DESCRIPTION, package, package.name)
    suite = folder / "dists/sid"
    (suite / PACKAGES).parent.mkdir(parents=True)
    (suite / PACKAGES).write_text(index)
    (suite / "Release").write_text(describe(RELEASE, suite / PACKAGES, PACKAGES))
    archive = SimpleNamespace(asked=[], misbehave=lambda _path, content: content)

    class Handler(SimpleHTTPRequestHandler):
        def copyfile(self, source, outputfile):
            content = source.read()
            if self.path.endswith(".deb"):
                archive.asked.append(self.path)
                content = archive.misbehave(self.path, content)
            outputfile.write(content)

        def log_message(self, *_arguments):
            """Keep quiet."""

    handler = functools.partial(Handler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        where = f"http://127.0.0.1:{server.server_port}"
        archive.sources = [f"deb [trusted=yes] {where} sid main"]
        # (it looks that often, in seconds, whether it is to end)
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        try:
            yield archive
        finally:
            server.shutdown()
