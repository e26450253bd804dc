"""Fetch Debian packages into a folder of ours, without root and without touching apt's own state."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .console import readable_size
from .errors import DiskFullError, DownloadError
from .files import sha256, write_atomically
from .process import run_logged

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


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
    lines = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split("\n")
    # The release itself: "bookworm", not "bookworm-updates" nor "bookworm-security".
    mirrors = sorted(
        {
            line.split(" ", 1)[1]
            for line in lines
            if "-" not in line.split(" ")[0] and " " in line
        }
    )
    if not mirrors:
        raise DownloadError(
            "apt knows no Debian mirror: see /etc/apt/sources.list and run `apt-get update`."
        )
    return [f"deb [signed-by={KEYRING}] {mirrors[0]} {suite} main" for suite in suites]


@dataclass(frozen=True)
class Package:
    """One file of the archive, as the signed index describes it."""

    file_name: str
    size_bytes: int
    sha256: str


class Archive:
    """A private view of a Debian archive.

    :param folder: for the index and the downloads
    :param sources: lines of an apt ``sources.list``
    """

    def __init__(self, folder, sources, console):
        self.folder = folder
        self.downloads = folder / "downloads"
        self._sources = sources
        self._console = console

    def refresh(self):
        """Fetch the signed index.

        :raise DownloadError: if it cannot be had
        """
        for name in ("lists/partial", "cache/archives/partial", "downloads"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        write_atomically(self.folder / "sources.list", "\n".join(self._sources) + "\n")
        self._apt(
            "update", "-o", "APT::Update::Error-Mode=any", progress="package index"
        )

    def fetch(self, names):
        """Download packages (``name/suite``) and return their verified files.

        Whole files that are there already are not fetched again.

        :raise DownloadError: if one cannot be had, or is not what the index says
        """
        packages = self._resolve(names)
        total = sum(package.size_bytes for package in packages)
        spoilt = [package for package in packages if not self._is_whole(package)]
        for package in spoilt:
            # apt takes a file of the right size for whole
            (self.downloads / package.file_name).unlink(missing_ok=True)
        if spoilt:
            self._apt("download", *names, progress=readable_size(total))
        return [self._verified(package) for package in packages]

    def _resolve(self, names):
        command = [*self._command("-qq", "--print-uris", "download"), *names]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            raise DownloadError(
                f"Debian's archive does not offer what is needed: {result.stderr.strip()}"
            )
        rows = [
            line.rsplit(" ", 3)[1:]
            for line in result.stdout.splitlines()
            if line.startswith("'")
        ]
        return [
            Package(name, int(size), digest.removeprefix("SHA256:"))
            for name, size, digest in rows
        ]

    def _is_whole(self, package):
        file = self.downloads / package.file_name
        return (
            file.exists()
            and file.stat().st_size == package.size_bytes
            and sha256(file) == package.sha256
        )

    def _verified(self, package):
        if not self._is_whole(package):
            (self.downloads / package.file_name).unlink(missing_ok=True)
            raise DownloadError(
                f"{package.file_name} arrived damaged (its SHA-256 is not the signed index's);"
                " it was thrown away: run this again to fetch it anew."
            )
        return self.downloads / package.file_name

    def _apt(self, *arguments, progress):
        code, last = run_logged(
            self._command("-o", "APT::Status-Fd=1", *arguments),
            self._console,
            lambda line: self._show(line, progress),
            cwd=self.downloads,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
        )
        if code:
            raise _explain(last, self.folder)

    def _show(self, line, text):
        if line.startswith("dlstatus:"):
            self._console.progress(f"of {text}", float(line.split(":")[2]) / 100)

    def _command(self, *arguments):
        options = {
            "Dir::Etc::SourceList": self.folder / "sources.list",
            "Dir::Etc::SourceParts": "/nonexistent",
            "Dir::State::Lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "APT::Sandbox::User": "root",
        }
        settings = [
            part
            for name, value in options.items()
            for part in ("-o", f"{name}={value}")
        ]
        return ["apt-get", *settings, *arguments]


def _explain(lines, folder):
    text = "\n".join(lines)
    if _tells_full_disk(text):
        return DiskFullError(
            f"The disk of {folder} is full: make room and run this again."
        )
    if "Hash Sum mismatch" in text or "unexpected size" in text:
        return DownloadError(
            "A Debian package arrived damaged (wrong checksum): run this again to fetch it anew."
        )
    why = next(
        (line.removeprefix("E: ") for line in lines if line.startswith("E: ")),
        "apt-get failed",
    )
    return DownloadError(f"Debian's archive cannot be reached or used: {why}")


def _tells_full_disk(text):
    """Say so of what apt, dpkg or its tar printed."""
    return "No space left" in text or re.search(r"Wrote only \d+ of \d+ bytes", text)


def unpack(files, folder, console):
    """Unpack Debian packages into one folder, without installing them.

    :raise DiskFullError, DownloadError: if one does not unpack
    """
    for number, file in enumerate(files):
        console.progress(f"unpacking {file.name}", number / len(files))
        code, last = run_logged(["dpkg-deb", "--extract", file, folder], console)
        if code:
            raise (
                _explain(last, folder)
                if _tells_full_disk("\n".join(last))
                else DownloadError(
                    f"{file.name} does not unpack: {' '.join(last)[-200:]}"
                )
            )


def fetch_with_dependencies(name, folder, console):
    """Fetch what apt would install for a package, and unpack it into ``folder / "root"``.

    Apt's own lists and packages stay as they are; nothing is installed or started.

    :raise DownloadError: if something cannot be had
    """
    state = folder / "apt"
    for part in ("lists/partial", "cache/archives/partial"):
        (state / part).mkdir(parents=True)
    options = {
        "Dir::State::Lists": state / "lists",
        "Dir::Cache": state / "cache",
        "Debug::NoLocking": "1",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get"]
    for option, value in options.items():
        apt += ["-o", f"{option}={value}"]
    download = ["install", "--yes", "--no-install-recommends", "--download-only", name]
    for command in (["update"], download):
        code, last = run_logged([*apt, *command], console, apt_progress(console))
        if code:
            raise DownloadError(
                f"{name} cannot be fetched: {apt_reason(last)}"
                f" (or ask an administrator for `apt-get install {name}`)"
            )
    packages = sorted((state / "cache/archives").glob("*.deb"))
    unpack(packages, folder / "root", console)
    shutil.rmtree(state)


def triplet():
    """Return Debian's name of this machine's kind: its libraries lie in a folder of that name."""
    return f"{os.uname().machine}-linux-gnu"


def apt_progress(console):
    """Return what shows a line of apt's output as progress."""
    return lambda line: console.progress(line.strip()[:60])


def apt_reason(lines):
    """Return why apt failed, from its last lines."""
    return next((line for line in lines if line.startswith("E: ")), "no reason given")
