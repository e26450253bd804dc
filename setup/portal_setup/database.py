"""Databases and their file stores: create, copy, rename, drop. Needs the virtual environment."""

import contextlib
import shutil

import psycopg2
from psycopg2 import errors, sql

from .errors import DatabaseServerError
from .files import link_tree


class Databases:
    """The databases of one server, each with its file store under ``data_dir``."""

    def __init__(self, server, data_dir):
        self._server = server
        self._stores = data_dir / "filestore"

    def connect(self, name="postgres"):
        """Return a connection in autocommit mode.

        :raise DatabaseServerError: if the server does not answer or refuses us
        """
        server = self._server
        try:
            connection = psycopg2.connect(
                host=server.host,
                port=server.port,
                user=server.user,
                password=server.password or None,
                dbname=name,
                connect_timeout=10,
            )
        except psycopg2.OperationalError as error:
            raise DatabaseServerError(_explain(server, error)) from error
        connection.autocommit = True
        return connection

    def check(self):
        """:raise DatabaseServerError: if databases cannot be created on this server"""
        query = (
            "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        if not self._value(query):
            user = self._server.user
            raise DatabaseServerError(
                f"The role {user} may not create databases: `ALTER ROLE {user} CREATEDB`."
            )

    def exists(self, name):
        return bool(self._value("SELECT 1 FROM pg_database WHERE datname = %s", name))

    def drop(self, name):
        """Remove a database with its file store, whoever is connected; absent is fine."""
        self._do("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        shutil.rmtree(self._stores / name, ignore_errors=True)

    def drop_all(self, name):
        """Remove a database, and the copies of it that parallel tests made (``name-gw0``)."""
        copies = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        for (copy,) in self.query("postgres", copies, f"{name}-"):
            self.drop(copy)
        self.drop(name)

    @contextlib.contextmanager
    def finished(self, name, source=None):
        """Yield the name of a copy of ``source``, else of an empty database.

        It becomes ``name`` only if the block succeeds, in place of an old one.
        """
        work = f"{name}_partial"
        if source:
            self.copy(source, work)
        else:
            self.create(work)
        yield work
        self.drop(name)
        (self._stores / work).rename(self._stores / name)
        self._do("ALTER DATABASE {} RENAME TO {}", work, name)

    def create(self, name):
        """Create an empty database as Odoo does, in place of any old one."""
        self.drop(name)
        (self._stores / name).mkdir(parents=True, exist_ok=True)
        self._do(
            "CREATE DATABASE {} ENCODING 'UTF8' LC_COLLATE 'C' TEMPLATE template0", name
        )
        # as Odoo does it: without them search is slower, and all else is the same
        with contextlib.suppress(psycopg2.Error):
            self.query(name, "CREATE EXTENSION IF NOT EXISTS pg_trgm")

    def copy(self, source, name):
        """Make ``name`` a copy of ``source``; files are shared by hard links."""
        self.drop(name)
        self._do("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, source)
        link_tree(self._stores / source, self._stores / name)

    def query(self, name, statement, *values):
        """Return the rows of one statement in one database."""
        with (
            contextlib.closing(self.connect(name)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def _value(self, statement, *values):
        rows = self.query("postgres", statement, *values)
        return rows[0][0] if rows else None

    def _do(self, statement, *names):
        statement = sql.SQL(statement).format(*map(sql.Identifier, names))
        try:
            self.query("postgres", statement)
        except errors.DiskFull as error:
            raise DatabaseServerError(
                f"PostgreSQL's disk is full: {error.diag.message_primary}"
            ) from error


def _explain(server, error):
    where = f"{server.host}:{server.port} as {server.user}"
    why = str(error).strip().split("\n")[0].split(" failed: ")[-1]
    return f"PostgreSQL at {where} cannot be used: {why} (see PGHOST, PGPORT, PGUSER, PGPASSWORD)."
