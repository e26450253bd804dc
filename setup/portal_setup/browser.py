"""Chromium for the browser tests: the machine's, else Debian's package."""

import os
import shutil

from .debian import is_debian
from .errors import DownloadError, MissingToolError
from .files import finished_folder, locked, write_atomically
from .process import run_logged

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WHERE_ROOT_MAY_NOT_INSTALL = """\
#!/bin/sh
root="$(dirname "$(dirname "$(readlink -f "$0")")")/root"
libraries="$root/usr/lib/{triplet}:$root/lib/{triplet}:$root/usr/lib"
export LD_LIBRARY_PATH="$libraries" FONTCONFIG_PATH="${{FONTCONFIG_PATH:-$root/etc/fonts}}"
exec "$root/usr/lib/chromium/chromium" "$@"
"""


def provide_browser(paths, console):
    """Return the folder to put on ``PATH`` so that a ``chromium`` is found, or None if one is there.

    :raise MissingToolError: if there is none and none can be brought
    """
    if any(shutil.which(name) for name in NAMES):
        return None
    if not is_debian():
        raise MissingToolError(
            "The browser tests need Chromium: install it (its command is `chromium`)."
        )
    console.step("Chromium")
    folder = _install(console) if os.geteuid() == 0 else _unpack(paths, console)
    console.done()
    return folder


def _install(console):
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["update"],
        ["install", "--yes", "--no-install-recommends", "chromium"],
    ):
        code, last = run_logged(
            ["apt-get", *command], console, _progress(console), env=environ
        )
        if code:
            raise DownloadError(f"Chromium cannot be installed: {_reason(last)}")


def _unpack(paths, console):
    """Fetch what apt would install, and unpack it into a folder of ours."""
    folder = paths.cache / "chromium"
    with locked(paths.cache / "chromium.lock"):
        if not folder.exists():
            with finished_folder(folder) as work:
                _fetch(work, paths, console)
    return folder / "bin"


def _fetch(work, paths, console):
    state = work / "apt"
    for name in ("lists/partial", "cache/archives/partial"):
        (state / name).mkdir(parents=True)
    options = {
        "Dir::State::Lists": state / "lists",
        "Dir::Cache": state / "cache",
        "Debug::NoLocking": "1",
        "Acquire::Languages": "none",
    }
    apt = [
        "apt-get",
        *(
            part
            for name, value in options.items()
            for part in ("-o", f"{name}={value}")
        ),
    ]
    for command in (
        ["update"],
        ["install", "--yes", "--no-install-recommends", "--download-only", "chromium"],
    ):
        code, last = run_logged([*apt, *command], console, _progress(console))
        if code:
            raise DownloadError(
                f"Chromium cannot be fetched: {_reason(last)} (or ask an administrator for `apt-get install chromium`)"
            )
    for package in sorted((state / "cache/archives").glob("*.deb")):
        run_logged(["dpkg-deb", "--extract", package, work / "root"], console)
    shutil.rmtree(state)
    write_atomically(
        work / "bin/chromium",
        WHERE_ROOT_MAY_NOT_INSTALL.format(triplet=_triplet()),
        mode=0o755,
    )


def _triplet():
    """Return Debian's name of this machine's kind: its libraries lie in a folder of that name."""
    return f"{os.uname().machine}-linux-gnu"


def _progress(console):
    return lambda line: console.progress(line.strip()[:60])


def _reason(lines):
    return next((line for line in lines if line.startswith("E: ")), "no reason given")
