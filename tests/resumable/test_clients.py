"""Clients that we did not write."""

import os
import subprocess

from tusclient.client import TusClient as TusPy

from portal_setup.live import standing_ground
from portal_setup.node import NodeTools

from .client import TusClient
from .conftest import Arrivals


def test_tuspy_uploads_and_resumes(threaded, tmp_path):
    """REQ D-16"""
    client, arrivals = TusClient(threaded), Arrivals(threaded)
    file = tmp_path / "tuspy.dat"
    file.write_bytes(os.urandom(5_000_000))
    tuspy = TusPy(f"{threaded.url}/my/documents/tus", {"Cookie": client.cookie})
    first = tuspy.uploader(
        str(file), chunk_size=1_000_000, metadata={"filename": file.name}
    )
    first.upload(stop_at=2_000_000)
    second = tuspy.uploader(str(file), chunk_size=1_000_000, url=first.url)
    assert second.offset == 2_000_000
    second.upload()
    arrivals.check(file.name, file.read_bytes())


def test_tuspy_sends_checksums(threaded, tmp_path):
    """REQ D-16"""
    client, arrivals = TusClient(threaded), Arrivals(threaded)
    file = tmp_path / "checked.dat"
    file.write_bytes(os.urandom(3_000_000))
    tuspy = TusPy(f"{threaded.url}/my/documents/tus", {"Cookie": client.cookie})
    tuspy.uploader(
        str(file),
        chunk_size=1_000_000,
        metadata={"filename": file.name},
        upload_checksum=True,
    ).upload()
    arrivals.check(file.name, file.read_bytes())


def test_tus_js_client_uploads_over_cut_lines(prefork, tmp_path):
    """REQ D-16"""
    client, arrivals = TusClient(prefork), Arrivals(prefork)
    file = tmp_path / "tus-js.dat"
    file.write_bytes(os.urandom(6_000_000))
    tools = NodeTools.provide(standing_ground().ground)
    script = os.path.join(os.path.dirname(__file__), "upload.mjs")
    endpoint = f"{prefork.url}/my/documents/tus"
    arguments = (tools.modules, endpoint, client.cookie, file, "3")
    command = (tools.node, script, *arguments)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "done"
    arrivals.check(file.name, file.read_bytes())
