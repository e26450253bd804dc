"""What an upload costs the process that takes it."""

import re
from pathlib import Path

import psutil
import pytest

from portal_setup.live import LiveServer

from .client import TusClient

MAX_GROWTH_KB = 8 * 1024
PIECE = 64 * 1024 * 1024


def get_peaks(server):
    """Return the peak memory of each process of a server, in kB, by process id."""
    processes = psutil.Process(server.process.pid)
    pids = [processes.pid, *(child.pid for child in processes.children(recursive=True))]
    return {pid: read_peak(pid) for pid in pids}


def read_peak(pid):
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", text)[1])


def reset_peaks(server):
    for pid in get_peaks(server):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


@pytest.mark.parametrize("workers", [0, 2])
def test_a_gigabyte_takes_no_memory(workers, tmp_path):
    """REQ D-16: at most 8 MB at any size, in threaded and in prefork mode"""
    size = 1024**3
    with LiveServer(["customer_portal_docs"], workers=workers) as server:
        server.sql("UPDATE res_company SET portal_document_max_size = 0")
        server.stop()
        server.start()
        client = TusClient(server)
        # each worker has loaded what an upload needs
        for number in range(16):
            client.finish(client.create(5, f"warm-up-{number}.dat"), b"12345")
        path = client.create(size, "huge.dat")
        piece = bytes(PIECE)
        reset_peaks(server)
        before = get_peaks(server)
        for offset in range(0, size, PIECE):
            answer = client.patch(path, offset, piece)
            assert answer.status_code == 204, answer.text
        after = get_peaks(server)
        growth = {pid: after[pid] - before[pid] for pid in before if pid in after}
        assert max(growth.values()) <= MAX_GROWTH_KB, growth
        assert after.keys() == before.keys(), "a process met a limit and was replaced"
        sizes = server.sql("SELECT file_size FROM customer_portal_document ORDER BY id")
        assert sizes[-1][0] == size
