"""What does the same work: the routes of our portal and of those people would use instead."""

import base64
import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from .measure import MEGABYTE

#: Odoo refuses larger JSON; base64 makes it a third larger than the file.
DMS_MAX_MEGABYTES = 95
LINE = b"The quick brown fox jumps over the lazy dog near the river bank today.\n"


class Upload:
    """One file on disk and the ways to send it; no two sendings have the same content.

    :param folder: where the file is written
    :param megabytes: size of the file
    :param kind: ``dat`` for random bytes, ``txt`` for sentences
    """

    def __init__(self, folder, megabytes, kind="dat"):
        self.megabytes = megabytes
        self.path = Path(folder) / f"{secrets.token_hex(4)}-{megabytes}.{kind}"
        with open(self.path, "wb") as file:
            for _block in range(megabytes):
                file.write(os.urandom(MEGABYTE) if kind == "dat" else _sentences())

    def renew(self):
        """Change the first bytes, so that no server has seen the content."""
        with open(self.path, "r+b") as file:
            file.write(secrets.token_hex(16).encode() + b"\n")
        return self.path

    def to_ours(self, client):
        """Upload as a customer to the portal's documents."""
        reply = client.upload(
            "/my/documents/upload", {}, "file", self.renew(), Accept="application/json"
        )
        return _expect(reply, 201)

    def to_ours_resumable(self, client):
        """Upload as a customer with the tus protocol: two requests, the second with the file."""
        version, name = {"Tus-Resumable": "1.0.0"}, self.path.name.encode()
        announced = {
            "Upload-Length": str(self.renew().stat().st_size),
            "Upload-Metadata": f"filename {base64.b64encode(name).decode()}",
        }
        path = "/my/documents/tus"
        begun = _expect(client.send("POST", path, version | announced), 201)
        piece = {
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
        }
        path = begun.headers["Location"]
        reply = _expect(client.send("PATCH", path, version | piece, self.path), 204)
        if "Content-Location" not in reply.headers:
            raise RuntimeError(f"{self.path.name} did not arrive whole")
        return replace(reply, seconds=begun.seconds + reply.seconds)

    def to_web(self, client, record_id):
        """Upload to Odoo's own route, onto a contact."""
        fields = {"model": "res.partner", "id": record_id}
        path = "/web/binary/upload_attachment"
        reply = _expect(client.upload(path, fields, "ufile", self.renew()), 200)
        if "error" in reply.json()[0]:
            raise RuntimeError(reply.body.decode())
        return reply

    def to_floor(self, client):
        """Upload to a route that throws the file away."""
        return _expect(client.upload("/bench/upload", {}, "file", self.renew()), 201)

    def to_record(self, client):
        """Upload to a route that makes a task of core's of it."""
        return _expect(client.upload("/bench/record", {}, "file", self.renew()), 201)

    def to_mail(self, client, record_id):
        """Upload to Odoo's chatter, onto a contact."""
        fields = {"thread_model": "res.partner", "thread_id": record_id}
        path = "/mail/attachment/upload"
        return _expect(client.upload(path, fields, "ufile", self.renew()), 200)

    def to_helpdesk(self, client):
        """Upload as a customer with a new helpdesk_mgmt ticket."""
        # that route looks for the file only if the form says that there is one
        fields = {"subject": "Leak", "description": "Water"}
        path = "/submitted/ticket"
        return _expect(client.upload(path, fields, "attachment", self.renew()), 302)

    def to_dms(self, client, directory_id):
        """Create a dms file over JSON-RPC, the only way that has one request."""
        content = base64.b64encode(self.renew().read_bytes()).decode()
        name = f"{secrets.token_hex(8)}{self.path.suffix}"
        values = {"name": name, "directory_id": directory_id, "content": content}
        return client.call(
            "/web/dataset/call_kw/dms.file/create",
            {"model": "dms.file", "method": "create", "args": [[values]], "kwargs": {}},
        )


@dataclass
class Page:
    """A portal page with a list.

    :ivar marker: what the page says when it lists something
    """

    path: str
    marker: str

    def read(self, client):
        """Return the reply; the page must have been served whole."""
        reply = _expect(client.get(self.path), 200)
        if self.marker.encode() not in reply.body:
            raise RuntimeError(f"{self.path} lists nothing")
        return reply


def _sentences():
    return LINE * (MEGABYTE // len(LINE)) + LINE[: MEGABYTE % len(LINE)]


def _expect(reply, status):
    if reply.status != status:
        text = reply.body[:2000].decode(errors="replace")
        raise RuntimeError(f"Answered {reply.status} instead of {status}: {text}")
    return reply
