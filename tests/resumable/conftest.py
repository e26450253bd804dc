"""Servers for uploads that go on after whatever happens."""

import hashlib
import os
from pathlib import Path

import pytest

from portal_setup.live import LiveServer


class Arrivals:
    """What has become of uploads: documents, rows and files."""

    def __init__(self, server):
        self._server = server

    def check(self, filename, content):
        """Make sure that a file exists exactly once, and whole."""
        rows = self._server.sql(
            "SELECT a.checksum, a.file_size, a.store_fname FROM ir_attachment a "
            "JOIN customer_portal_document d ON d.attachment_id = a.id WHERE a.name = %s",
            filename,
        )
        checksum = hashlib.sha1(content).hexdigest()
        assert [row[:2] for row in rows] == [(checksum, len(content))], filename
        stored = Path(self._server.filestore, rows[0][2]).read_bytes()
        assert hashlib.sha1(stored).hexdigest() == checksum

    def purge(self):
        """Run Odoo's own vacuum as if two weeks had passed."""
        self._server.sql(
            "UPDATE customer_portal_upload SET write_date = write_date - interval '14 days'"
        )
        for path in self.list_files():
            os.utime(path, (0, 0))
        # a job whose worker was killed three times is put off as one that takes too long
        self._server.sql("DELETE FROM ir_cron_progress")
        name = "base", "autovacuum_job"
        query = "SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s"
        job = self._server.sql(query, *name)[0][0]
        self._server.call("ir.cron", "method_direct_trigger", [job])

    def list_files(self):
        folder = Path(self._server.filestore, "customer_portal_uploads")
        return [path for path in folder.rglob("*") if path.is_file()]

    def count_rows(self):
        return self._server.sql("SELECT count(*) FROM customer_portal_upload")[0][0]


@pytest.fixture(scope="package")
def prefork():
    """A server with two workers."""
    with LiveServer(["customer_portal_docs"], workers=2) as server:
        yield server


@pytest.fixture(scope="package")
def threaded():
    """A server with one process."""
    with LiveServer(["customer_portal_docs"]) as server:
        yield server
