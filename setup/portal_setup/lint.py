"""``./setup/lint``: judge the code, and mend what can be mended by itself."""

import argparse

from .ground import Ground
from .linters import Linters
from .node import NodeTools


def lint(argv):
    """Return 0 if all linters are content."""
    parser = argparse.ArgumentParser(prog="setup/lint", description="Run all linters.")
    parser.add_argument(
        "--fix", action="store_true", help="mend what can be mended by itself"
    )
    options = parser.parse_args(argv)
    ground = Ground.provide(with_tests=True)
    ground.enter_environment()
    node = NodeTools(ground.paths, ground.environment, ground.console)
    node.provide()
    return 0 if Linters(ground, node).run(options.fix) else 1
