"""``./setup/lint``: what judges the code without running it, all at once, then one verdict."""

import argparse
import contextlib
import os
import subprocess
from pathlib import Path

from .addons import PREFIX
from .files import write_atomically
from .ground import Ground
from .node import NodeTools
from .paths import short_hash
from .process import spawn, stop

NOT_OURS = {".git", "__pycache__", ".pytest_cache", ".ruff_cache", "node_modules"}


def lint(argv):
    """Return 0 if all linters are content."""
    parser = argparse.ArgumentParser(prog="setup/lint", description="Run all linters.")
    parser.add_argument(
        "--fix", action="store_true", help="mend what can be mended by itself"
    )
    options = parser.parse_args(argv)
    ground = Ground.provide(with_tests=True)
    linters = Linters(ground)
    if options.fix:
        linters.fix()
    with linters.running(anew=options.fix) as tell:
        return 0 if tell() else 1


class Linters:
    """All linters of the repository; each exits with 0 when it is content."""

    def __init__(self, ground):
        self._ground, self._node = ground, NodeTools.provide(ground)
        self._repository = ground.paths.repository

    def fix(self):
        """Have them mend what can be mended by itself."""
        for _name, command, _check, fix in self._all():
            if fix is not None:
                subprocess.run(
                    [*map(str, command), *fix],
                    cwd=self._repository,
                    capture_output=True,
                )

    @contextlib.contextmanager
    def running(self, anew=False):
        """Have them all at work inside the block, beside whatever it does.

        Yields a function that waits for them, says what they say and returns whether all are content.
        A good verdict is remembered for this very content of the repository.
        """
        if self._good_mark().exists() and not anew:
            say = self._ground.console.say
            say("✓ Linters: content as when this was last checked")
            yield lambda: True
            return
        output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        with contextlib.ExitStack() as stack:
            children = {}
            for name, command, check, _fix in self._all():
                child = spawn([*command, *check], cwd=self._repository, **output)
                stack.callback(stop, child)
                children[name] = child
            yield lambda: self._tell(children)

    def _tell(self, children):
        are_content = [self._wait_for(*linter) for linter in children.items()]
        if all(are_content):
            write_atomically(self._good_mark(), "")
        return all(are_content)

    def _wait_for(self, name, child):
        console = self._ground.console
        console.step(name)
        said, _nothing = child.communicate()
        if child.returncode:
            console.say(said.rstrip())
            console.failed(f"{name} is not content")
        else:
            console.done()
        return child.returncode == 0

    def _all(self):
        """Yield name and command of each, and its arguments to check and to mend, or None."""
        tools, node = self._ground.environment.bin, self._node
        addons = sorted(path.name for path in self._repository.glob(f"{PREFIX}*/"))
        options = ("--log-level=warn", "--no-error-on-unmatched-pattern")
        plugin = node.modules / "@prettier/plugin-xml/src/plugin.js"
        files = "**/*.{xml,js,mjs,scss,css,yml,json}"
        prettier = node.command("prettier", f"--plugin={plugin}", *options, files)
        eslint = node.command("eslint", options[1], "**/*.js")
        pylint = [tools / "pylint", "--rcfile=.pylintrc", "--jobs=2", *addons]
        ruff = tools / "ruff"
        yield "ruff check", [ruff, "check", "--quiet"], (), ("--fix",)
        yield "ruff format", [ruff, "format", "--quiet"], ("--check", "--diff"), ()
        yield "pylint-odoo", pylint, (), None
        yield "prettier", prettier, ("--check",), ("--write",)
        yield "eslint", eslint, (), ("--fix",)

    def _good_mark(self):
        content = []
        for folder, folders, names in os.walk(self._repository):
            folders[:] = sorted(set(folders) - NOT_OURS)
            for path in (Path(folder, name) for name in sorted(names)):
                content += [path.relative_to(self._repository), path.read_bytes()]
        ground = self._ground
        key = short_hash(ground.environment.identity, self._node.modules, *content)
        return ground.paths.cache / "linted" / key
