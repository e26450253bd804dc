"""``./setup/test``: linters, then all tests, with everything they need."""

import subprocess
import sys
from pathlib import Path

from .addons import find_addons
from .browser import provide_browser
from .errors import SetupError
from .ground import Ground
from .lint import Linters
from .pot import stale_templates
from .templates import TEST_MODULES, Templates

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
    from .proxy import NGINX

    provide_browser(ground.paths, ground.console)
    NGINX.provide(ground.paths, ground.console)
    with Linters(ground).running() as tell, ground.standing() as standing:
        templates = Templates(standing)
        try:
            current = _translations_are_current(standing)
            addons = find_addons(standing.paths.repository)
            template = templates.provide({*TEST_MODULES, *addons})
        except SetupError:
            tell()
            raise
        linted = tell()
        with templates.disposable(template) as database:
            code = _pytest(standing, database, argv)
    return code or (0 if linted and current else 1)


def _translations_are_current(standing):
    standing.console.step("Translation templates")
    repository = standing.paths.repository
    stale = [str(path.relative_to(repository)) for path in stale_templates(standing)]
    if stale:
        standing.console.failed(
            f"{', '.join(stale)}: not current; run ./setup/pot and commit it"
        )
    else:
        standing.console.done()
    return not stale


def _pytest(standing, database, argv):
    command = [sys.executable, "-m", "pytest", "-p", "portal_setup.pytest_plugin"]
    options = (f"--odoo-config={standing.odoo.config}", f"--odoo-database={database}")
    command += [*options, "--odoo-http", *(argv or PROCESSES)]
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
