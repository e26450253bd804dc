"""A customer's uploads without a browser, where only the server is of interest."""

import re

import requests


class Client:
    """An HTTP session of one person.

    :param server: :class:`portal_setup.live.LiveServer`
    """

    def __init__(self, server, person):
        self.url, self._session = server.url, requests.Session()
        login = {"db": server.database, "login": person.login, "password": person.login}
        answer = self._session.post(
            f"{self.url}/web/session/authenticate", json={"params": login}
        )
        assert answer.json()["result"]["uid"] == person.id
        page = self.get("/my/documents/upload").text
        self.token = re.search(r'name="csrf_token"\s+value="([^"]+)"', page)[1]

    @property
    def cookie(self):
        return f"session_id={self._session.cookies['session_id']}"

    def get(self, path):
        return self._session.get(self.url + path)

    def upload(self, *files, **form):
        """Post the upload form, asking for JSON, and return the response.

        :param files: of (name, bytes or open file)
        """
        return self._session.post(
            f"{self.url}/my/documents/upload",
            data={"csrf_token": self.token, **form},
            files=[("file", file) for file in files],
            headers={"Accept": "application/json"},
        )

    def upload_raw(self, body, content_type):
        """Post a body as it is; return the response."""
        return self._session.post(
            f"{self.url}/my/documents/upload",
            data=body,
            headers={"Accept": "application/json", "Content-Type": content_type},
        )
