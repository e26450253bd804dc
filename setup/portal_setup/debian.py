"""Fetch Debian packages into a folder of ours, without root and without touching apt's own state."""

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .console import readable_size
from .errors import DownloadError, SetupError
from .files import finished_folder, locked, write_atomically
from .paths import Paths
from .process import run_logged

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
BESIDE_PATH = ("/usr/local/sbin", "/usr/sbin", "/sbin")
"""Folders of programs that people other than root often miss in ``PATH``."""
UNPACKED = """\
#!/bin/sh
root="$(dirname "$(dirname "$(readlink -f "$0")")")/root"
here="$root/usr/lib/{triplet}"
libraries="$here:$root/lib/{triplet}:$root/usr/lib:$here/pulseaudio"
export LD_LIBRARY_PATH="$libraries" FONTCONFIG_PATH="${{FONTCONFIG_PATH:-$root/etc/fonts}}"
exec "$root/{file}" "$@"
"""


def is_debian():
    """Say whether this machine is Debian with the tools that we need."""
    try:
        release = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return False
    tools = all(shutil.which(tool) for tool in ("apt-get", "dpkg-deb"))
    return tools and KEYRING.exists() and "\nID=debian" in f"\n{release}"


def machine_sources(*suites):
    """Return apt source lines for ``suites``, from the mirror that the machine uses."""
    known = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    # The release itself: "bookworm", not "bookworm-updates" nor "bookworm-security".
    mirrors = sorted(re.findall(r"^[^- ]+ (.+)$", known, re.MULTILINE))
    if not mirrors:
        raise DownloadError(
            "apt knows no Debian mirror: see /etc/apt/sources.list and run `apt-get update`."
        )
    return [f"deb [signed-by={KEYRING}] {mirrors[0]} {suite} main" for suite in suites]


class Archive:
    """A private view of a Debian archive.

    :param folder: for the index and the downloads
    :param sources: lines of an apt ``sources.list``; the machine's own if None
    """

    def __init__(self, folder, sources, console):
        self.folder, self._sources, self._console = folder, sources, console
        self._downloads = folder / "downloads"

    def refresh(self):
        """Fetch the signed index.

        :raise DownloadError: if it cannot be had
        """
        for name in ("lists/partial", "cache/archives/partial", "downloads"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        if self._sources:
            lines = "\n".join(self._sources) + "\n"
            write_atomically(self.folder / "sources.list", lines)
        self._apt("update", progress="package index")

    def fetch(self, names):
        """Download packages (``name/suite``) and return their verified files.

        Whole files that are there already are not fetched again.

        :raise DownloadError: if one cannot be had, or is not what the index says
        """
        files, size_bytes = [], 0
        for name, size, digest in self._resolve(names):
            file = self._downloads / name
            # apt takes a file of the right size for whole
            if file.exists() and _sha256(file) != digest:
                file.unlink()
            files.append(file)
            size_bytes += int(size)
        if not all(file.exists() for file in files):
            self._apt("download", *names, progress=readable_size(size_bytes))
        return files

    def fetch_with_dependencies(self, name):
        """Download what apt would install for a package; return the files.

        :raise DownloadError: if something cannot be had
        """
        options = ("--yes", "--no-install-recommends", "--download-only")
        self._apt("install", *options, name, progress=f"{name} and what it needs")
        return sorted((self.folder / "cache/archives").glob("*.deb"))

    def _resolve(self, names):
        """Return file name, size in bytes and SHA-256 of each package."""
        command = [*self._command("-qq", "--print-uris", "download"), *names]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            raise DownloadError(
                f"Debian's archive does not offer what is needed: {result.stderr.strip()}"
            )
        row = r"^'.*' (\S+) (\d+) SHA256:(\w+)$"
        return re.findall(row, result.stdout, re.MULTILINE)

    def _apt(self, *arguments, progress):
        _run_apt(self._command(*arguments), progress, self._console, self._downloads)

    def _command(self, *arguments):
        options = {
            "Dir::State::Lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "APT::Sandbox::User": "root",
            "Debug::NoLocking": "1",
        }
        if self._sources:
            options |= {
                "Dir::Etc::SourceList": self.folder / "sources.list",
                "Dir::Etc::SourceParts": "/nonexistent",
                "APT::Update::Error-Mode": "any",
            }
        settings = [f"--option={name}={value}" for name, value in options.items()]
        return ["apt-get", *settings, *arguments]


def _run_apt(command, progress, console, folder):
    def show(line):
        if line.startswith(("dlstatus:", "pmstatus:")):
            console.progress(f"of {progress}", float(line.split(":")[2]) / 100)

    environ = os.environ | {"LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    command = [*command, "--option=APT::Status-Fd=1"]
    code, last = run_logged(command, console, show, cwd=folder, env=environ)
    if code:
        raise_if_disk_full(last, folder)
        text = "\n".join(last)
        if "Hash Sum mismatch" in text or "unexpected size" in text:
            raise DownloadError(
                "A Debian package arrived damaged (wrong checksum): run this again to fetch it anew."
            )
        why = re.search(r"^E: (.*)", text, re.MULTILINE)
        raise DownloadError(
            f"Debian's archive cannot be reached or used: {why[1] if why else 'apt-get failed'}"
        )


def _sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def raise_if_disk_full(lines, folder):
    """:raise SetupError: if apt, dpkg, its tar or pip printed that there is no room"""
    if re.search(r"No space left|Wrote only \d+ of \d+ bytes", "\n".join(lines)):
        raise SetupError(f"The disk of {folder} is full: make room and run this again.")


def unpack(files, folder, console):
    """Unpack Debian packages into one folder, without installing them.

    :raise SetupError: if one does not unpack
    """
    for number, file in enumerate(files):
        console.progress(f"unpacking {file.name}", number / len(files))
        code, last = run_logged(["dpkg-deb", "--extract", file, folder], console)
        if code:
            raise_if_disk_full(last, folder)
            why = " ".join(last)[-200:]
            raise DownloadError(f"{file.name} does not unpack: {why}")


@dataclass(frozen=True)
class Program:
    """A program for tests: the machine's, else a Debian package's.

    :param name: of the command, and of the package
    :param file: the program in the package
    :param others: commands that do as well, but not so well
    :param root_installs: whether root installs the package, even beside one of the others, so that
        fonts are where they belong; else it is unpacked, and may start no service
    """

    name: str
    file: str
    others: tuple = ()
    root_installs: bool = False

    def path(self):
        """Return where it is, as text.

        :raise SetupError: if it is nowhere; ``./setup/test`` brings it
        """
        found = self._find(Paths.default())
        if not found:
            raise SetupError(f"There is no {self.name} here: ./setup/test brings one.")
        return found

    def provide(self, paths, console):
        """Bring it if there is none.

        :raise SetupError: if there is none and none can be brought
        """
        found = self._find(paths)
        installs = self.root_installs and os.geteuid() == 0 and is_debian()
        if found and (Path(found).name == self.name or not installs):
            return
        if not is_debian():
            names = " or ".join((self.name, *self.others))
            raise SetupError(f"The tests need {names}: install it.")
        console.step(self.name)
        try:
            if installs:
                install = ("install", "--yes", "--no-install-recommends", self.name)
                for command in (("update",), install):
                    _run_apt(["apt-get", *command], self.name, console, Path("/"))
            else:
                self._unpack(self._folder(paths), console)
        except SetupError as error:
            if not found:
                raise
            console.failed(f"{error}. The tests take {found}.")
        else:
            console.done()

    def _find(self, paths):
        folder = self._folder(paths) / "bin"
        places = (os.environ.get("PATH", os.defpath), *BESIDE_PATH, str(folder))
        path = os.pathsep.join(places)
        names = (self.name, *self.others)
        return next(
            filter(None, (shutil.which(name, path=path) for name in names)), None
        )

    def _folder(self, paths):
        return paths.cache / self.name

    def _unpack(self, folder, console):
        with locked(folder.with_suffix(".lock")):
            if folder.exists():
                return
            with finished_folder(folder) as work:
                archive = Archive(work / "apt", None, console)
                archive.refresh()
                packages = archive.fetch_with_dependencies(self.name)
                unpack(packages, work / "root", console)
                shutil.rmtree(archive.folder)
                # libraries lie in a folder that has Debian's name of this machine's kind
                triplet = f"{os.uname().machine}-linux-gnu"
                script = UNPACKED.format(triplet=triplet, file=self.file)
                write_atomically(work / "bin" / self.name, script, mode=0o755)
