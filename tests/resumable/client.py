"""A customer who uploads with the tus protocol, request by request."""

import base64
import http.client
import time

import requests

VERSION = {"Tus-Resumable": "1.0.0"}
CONTENT_TYPE = {"Content-Type": "application/offset+octet-stream"}
PATIENCE_SECONDS = 60


def encode(**values):
    """Return an ``Upload-Metadata`` header."""
    return ",".join(
        f"{name} {base64.b64encode(value.encode()).decode()}"
        for name, value in values.items()
    )


class TusClient:
    """An HTTP session of a customer of the demo data.

    :param server: :class:`portal_setup.live.LiveServer`
    """

    def __init__(self, server, login="anna"):
        self._server, self.session = server, requests.Session()
        params = {"db": server.database, "login": login, "password": login}
        url = f"{server.url}/web/session/authenticate"
        answer = self.session.post(url, json={"params": params})
        assert answer.json()["result"]["uid"]

    @property
    def cookie(self):
        return f"session_id={self.session.cookies['session_id']}"

    def create(self, size, filename, **values):
        """Begin an upload and return its path."""
        answer = self.try_create(size, filename, **values)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def try_create(self, size, filename, **values):
        """Ask for a new upload and return the answer."""
        headers = {
            **VERSION,
            "Upload-Length": str(size),
            "Upload-Metadata": encode(filename=filename, **values),
        }
        url = f"{self._server.url}/my/documents/tus"
        return self.session.post(url, headers=headers)

    def get_offset(self, path):
        """Return the bytes that are there; waits for a server that is not."""
        answer = self._insist("HEAD", path)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["Upload-Offset"])

    def patch(self, path, offset, data):
        """Send bytes and return the answer, or None if the server went away meanwhile."""
        headers = {**VERSION, **CONTENT_TYPE, "Upload-Offset": str(offset)}
        try:
            url = self._server.url + path
            return self.session.patch(url, data=data, headers=headers, timeout=60)
        except requests.RequestException:
            return None

    def begin_patch(self, path, offset, size, data):
        """Announce ``size`` bytes, send ``data`` and leave the connection open; return it."""
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port)
        connection.putrequest("PATCH", path)
        headers = {**VERSION, **CONTENT_TYPE, "Upload-Offset": offset}
        for name, value in {
            **headers,
            "Cookie": self.cookie,
            "Content-Length": size,
        }.items():
            connection.putheader(name, str(value))
        connection.endheaders(data)
        return connection

    def finish(self, path, content):
        """Send what is missing, whatever the server answers, until it has all."""
        end = time.monotonic() + PATIENCE_SECONDS
        while (offset := self.get_offset(path)) < len(content):
            assert time.monotonic() < end, f"only {offset} of {len(content)} arrived"
            answer = self.patch(path, offset, content[offset:])
            if answer is None or answer.status_code != 204:
                time.sleep(0.1)

    def _insist(self, method, path):
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                url = self._server.url + path
                return self.session.request(method, url, headers=VERSION, timeout=30)
            except requests.RequestException:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
