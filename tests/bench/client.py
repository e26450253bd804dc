"""A small HTTP client that costs little time and no memory of its own, so that the server is measured."""

import copy
import http.client
import json
import os
import re
import socket
import time
import urllib.parse
from dataclasses import dataclass

TIMEOUT_SECONDS = 120
BUFFER_BYTES = 1 << 20
BOUNDARY = "portal-bench-boundary"


@dataclass
class Reply:
    """An answer, read to its end.

    :ivar seconds: from opening the connection to the last byte
    :ivar size: of the body, in bytes
    :ivar body: the body, or nothing where it was not kept
    :ivar head_seconds: from opening the connection to the end of the headers
    """

    status: int
    headers: dict
    size: int
    body: bytes
    seconds: float
    head_seconds: float = 0

    def json(self):
        return json.loads(self.body)


class Client:
    """One person with a session cookie; a connection of its own for each request.

    :param port: of 127.0.0.1
    """

    def __init__(self, port, login=None, password=None):
        self.port = port
        self.session = None
        self.csrf_token = None
        if login:
            self._log_in(login, password or login)

    def copy(self):
        """Return another client of the same session, for another thread."""
        return copy.copy(self)

    def get(self, path, keep=True, **headers):
        """Return the reply to a GET; without ``keep`` the body is read and thrown away."""
        return self._exchange("GET", path, headers, (), keep)

    def call(self, path, params):
        """Return the reply of a JSON-RPC route.

        :raise RuntimeError: if Odoo answers with an error
        """
        call = {"jsonrpc": "2.0", "method": "call", "params": params}
        reply = self._post(path, "application/json", json.dumps(call).encode())
        if "error" in reply.json():
            raise RuntimeError(reply.json()["error"]["data"]["debug"])
        return reply

    def post(self, path, fields):
        """Return the reply to a form without files."""
        fields = {"csrf_token": self.csrf_token or "", **fields}
        body = urllib.parse.urlencode(fields).encode()
        return self._post(path, "application/x-www-form-urlencoded", body)

    def upload(self, path, fields, file_field, file, **headers):
        """Post a form with one file, straight from disk to the socket.

        :param file: path; its name is the file's name in the form
        """
        fields = {"csrf_token": self.csrf_token, **fields}
        head = "".join(_field(name, value) for name, value in fields.items())
        head = (head + _file_head(file_field, file.name)).encode()
        tail = f"\r\n--{BOUNDARY}--\r\n".encode()
        headers |= {
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Content-Length": str(len(head) + file.stat().st_size + len(tail)),
        }
        return self._exchange("POST", path, headers, (head, file, tail), True)

    def send(self, method, path, headers, file=None):
        """Return the reply to a request whose body, if any, is a file on disk."""
        size = file.stat().st_size if file else 0
        headers = {**headers, "Content-Length": str(size)}
        return self._exchange(method, path, headers, (file,) if file else (), True)

    def _post(self, path, content_type, body):
        headers = {"Content-Type": content_type, "Content-Length": str(len(body))}
        return self._exchange("POST", path, headers, (body,), True)

    def _log_in(self, login, password):
        form = {"login": login, "password": password, "csrf_token": self._read_token()}
        reply = self._post(
            "/web/login",
            "application/x-www-form-urlencoded",
            urllib.parse.urlencode(form).encode(),
        )
        if reply.status != 303:
            raise RuntimeError(f"{login} cannot log in: {reply.status}")
        self.csrf_token = self._read_token("/my")

    def _read_token(self, path="/web/login"):
        page = self.get(path).body.decode()
        return re.search(r'csrf_token: "(\w+)"', page)[1]

    def _exchange(self, method, path, headers, parts, keep):
        start = time.perf_counter()
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=TIMEOUT_SECONDS
        )
        try:
            self._send(connection, method, path, headers, parts)
            response = connection.getresponse()
            head_seconds = time.perf_counter() - start
            body, size = _read(response, keep)
        finally:
            connection.close()
        seconds = time.perf_counter() - start
        answer = dict(response.getheaders())
        self._keep_cookie(response)
        return Reply(response.status, answer, size, body, seconds, head_seconds)

    def _send(self, connection, method, path, headers, parts):
        connection.putrequest(method, path, skip_accept_encoding=True)
        if self.session:
            connection.putheader("Cookie", f"session_id={self.session}")
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            if isinstance(part, os.PathLike):
                with open(part, "rb") as file:
                    connection.sock.sendfile(file)
            else:
                connection.sock.sendall(part)

    def _keep_cookie(self, response):
        for cookie in response.headers.get_all("Set-Cookie", ()):
            found = re.match(r"session_id=([^;]+)", cookie)
            self.session = found[1] if found else self.session


def _read(response, keep):
    if keep:
        body = response.read()
        return body, len(body)
    buffer, size = bytearray(BUFFER_BYTES), 0
    while count := response.readinto(buffer):
        size += count
    return b"", size


def _field(name, value):
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
    return f"{head}\r\n\r\n{value}\r\n"


def _file_head(field, filename):
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"'
    return f'{head}; filename="{filename}"\r\nContent-Type: application/octet-stream\r\n\r\n'
