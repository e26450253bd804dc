"""All that stands under a run: paths, Odoo, environment; then PostgreSQL and the databases."""

import contextlib
import os
import sys
from dataclasses import dataclass

from .console import Console
from .environment import Environment, child_environ, enter_machine_python
from .odoo import Odoo
from .odoo_source import OdooSource, provide_odoo
from .paths import Paths
from .postgres import Server, postgres_server


@dataclass(frozen=True)
class Ground:
    """What exists before PostgreSQL runs."""

    paths: Paths
    odoo_source: OdooSource
    environment: Environment
    console: Console

    @classmethod
    def provide(cls, with_tests=False):
        """Bring what is missing, and go on in the virtual environment.

        Takes well under a second when all is there. The same command runs again, with its Python.

        :raise SetupError: if something cannot be had
        """
        enter_machine_python()
        paths = Paths.default()
        console = Console(paths.clone / "setup.log")
        source = provide_odoo(paths, console)
        environment = Environment(paths, source, console)
        environment.provide(with_tests)
        if not environment.is_active:
            os.execv(environment.python, [str(environment.python), *sys.argv])
        return cls(paths, source, environment, console)

    @contextlib.contextmanager
    def standing(self):
        """Yield a :class:`Standing` ground: PostgreSQL runs inside the block.

        :raise DatabaseServerError: if it cannot be used
        """
        where = (self.paths, self.environment.site_packages, self.console)
        with postgres_server(*where) as server:
            yield Standing(self, server)


class Standing:
    """A ground with PostgreSQL; needs the virtual environment.

    :ivar odoo: Odoo's command line
    :ivar databases: the server's databases
    """

    def __init__(self, ground, server: Server):
        from .database import Databases

        self.ground, self.server = ground, server
        self.paths, self.console = ground.paths, ground.console
        self.environ = child_environ(ground.environment, server)
        self.databases = Databases(server, self.paths.odoo_data)
        self.odoo = Odoo(self, self.paths.clone)
        self.databases.check()
        self.odoo.write_config()
