"""A portal behind nginx, with two workers."""

import pytest
import requests
from requests.adapters import HTTPAdapter
from resumable.client import TusClient
from shares.conftest import SharingServer, without_problems

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
        LiveServer(["customer_portal_shares"], workers=2, config=options) as server,
        Nginx(server) as proxy,
    ):
        yield ProxiedServer(server, proxy)


@pytest.fixture(scope="package")
def proxied_site(portal):
    site = SharingServer(portal.server)
    site.url = portal.url
    return site


@pytest.fixture(scope="package")
def unproxied_site():
    with LiveServer(["customer_portal_shares"]) as server:
        yield SharingServer(server)


@pytest.fixture(params=["proxied", "unproxied"])
def site(request):
    """Where shares are fetched: with nginx, and without."""
    site = request.getfixturevalue(f"{request.param}_site")
    with without_problems(site):
        yield site


@pytest.fixture
def anna(portal):
    """A customer of the demo data."""
    return Customer(portal, "anna")


class From(HTTPAdapter):
    """Connections from one of the addresses 127.0.0.0/8, all of which are this machine's."""

    def __init__(self, address):
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, source_address=(self._address, 0), **kwargs)


def visitor_from(address):
    """Return the session of a visitor who is somewhere else."""
    session = requests.Session()
    session.mount("http://", From(address))
    return session


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
