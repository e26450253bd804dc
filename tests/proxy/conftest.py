"""A portal behind nginx, with two workers."""

import pytest
from resumable.client import TusClient

from portal_setup.live import LiveServer
from portal_setup.proxy import Nginx


class ProxiedServer:
    """A server as its customers reach it."""

    def __init__(self, server, proxy):
        self.server, self.proxy = server, proxy
        self.database, self.port, self.url = server.database, proxy.port, proxy.url


@pytest.fixture(scope="package")
def portal():
    """Two workers, so that two slow people could block everybody."""
    options = {"proxy_mode": True, "x_sendfile": True}
    with (
        LiveServer(["customer_portal_docs"], workers=2, config=options) as server,
        Nginx(server) as proxy,
    ):
        yield ProxiedServer(server, proxy)


@pytest.fixture
def anna(portal):
    """A customer of the demo data."""
    return Customer(portal, "anna")


class Customer(TusClient):
    def get(self, path, method="GET", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        # the bytes as they are
        headers.setdefault("Accept-Encoding", "identity")
        return self.session.request(
            method, self._server.url + path, headers=headers, allow_redirects=False
        )

    def upload(self, filename, content):
        """Upload with the form and return the path of the document's file."""
        form = self.get("/my/documents/upload").text
        token = form.partition('name="csrf_token" value="')[2].partition('"')[0]
        answer = self.session.post(
            f"{self._server.url}/my/documents/upload",
            data={"csrf_token": token},
            files={"file": (filename, content)},
            headers={"Accept": "application/json"},
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["documents"][0]["url"] + "/content"
