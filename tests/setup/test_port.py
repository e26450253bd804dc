"""A port that cannot be had is said before anything is fetched or built."""

import socket

import pytest

from .common import Command


def test_it_says_that_the_port_is_taken(clone):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Command(clone, "run", "--port", str(port)) as command:
            command.assert_ends(1)
    said = f"✗ Port {port} is taken by another program: stop that one, or choose another with --port."
    assert command.lines[0] == said


def test_a_port_that_was_just_used_is_free(clone):
    """Connections of a server that just ended linger for a minute; they keep nobody out."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()
    with Command(clone, "run", "--port", str(port)) as command:
        command.assert_ends(1)
    assert command.lines[0].startswith("✗ There is no addon in ")


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_it_says_that_there_is_no_such_port(clone, port):
    with Command(clone, "run", f"--port={port}") as command:
        command.assert_ends(1)
    assert command.lines[0].startswith(f"✗ Port {port} cannot be used (")
    assert command.lines[0].endswith("): choose another with --port.")


def test_it_says_how_it_is_used(clone):
    with Command(clone, "run", "--port", "web") as command:
        command.assert_ends(2)
    assert command.lines[0].startswith("usage: setup/run")


@pytest.mark.parametrize("name", ["run", "test", "pot", "lint"])
def test_help_needs_nothing_to_be_installed(clone, tmp_path, name):
    with Command(clone, name, "--help", XDG_CACHE_HOME=str(tmp_path)) as command:
        command.assert_ends(0)
    assert command.lines[0].startswith(f"usage: setup/{name}")
    assert not any(tmp_path.iterdir())
