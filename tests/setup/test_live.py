"""Live servers: a database and a mailbox of their own, gone after the block."""

import smtplib

import psutil
import pytest
import requests

from portal_setup.errors import OdooError
from portal_setup.live import LiveServer, standing_ground

from .common import third_party_depends

SERVER = {"modules": third_party_depends(), "workers": 0}


def test_it_serves_pages_and_leaves_nothing():
    with LiveServer(**SERVER) as server:
        assert requests.get(f"{server.url}/web/login", timeout=60).status_code == 200
        assert server.call("res.users", "search_count", [("login", "=", "admin")]) == 1
        assert server.sql("SELECT login FROM res_users WHERE id = 1") == [
            ("__system__",)
        ]
        with smtplib.SMTP("127.0.0.1", server.mailbox.port) as smtp:
            smtp.sendmail("a@example.com", "b@example.com", "Subject: Hello\n\nYou")
        [mail] = server.mailbox.wait_for(1)
        assert (mail.subject, mail.recipients) == ("Hello", ("b@example.com",))
        process = psutil.Process(server.process.pid)
    assert not process.is_running()
    assert not standing_ground().databases.exists(server.database)
    assert not server.filestore.exists()
    assert not server.log.exists()


def test_it_tells_if_the_server_ended_by_itself():
    with pytest.raises(OdooError, match=r"Odoo's server ended by itself \(-9\)"):
        with LiveServer(**SERVER) as server:
            server.process.kill()
            server.process.wait()
    assert not standing_ground().databases.exists(server.database)


def test_a_wrong_password_is_an_error():
    with LiveServer(**SERVER) as server, pytest.raises(RuntimeError, match="Access"):
        server.call("res.users", "read", [2], ["name"], password="wrong")
