"""What a ZIP costs the process that sends it, and whether it is whole."""

import os
import tempfile
import time
import zipfile
from pathlib import Path

import psutil
import pytest
import requests

MAX_GROWTH_KB = 16 * 1024
MANY = 10_000
GIGABYTE = 1 << 30


def read_peaks(site):
    """Return the peak memory of each process of a server, in kB, by process id."""
    peaks = {}
    for pid in site.server.pids():
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        [line] = [line for line in lines if line.startswith("VmHWM:")]
        peaks[pid] = int(line.split()[1])
    return peaks


def reset_peaks(site):
    for pid in site.server.pids():
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def fetch(share, take):
    """Fetch a ZIP piece by piece; return its announced and its real size, and two times."""
    start = time.perf_counter()
    with share.get("/zip", stream=True) as answer:
        assert answer.status_code == 200, answer.text
        announced, size, first = int(answer.headers["Content-Length"]), 0, None
        for piece in answer.iter_content(1 << 18):
            first = first or time.perf_counter() - start
            size += len(piece)
            take(piece)
    return announced, size, first, time.perf_counter() - start


def get_growth(before, after):
    assert before.keys() == after.keys(), "a process met a limit and was replaced"
    return max(after[pid] - before[pid] for pid in before)


def warm_up(site):
    """Let each worker load what a ZIP needs."""
    folder_id = site.add_folder("Warm")
    for number in range(2):
        site.add_document(f"Warm {number}", folder_id=folder_id)
    share = site.add_share(("folder", folder_id))
    for _time in range(12):
        assert share.get("/zip").status_code == 200


def test_ten_thousand_files(prefork):
    """REQ S-11: every file once and whole, in little memory"""
    site = prefork
    folder_id = site.add_folder("Many")
    contents = [os.urandom(100 + number) for number in range(7)]
    site.add_files(folder_id, MANY, contents)
    share = site.add_share(("folder", folder_id))
    warm_up(site)
    reset_peaks(site)
    before = read_peaks(site)
    with tempfile.TemporaryFile() as file:
        announced, size, first, seconds = fetch(share, file.write)
        growth = get_growth(before, read_peaks(site))
        print(f"{MANY} files: {first:.2f} s, {seconds:.2f} s, {growth} kB")
        assert announced == size
        archive = zipfile.ZipFile(file)
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(set(names)) == MANY
        found = {archive.read(name) for name in names[:100]}
        assert found == set(contents)
    assert growth <= MAX_GROWTH_KB


@pytest.mark.slow
def test_five_gigabytes(prefork):
    """REQ S-11: five times the same gigabyte, which takes no space on the disk"""
    site = prefork
    folder_id = site.add_folder("Huge")
    with tempfile.NamedTemporaryFile(dir=site.server.filestore) as file:
        file.truncate(GIGABYTE)
        site.add_files(folder_id, 5, [Path(file.name)])
    share = site.add_share(("folder", folder_id))
    warm_up(site)
    reset_peaks(site)
    before = read_peaks(site)
    announced, size, first, seconds = fetch(share, len)
    growth = get_growth(before, read_peaks(site))
    print(f"5 GB: {first:.2f} s, {size / seconds / 1e6:.0f} MB/s, {growth} kB")
    assert announced == size > 5 * GIGABYTE
    assert growth <= MAX_GROWTH_KB


def test_a_visitor_who_goes_away_ends_the_work(prefork):
    """REQ S-11: nobody reads on for whom nobody waits"""
    site = prefork
    folder_id = site.add_folder("Broken off")
    with tempfile.NamedTemporaryFile(dir=site.server.filestore) as file:
        file.truncate(GIGABYTE)
        site.add_files(folder_id, 3, [Path(file.name)])
    share = site.add_share(("folder", folder_id))
    for _time in range(4):
        with share.get("/zip", stream=True) as answer:
            answer.raw.read(1 << 16)
    time.sleep(1)
    busy = [psutil.Process(pid).cpu_times() for pid in site.worker_pids()]
    time.sleep(1)
    after = [psutil.Process(pid).cpu_times() for pid in site.worker_pids()]
    assert sum(b.user - a.user for a, b in zip(busy, after, strict=True)) < 0.5
    assert requests.get(share.url, timeout=10).status_code == 200
