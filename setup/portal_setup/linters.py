"""What judges the code without running it; all report, then one verdict. Needs the virtual environment."""

import contextlib
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
        for linter in self._all() if fix else ():
            subprocess.run([*map(str, linter.fix or ("true",))], **self._options())
        with self.running(anew=fix) as tell:
            return tell()

    @contextlib.contextmanager
    def running(self, anew=False):
        """Have them all at work inside the block, beside whatever it does.

        Yields a function that waits for them, says what they say and returns what :meth:`run` does.
        """
        if self._good_mark().exists() and not anew:
            yield self._tell_of_last_time
            return
        with contextlib.ExitStack() as stack:
            calls = [
                (linter, stack.enter_context(self._at_work(linter.check)))
                for linter in self._all()
            ]
            yield lambda: self._tell(calls)

    def _tell_of_last_time(self):
        self._ground.console.say("✓ Linters: content as when this was last checked")
        return True

    def _tell(self, calls):
        results = [self._wait_for(linter, child) for linter, child in calls]
        if all(results):
            write_atomically(self._good_mark(), "")
        return all(results)

    def _wait_for(self, linter, child):
        console = self._ground.console
        console.step(linter.name)
        said, _nothing = child.communicate()
        if child.returncode:
            console.say(said.rstrip())
            console.failed(f"{linter.name} is not content")
        else:
            console.done()
        return child.returncode == 0

    @contextlib.contextmanager
    def _at_work(self, command):
        with subprocess.Popen([*map(str, command)], **self._options()) as child:
            try:
                yield child
            except BaseException:
                child.kill()
                raise

    def _options(self):
        return {
            "cwd": self._repository,
            "text": True,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.STDOUT,
        }

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
