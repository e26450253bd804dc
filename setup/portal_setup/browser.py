"""Chromium for the browser tests: the machine's, else Debian's package."""

import os
import shutil

from .debian import (
    apt_progress,
    apt_reason,
    fetch_with_dependencies,
    is_debian,
    triplet,
)
from .errors import DownloadError, MissingToolError
from .files import finished_folder, locked, write_atomically
from .paths import Paths
from .process import run_logged

PACKAGE = "chromium-headless-shell"
"""Debian's Chromium without windows: a fifth less work for a page than with them."""
NAMES = (
    PACKAGE,
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""What a Chromium that tests drive is started with."""
WHERE_ROOT_MAY_NOT_INSTALL = """\
#!/bin/sh
root="$(dirname "$(dirname "$(readlink -f "$0")")")/root"
libraries="$root/usr/lib/{triplet}:$root/lib/{triplet}:$root/usr/lib"
export LD_LIBRARY_PATH="$libraries" FONTCONFIG_PATH="${{FONTCONFIG_PATH:-$root/etc/fonts}}"
exec "$root/usr/lib/chromium/{package}" "$@"
"""


def chromium():
    """Return the path of the Chromium to test with, as text.

    ::

        playwright.chromium.launch(executable_path=chromium(), args=OPTIONS)

    :raise MissingToolError: if there is none; ``./setup/test`` brings one
    """
    found = _find(os.environ.get("PATH", os.defpath)) or _find(_folder(Paths.default()))
    if not found:
        raise MissingToolError("There is no Chromium here: ./setup/test brings one.")
    return found


def _find(path):
    return next(filter(None, (shutil.which(name, path=path) for name in NAMES)), None)


def _folder(paths):
    """Return where a Chromium is that was brought without root."""
    return paths.cache / "chromium" / "bin"


def provide_browser(paths, console):
    """Return the folder to put on ``PATH`` so that a Chromium is found, or None if one is there.

    Where we may install, the one without windows comes beside another that is there.

    :raise MissingToolError: if there is none and none can be brought
    """
    if _find(os.environ.get("PATH", os.defpath)):
        if os.geteuid() == 0 and is_debian() and not shutil.which(PACKAGE):
            _try_to_install(console)
        return None
    if _find(_folder(paths)):
        return _folder(paths)
    if not is_debian():
        raise MissingToolError(
            "The browser tests need Chromium: install it (its command is `chromium`)."
        )
    console.step("Chromium")
    folder = _install(console) if os.geteuid() == 0 else _unpack(paths, console)
    console.done()
    return folder


def _try_to_install(console):
    console.step("Chromium without windows")
    try:
        _install(console)
    except DownloadError as error:
        console.failed(f"{error} The tests take the Chromium that is there.")
    else:
        console.done()


def _install(console):
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["update"],
        ["install", "--yes", "--no-install-recommends", PACKAGE],
    ):
        code, last = run_logged(
            ["apt-get", *command], console, apt_progress(console), env=environ
        )
        if code:
            raise DownloadError(f"Chromium cannot be installed: {apt_reason(last)}")


def _unpack(paths, console):
    """Fetch what apt would install, and unpack it into a folder of ours."""
    folder = _folder(paths).parent
    with locked(paths.cache / "chromium.lock"):
        if not folder.exists():
            with finished_folder(folder) as work:
                _fetch(work, console)
    return _folder(paths)


def _fetch(work, console):
    fetch_with_dependencies(PACKAGE, work, console)
    write_atomically(
        work / "bin" / PACKAGE,
        WHERE_ROOT_MAY_NOT_INSTALL.format(triplet=triplet(), package=PACKAGE),
        mode=0o755,
    )
