"""A portal whose files lie in an S3-compatible storage."""

import json
import logging
from dataclasses import dataclass

import pytest
import s3fs
from moto.server import ThreadedMotoServer
from resumable.client import TusClient

from portal_setup.live import LiveServer

BUCKET = "portal"
ACCESS = {"key": "portal", "secret": "portal-secret"}
#: what a download holds in memory at a time
BLOCK_BYTES = 5 * 1024 * 1024


@dataclass
class Storage:
    """The server's files, past the server.

    :ivar early: id and content of a document from just after the installation
    """

    server: LiveServer
    objects: s3fs.S3FileSystem
    early: tuple

    def list_objects(self):
        self.objects.invalidate_cache()
        return sorted(self.objects.find(BUCKET))

    def get_versions(self, document_id):
        """Return id, address and checksum of a document's files, oldest first."""
        return self.server.sql(
            "SELECT id, store_fname, checksum FROM ir_attachment"
            " WHERE portal_document_id = %s ORDER BY id",
            document_id,
        )

    def read(self, store_fname):
        self.objects.invalidate_cache()
        return self.objects.cat_file(f"{BUCKET}/{store_fname.partition('://')[2]}")

    def vacuum(self):
        """Run Odoo's own vacuum."""
        query = "SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s"
        [(job,)] = self.server.sql(query, "base", "autovacuum_job")
        self.server.call("ir.cron", "method_direct_trigger", [job])


@pytest.fixture(scope="package")
def storage():
    """A server that keeps all attachments in an S3 storage of its own."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # it tells each request
    s3 = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    s3.start()
    options = {**ACCESS, "endpoint_url": "http://{}:{}".format(*s3.get_host_and_port())}
    objects = s3fs.S3FileSystem(**options, skip_instance_cache=True)
    objects.mkdir(BUCKET)
    try:
        with LiveServer(["customer_portal_docs"]) as server:
            server.install("fs_attachment")
            values = {
                "name": "Object storage",
                "code": "s3",
                "protocol": "s3",
                "directory_path": BUCKET,
                "options": json.dumps({**options, "default_block_size": BLOCK_BYTES}),
                "use_as_default_for_attachments": True,
                # of its defaults without small pictures
                "force_db_for_default_attachment_rules": str(
                    {"application/javascript": 0, "text/css": 0}
                ),
            }
            server.call("fs.storage", "create", [values])
            early = b"before Odoo is started again"
            early_id = Customer(server, "anna").add_document("early.txt", early)
            server.stop()
            server.start()
            yield Storage(server, objects, (early_id, early))
    finally:
        s3.stop()


@pytest.fixture
def anna(storage):
    return Customer(storage.server, "anna")


class Customer(TusClient):
    """A customer of the demo data."""

    def get(self, path, method="GET", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.request(method, self._server.url + path, headers=headers)

    def url(self, path):
        return self._server.url + path

    def upload(self, filename, content, path="/my/documents/upload"):
        """Post the form and return the answer's JSON."""
        form = self.get("/my/documents/upload").text
        token = form.partition('name="csrf_token" value="')[2].partition('"')[0]
        answer = self.session.post(
            self._server.url + path,
            data={"csrf_token": token},
            files={"file": (filename, content)},
            headers={"Accept": "application/json"},
        )
        assert answer.ok, answer.text
        return answer.json()

    def add_document(self, filename, content):
        """Upload a new document and return its id."""
        return self.upload(filename, content)["documents"][0]["id"]

    def add_version(self, document_id, filename, content):
        self.upload(filename, content, f"/my/documents/{document_id}/versions")
