"""PostgreSQL that is down, refuses us, is damaged, or was killed."""

import contextlib
import dataclasses
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from portal_setup.database import Databases
from portal_setup.errors import DatabaseServerError
from portal_setup.live import free_port, standing_ground
from portal_setup.paths import REPOSITORY, Paths
from portal_setup.postgres import EmbeddedPostgres

from .common import start, wait_until

USES_IT = """
import sys, time
from pathlib import Path
from portal_setup.console import Console
from portal_setup.paths import Paths
from portal_setup.postgres import EmbeddedPostgres

paths = Paths(Path("/"), Path(sys.argv[1]))
console = Console(paths.cache / "log", sys.stderr)
with EmbeddedPostgres(paths, Path(sys.argv[2]), console).in_use():
    print("in use", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def cache():
    """A folder that PostgreSQL may enter, whoever it runs as; pytest's own are closed."""
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.fixture
def embedded(cache, console):
    return EmbeddedPostgres(Paths(REPOSITORY, cache), site_packages(), console)


@pytest.fixture
def databases(embedded, cache):
    with embedded.in_use():
        yield Databases(embedded.server, cache)


def site_packages():
    return standing_ground().ground.environment.site_packages


def answers(embedded):
    databases = Databases(embedded.server, Path("/nonexistent"))
    with contextlib.suppress(DatabaseServerError):
        return databases.query("postgres", "SELECT 1") == [(1,)]
    return False


def run(clone, **environ):
    """Run with the ``PG*`` variables of the tests' own server, but for those given."""
    environ = standing_ground().server.environ() | environ
    return clone.run(**environ)


def test_it_says_that_postgresql_is_down(clone):
    port = str(free_port())
    with run(clone, PGHOST="127.0.0.1", PGPORT=port, PGUSER="me") as command:
        command.assert_ends(1)
    said = command.lines[0]
    assert said.startswith(f"✗ PostgreSQL at 127.0.0.1:{port} as me cannot be used: ")
    assert "refused" in said
    assert said.endswith("(see PGHOST, PGPORT, PGUSER, PGPASSWORD).")


def test_it_says_that_postgresql_does_not_know_us(clone):
    with run(clone, PGUSER="portal_nobody_of_that_name", PGPASSWORD="x") as command:
        command.assert_ends(1)
    assert "as portal_nobody_of_that_name cannot be used: " in command.lines[0]


def test_it_says_that_odoo_refuses_the_role_postgres(clone):
    with run(clone, PGUSER="postgres") as command:
        command.assert_ends(1)
    assert command.lines[0].startswith(
        "✗ Odoo refuses to work as the role `postgres`: "
    )


def test_it_says_that_the_role_may_not_create_databases(databases, embedded, cache):
    databases.query("postgres", "CREATE ROLE poor LOGIN")
    poor = Databases(dataclasses.replace(embedded.server, user="poor"), cache)
    with pytest.raises(DatabaseServerError, match="`ALTER ROLE poor CREATEDB`"):
        poor.check()
    databases.check()


def test_it_stops_with_its_last_user(embedded, cache):
    with using(cache), embedded.in_use():
        assert answers(embedded)
    assert not answers(embedded)


def test_it_goes_on_for_who_is_left(embedded, cache):
    with embedded.in_use():
        with using(cache) as other:
            other.send_signal(signal.SIGKILL)
            other.wait()
        assert answers(embedded)


def test_it_starts_again_after_all_was_killed(embedded, cache):
    with using(cache) as user:
        user.kill()
        user.wait()
    [file] = cache.rglob("postmaster.pid")
    os.kill(int(file.read_text().split()[0]), signal.SIGKILL)
    wait_until(lambda: not answers(embedded), 20, lambda: "PostgreSQL still answers")
    with embedded.in_use():
        assert answers(embedded)
    assert not answers(embedded)


def test_it_says_what_to_do_if_its_data_is_damaged(embedded, cache):
    with embedded.in_use():
        pass
    [control] = cache.rglob("pg_control")
    control.write_bytes(b"damaged")
    said = r"does not start; its log is (\S+)\. If its data is damaged, delete (\S+) "
    with pytest.raises(DatabaseServerError, match=said) as failure, embedded.in_use():
        pass
    shutil.rmtree(str(failure.value).split("delete ")[1].split()[0])
    with embedded.in_use():
        assert answers(embedded)


def test_it_is_created_anew_if_that_was_interrupted(embedded, cache):
    left = cache / "postgresql-18/data-partial/base"
    left.mkdir(parents=True)
    with embedded.in_use():
        assert answers(embedded)


def test_it_listens_on_no_network(databases):
    assert databases.query("postgres", "SHOW listen_addresses") == [("",)]


def test_it_knows_the_letters_of_all_languages(databases):
    databases.create("letters")
    query = "SELECT 'Übergabe' ILIKE '%%ÜBERGABE%%', lower('ПРИВЕТ')"
    assert databases.query("letters", query) == [(True, "привет")]
    # what a search for a word of that language finds by the index
    [(parts,)] = databases.query("letters", "SELECT show_trgm('привет')")
    assert len(parts) == len("привет") + 1


@contextlib.contextmanager
def using(cache):
    """Have another process use the embedded server inside the block."""
    with start(USES_IT, cache, site_packages()) as child:
        assert child.stdout.readline() == "in use\n"
        yield child
        child.send_signal(signal.SIGINT)
