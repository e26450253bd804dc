"""What judges the code without running it; all report, then one verdict. Needs the virtual environment."""

import fnmatch
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .addons import PREFIX
from .files import write_atomically
from .paths import short_hash

NOT_OURS = {".git", "__pycache__", ".pytest_cache", ".ruff_cache", "node_modules"}


@dataclass(frozen=True)
class Linter:
    """One program that exits with 0 when it is content.

    :param fix: the command that mends what can be mended by itself, if there is one
    """

    name: str
    check: tuple
    fix: tuple = ()


class Linters:
    """All linters of the repository."""

    def __init__(self, ground, node):
        self._ground, self._node = ground, node
        self._repository = ground.paths.repository

    def run(self, fix=False):
        """Run them all and say what they say; return whether all are content.

        A verdict is remembered for this very content of the repository, if it was good.
        """
        console = self._ground.console
        good = self._good_mark()
        if good.exists() and not fix:
            console.say("✓ Linters: content as when this was last checked")
            return True
        for linter in self._all() if fix else ():
            self._call(linter.fix)
        results = [self._run(linter) for linter in self._all()]
        if all(results):
            write_atomically(self._good_mark(), "")
        return all(results)

    def _run(self, linter):
        console = self._ground.console
        console.step(linter.name)
        result = self._call(linter.check)
        if result.returncode:
            console.say(result.stdout.rstrip())
            console.failed(f"{linter.name} is not content")
        else:
            console.done()
        return result.returncode == 0

    def _call(self, command):
        return subprocess.run(
            [str(part) for part in command or ["true"]],
            cwd=self._repository,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )

    def _all(self):
        bin_folder, node = self._ground.environment.bin, self._node
        ruff = bin_folder / "ruff"
        addons = sorted(
            path.name for path in self._repository.glob(f"{PREFIX}*") if path.is_dir()
        )
        yield Linter(
            "ruff check",
            (ruff, "check", "--quiet"),
            (ruff, "check", "--quiet", "--fix"),
        )
        yield Linter(
            "ruff format",
            (ruff, "format", "--check", "--quiet", "--diff"),
            (ruff, "format", "--quiet"),
        )
        if addons:
            yield Linter(
                "pylint-odoo",
                (bin_folder / "pylint", "--rcfile=.pylintrc", "--jobs=2", *addons),
            )
        prettier = self._prettier()
        if prettier:
            yield Linter("prettier", (*prettier, "--check"), (*prettier, "--write"))
        scripts = self._files("*.js")
        if scripts:
            eslint = node.command("eslint", *scripts)
            yield Linter("eslint", eslint, (*eslint, "--fix"))

    def _prettier(self):
        """Return prettier's command on the files that it knows, or nothing if there are none."""
        files = self._files(
            "*.xml", "*.js", "*.mjs", "*.scss", "*.css", "*.yml", "*.json"
        )
        plugin = self._node.modules / "@prettier/plugin-xml/src/plugin.js"
        return files and [
            *self._node.command(
                "prettier",
                f"--plugin={plugin}",
                "--log-level=warn",
                "--no-error-on-unmatched-pattern",
            ),
            *files,
        ]

    def _files(self, *patterns):
        """Return the names of the repository's own files, by pattern."""
        found = []
        for folder, folders, names in os.walk(self._repository):
            folders[:] = [name for name in folders if name not in NOT_OURS]
            here = Path(folder).relative_to(self._repository)
            found += [str(here / name) for name in names if _matches(name, patterns)]
        return sorted(found)

    def _good_mark(self):
        content = [(self._repository / name).read_bytes() for name in self._files()]
        key = short_hash(
            self._ground.environment.identity,
            self._node.folder,
            *self._files(),
            *content,
        )
        return self._ground.paths.cache / "linted" / key


def _matches(name, patterns):
    return not patterns or any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
