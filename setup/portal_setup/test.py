"""``./setup/test``: linters, then all tests, with everything they need."""

import subprocess
import sys
from pathlib import Path

from .addons import find_addons
from .browser import provide_browser
from .errors import SetupError
from .ground import Ground
from .linters import Linters
from .node import NodeTools

USAGE = """\
usage: setup/test [PYTEST ARGUMENTS]

Run the linters, then pytest over the addons' tests and tests/, browser included.
Arguments go to pytest:
  setup/test -k upload
  setup/test customer_portal_docs/tests/test_upload.py -x --pdb
Without arguments everything runs, in three processes. The exit code is 0 only if
linters and tests are content. Environment variables: see setup/run --help.
"""
PROCESSES = ("--numprocesses=3", "--dist=loadscope")
"""For two cores: one of them mostly waits, see the plugin."""


def test(argv):
    """Return 0 if linters and tests are content, else the exit code of what is not."""
    if argv in (["--help"], ["-h"]):
        print(USAGE)
        return 0
    ground = Ground.provide(with_tests=True)
    ground.enter_environment()
    node = NodeTools(ground.paths, ground.environment, ground.console)
    node.provide()
    from .proxy import NGINX

    provide_browser(ground.paths, ground.console)
    NGINX.provide(ground.paths, ground.console)
    with Linters(ground, node).running() as tell, ground.standing() as standing:
        try:
            current = _translations_are_current(standing)
            template = _provide_template(standing)
        except SetupError:
            tell()
            raise
        linted = tell()
        code = _pytest(standing, template, argv)
    return code or (0 if linted and current else 1)


def _translations_are_current(standing):
    from .translations import TranslationTemplates

    standing.console.step("Translation templates")
    stale = TranslationTemplates(standing).stale()
    names = ", ".join(
        str(path.relative_to(standing.paths.repository)) for path in stale
    )
    if stale:
        standing.console.failed(f"{names}: not current; run ./setup/pot and commit it")
    else:
        standing.console.done()
    return not stale


def _provide_template(standing):
    from .templates import TEST_MODULES, Templates

    modules = {*TEST_MODULES, *find_addons(standing.paths.repository)}
    return Templates(standing).provide(modules)


def _pytest(standing, template, argv):
    from .templates import Templates

    with Templates(standing).disposable(template) as database:
        command = [
            sys.executable,
            "-m",
            "pytest",
            f"--odoo-config={standing.odoo.config}",
        ]
        command += [
            f"--odoo-database={database}",
            "--odoo-http",
            *("-p", "portal_setup.pytest_plugin"),
            *(argv or PROCESSES),
        ]
        return _run_in_foreground(command, standing)


def _run_in_foreground(command, standing):
    """Run with our terminal, so that ``--pdb`` works; a Ctrl-C reaches it and is waited for."""
    standing.console.note("$ " + " ".join(map(str, command)))
    # for the plugin: pytest loads it before it reads pyproject.toml
    environ = {**standing.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    child = subprocess.Popen(command, cwd=standing.paths.repository, env=environ)
    try:
        return child.wait()
    except BaseException:
        child.terminate()
        child.wait()
        raise
