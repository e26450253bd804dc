"""What an upload costs the process that takes it."""

import re
from pathlib import Path

import psutil
import pytest

from portal_setup.live import LiveServer

from .client import TusClient

MAX_GROWTH_KB = 8 * 1024
PIECE = 64 * 1024 * 1024
BESIDE = 256 * 1024 * 1024


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


def send_beside_message(server, client, size, folder):
    """Upload a file for a message on the customer's last document (REQ 11.5)."""
    [(document_id,)] = server.sql("SELECT max(id) FROM customer_portal_document")
    page = client.session.get(f"{server.url}/my/documents/upload").text
    token = re.search(r'name="csrf_token"\s+value="([^"]+)"', page)[1]
    fields = {
        "csrf_token": token,
        "thread_model": "customer.portal.document",
        "thread_id": document_id,
        "is_pending": "true",
    }
    part = '--xx\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}'
    head = "".join(
        part.format(key, "", f"{value}\r\n") for key, value in fields.items()
    )
    head += part.format("ufile", '; filename="beside.dat"', "")
    path = folder / "body"
    with path.open("wb") as body:
        body.write(head.encode())
        body.seek(size, 1)
        body.write(b"\r\n--xx--\r\n")
    with path.open("rb") as body:
        answer = client.session.post(
            f"{server.url}/mail/attachment/upload",
            data=body,
            headers={"Content-Type": "multipart/form-data; boundary=xx"},
        )
    assert answer.status_code == 200, answer.text
    [(stored,)] = server.sql(
        "SELECT file_size FROM ir_attachment WHERE name = 'beside.dat'"
        " ORDER BY id DESC LIMIT 1"
    )
    assert stored == size


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
        for _number in range(4):
            send_beside_message(server, client, 5, tmp_path)
        reset_peaks(server)
        before = get_peaks(server)
        for offset in range(0, size, PIECE):
            answer = client.patch(path, offset, piece)
            assert answer.status_code == 204, answer.text
        # Odoo's own door for files
        send_beside_message(server, client, BESIDE, tmp_path)
        after = get_peaks(server)
        growth = {pid: after[pid] - before[pid] for pid in before if pid in after}
        assert max(growth.values()) <= MAX_GROWTH_KB, growth
        assert after.keys() == before.keys(), "a process met a limit and was replaced"
        sizes = server.sql("SELECT file_size FROM customer_portal_document ORDER BY id")
        assert sizes[-1][0] == size
