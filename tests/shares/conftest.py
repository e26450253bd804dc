"""Servers with shares, and their visitors."""

import base64
import contextlib
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil
import pytest
import requests

from portal_setup.live import LiveServer

MODULES = ["customer_portal_shares"]
PASSWORD = "correct horse"


class SharingServer:
    """A live server, and what the tests put on it.

    :param server: :class:`portal_setup.live.LiveServer`
    """

    def __init__(self, server):
        self.server, self.url = server, server.url

    def create(self, model, **values):
        return self.server.call(model, "create", [values])[0]

    def write(self, model, record_id, **values):
        return self.server.call(model, "write", [record_id], values)

    def add_document(self, name="Plan", content=b"%PDF-1.4 plan", **values):
        attachment_id = self.create(
            "ir.attachment",
            name=f"{name}.pdf",
            datas=base64.b64encode(content).decode(),
        )
        return self.create(
            "customer.portal.document",
            name=name,
            attachment_id=attachment_id,
            **values,
        )

    def add_folder(self, name="Plans", **values):
        return self.create("customer.portal.folder", name=name, **values)

    def add_share(self, *items, **values):
        """Share records, each a pair of a model's last name and an id.

        :rtype: :class:`Share`
        """
        lines = [
            {"res_model": f"customer.portal.{kind}", "res_id": record_id}
            for kind, record_id in items
        ]
        values = {
            "name": "Live",
            "item_ids": [[0, 0, line] for line in lines],
            **values,
        }
        share_id = self.create("customer.portal.share", **values)
        return Share(self, share_id)

    def add_files(self, folder_id, count, contents):
        """Put many documents into a folder, past Odoo, which would take minutes.

        :param contents: list of bytes or paths, which the documents have in turn
        """
        first = self.add_document("File", b"first of many", folder_id=folder_id)
        rows = [self._store(content) for content in contents]
        for number, (fname, checksum, size) in enumerate(rows):
            self._multiply(first, count, len(rows), number, fname, checksum, size)
        self.server.sql("DELETE FROM customer_portal_document WHERE id = %s", first)
        self.server.sql("ANALYZE customer_portal_document")

    def _store(self, content):
        """Place a file into the filestore and return its name, checksum and size."""
        checksum = hashlib.sha1(os.urandom(20)).hexdigest()
        if isinstance(content, bytes):
            checksum = hashlib.sha1(content).hexdigest()
        fname = f"{checksum[:2]}/{checksum}"
        path = Path(self.server.filestore, fname)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            os.link(content, path)
        return fname, checksum, path.stat().st_size

    def _multiply(self, document_id, count, step, offset, fname, checksum, size):
        """Add every ``step``-th of ``count`` documents."""
        overwritten = {
            "ir_attachment": {
                "id": "nextval('ir_attachment_id_seq')",
                "name": "'file-' || n || '.txt'",
                "store_fname": f"'{fname}'",
                "checksum": f"'{checksum}'",
                "file_size": str(size),
                "mimetype": "'text/plain'",
                "res_id": "n",
            },
            "customer_portal_document": {
                "id": "nextval('customer_portal_document_id_seq')",
                "name": "'File ' || n",
                "attachment_id": "made.id",
                "file_size": str(size),
                "mimetype": "'text/plain'",
            },
        }
        for table, columns in overwritten.items():
            names = [
                name
                for (name,) in self.server.sql(
                    "SELECT column_name FROM information_schema.columns"
                    " WHERE table_schema = 'public' AND table_name = %s",
                    table,
                )
            ]
            selected = ", ".join(columns.get(name, f"source.{name}") for name in names)
            if table == "ir_attachment":
                source = (
                    "ir_attachment source, generate_series(%s, %s, %s) n WHERE source.id ="
                    " (SELECT attachment_id FROM customer_portal_document WHERE id = %s)"
                )
            else:
                source = (
                    "customer_portal_document source, generate_series(%s, %s, %s) n"
                    " JOIN ir_attachment made ON made.name = 'file-' || n || '.txt'"
                    " WHERE source.id = %s"
                )
            self.server.sql(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {selected} FROM {source}",
                offset + 1,
                count,
                step,
                document_id,
            )

    def crowd(self, work, size):
        """Return what ``size`` visitors get who do ``work`` at the same time."""
        with ThreadPoolExecutor(size) as pool:
            return list(pool.map(partial(_insist, work), range(size)))

    def worker_pids(self):
        """Return the ids of the processes that serve requests."""
        children = psutil.Process(self.server.process.pid).children()
        return [
            child.pid for child in children if "gevent" not in " ".join(child.cmdline())
        ]


def _insist(work, number):
    """Knock again if nobody opened.

    Odoo lets eight connections for each worker wait, and Linux resets one that waits in vain.
    """
    for _time in range(3):
        with contextlib.suppress(requests.ConnectionError):
            return work(number)
    return work(number)


class Share:
    """A share and its address."""

    def __init__(self, site, share_id):
        self._site, self.id = site, share_id
        server = site.server
        [share] = server.call("customer.portal.share", "read", [share_id], ["url"])
        self.path = share["url"].partition("/share/")[2].join(["/share/", ""])
        self.url = site.url + self.path

    def get(self, rest="", session=requests, **kwargs):
        kwargs.setdefault("allow_redirects", False)
        return session.get(self.url + rest, timeout=60, **kwargs)

    def unlock(self, password, session=requests):
        return session.post(
            self.url, {"password": password}, timeout=60, allow_redirects=False
        )

    def write(self, **values):
        self._site.write("customer.portal.share", self.id, **values)

    def count(self):
        [(count,)] = self._site.server.sql(
            "SELECT download_count FROM customer_portal_share WHERE id = %s", self.id
        )
        return count

    def log(self, action):
        [(count,)] = self._site.server.sql(
            "SELECT count(*) FROM customer_portal_share_access"
            " WHERE share_id = %s AND action = %s",
            self.id,
            action,
        )
        return count

    def locks(self):
        """Return how many connections hold or await the share's advisory lock."""
        [(count,)] = self._site.server.sql(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            self.id,
        )
        return count


@pytest.fixture(scope="package")
def prefork_site():
    with LiveServer(MODULES, workers=2) as server:
        yield SharingServer(server)


@pytest.fixture(scope="package")
def threaded_site():
    with LiveServer(MODULES) as server:
        yield SharingServer(server)


@contextlib.contextmanager
def without_problems(site):
    """Make sure that the server's log tells of no error."""
    before = len(site.server.problems())
    yield site
    assert site.server.problems()[before:] == []


@pytest.fixture
def prefork(prefork_site):
    """A server with two workers."""
    with without_problems(prefork_site):
        yield prefork_site


@pytest.fixture
def threaded(threaded_site):
    """A server with one process."""
    with without_problems(threaded_site):
        yield threaded_site


@pytest.fixture(params=["prefork", "threaded"])
def site(request):
    """Each kind of server in turn."""
    return request.getfixturevalue(request.param)
