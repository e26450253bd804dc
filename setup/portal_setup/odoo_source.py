"""Find Odoo 19 Community on this machine, or bring it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .debian import Archive, is_debian, machine_sources, unpack
from .errors import DownloadError, SetupError
from .files import finished_folder, locked, read_json, write_json
from .process import run_logged

SERIES = "19.0"
GIT_ADDRESS = "https://github.com/odoo/odoo"
RECORD = "odoo-source.json"
"""File of a virtual environment that says which Odoo it is for."""
BROUGHT = "odoo/source.json"
NEEDED_BYTES = 4_000_000_000

# What the package's static files link to, unpacked beside it. Unstable's Font Awesome is too new.
LINKED_PACKAGES = (
    "fonts-montserrat/sid",
    "fonts-roboto-unhinted/sid",
    "fonts-inconsolata/sid",
    "fonts-ocr-b/sid",
    "libjs-jquery/sid",
    "libjs-jquery-form/sid",
    "libjs-underscore/sid",
    "fonts-font-awesome/bookworm",
)
# Left out by Debian as not free; the backend's bundle asks for it, and an empty file does.
LEFT_OUT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class OdooSource:
    """An Odoo that can be imported.

    :param home: folder that holds the ``odoo`` package
    :param identity: changes when the code may have changed
    """

    home: Path
    identity: str

    def record(self, file):
        """Remember this Odoo in a file."""
        write_json(file, {"home": str(self.home), "identity": self.identity})

    @property
    def addons_paths(self):
        """Folders of core addons, those of a git checkout included."""
        return [
            path
            for path in (self.home / "odoo/addons", self.home / "addons")
            if (path / "portal").is_dir()
        ]


def provide_odoo(paths, console):
    """Return Odoo 19: one that is there, else Debian's package, else a git clone.

    :raise SetupError: if there is none and none can be brought
    """
    this_environment = _recorded(Path(sys.prefix) / RECORD)
    there = this_environment or _from_environment() or _importable()
    if there:
        return there
    with locked(paths.cache / "odoo.lock", console.say):
        return _recorded(paths.cache / BROUGHT) or _bring(paths, console)


def _recorded(file):
    record = read_json(file)
    return record and OdooSource(file.parent / record["home"], record["identity"])


def _from_environment():
    home = os.environ.get("ODOO_HOME")
    if not home:
        return None
    source = _source_at(Path(home).absolute())
    if not source:
        raise SetupError(
            f"ODOO_HOME is {home}, and there is no Odoo {SERIES} there (looked for odoo/release.py)."
        )
    return source


def _importable():
    """Return what Python finds by itself, the folder that we are in left out."""
    command = [sys.executable, "-c", "import odoo.release as r; print(r.__file__)"]
    result = subprocess.run(command, capture_output=True, text=True, cwd="/")
    file = Path(result.stdout.strip())
    return None if result.returncode else _source_at(file.parents[1])


def _source_at(home):
    try:
        release = (home / "odoo/release.py").read_text(encoding="utf-8")
    except OSError:
        return None
    return OdooSource(home, f"{home}") if "version_info = (19, 0" in release else None


def _bring(paths, console):
    console.step(f"Odoo {SERIES} Community")
    paths.check_room(NEEDED_BYTES)
    bring = _from_debian if is_debian() else _from_git
    with finished_folder(paths.cache / "odoo") as folder:
        home, identity = bring(paths, folder, console)
        if not _source_at(folder / home):
            raise DownloadError(
                f"What was fetched as {identity} is not Odoo {SERIES}: please report this."
            )
        OdooSource(home, identity).record(folder / Path(BROUGHT).name)
    console.done(identity)
    return _recorded(paths.cache / BROUGHT)


def _from_debian(paths, folder, console):
    archive = Archive(
        paths.cache / "debian", machine_sources("sid", "bookworm"), console
    )
    archive.refresh()
    files = archive.fetch([f"odoo-{SERIES.split('.')[0]}/sid", *LINKED_PACKAGES])
    unpack(files, folder, console)
    home = "usr/lib/python3/dist-packages"
    left_out = folder / home / "odoo/addons" / LEFT_OUT
    left_out.parent.mkdir(parents=True, exist_ok=True)
    left_out.touch()
    _check_links(folder / home)
    package = next(file.name for file in files if file.name.startswith("odoo-"))
    return home, package.removesuffix("_all.deb")


def _check_links(home):
    """:raise DownloadError: if a static file is a dangling link: each page would be a 500"""
    for path in home.rglob("*"):
        is_dangling = path.is_symlink() and not path.exists()
        if is_dangling and "point_of_sale" not in path.parts:
            raise DownloadError(
                f"Debian's package links to a file that is missing: {path} -> {path.readlink()}"
            )


def _from_git(_paths, folder, console):
    if not shutil.which("git"):
        raise SetupError(
            f"There is no Odoo {SERIES} here: set ODOO_HOME to a folder that has one, or install git so that it can"
            " be fetched."
        )
    command = ["git", "clone", "--progress", "--depth=1", f"--branch={SERIES}"]
    code, last = run_logged(
        [*command, GIT_ADDRESS, folder / "git"],
        console,
        lambda line: console.progress(line.split("\r")[-1].strip()),
    )
    if code:
        why = (last or ["no reason given"])[-1]
        raise DownloadError(f"Odoo {SERIES} cannot be fetched with git: {why}")
    return "git", f"git-{SERIES}"
