"""Run a command and turn whatever happens into a sentence and an exit code."""

import errno
import importlib
import os
import shutil
import sys
import traceback

from .console import Console
from .errors import SetupError
from .paths import Paths
from .process import turn_signals_into_exceptions


def main(command):
    """Run ``portal_setup.<command>`` with the program's arguments and exit.

    Exit codes: 0 done, 1 failed (with a sentence), 2 wrong arguments, 130 Ctrl-C, 143 SIGTERM.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    console = Console(Paths.default().clone / "setup.log")
    turn_signals_into_exceptions()
    try:
        module = importlib.import_module(f"portal_setup.{command}")
        code = getattr(module, command)(sys.argv[1:])
    except KeyboardInterrupt as stopped:
        console.say("\nStopped. The next run goes on from here.")
        code = 128 + stopped.args[0]
    except Exception as error:  # noqa: BLE001 - the last resort: say it in a sentence
        console.note("".join(traceback.format_exception(error)))
        console.error(explain(error))
        print(f"  The full story is in {console.log}", file=sys.stderr)
        code = 1
    sys.exit(code)


def _is_disk_full(error):
    """Say whether there was no room; ``shutil.copytree`` only tells it in words."""
    if isinstance(error, shutil.Error):
        return os.strerror(errno.ENOSPC) in str(error)
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def explain(error):
    """Return one sentence for any exception."""
    if isinstance(error, SetupError):
        return str(error)
    if _is_disk_full(error):
        where = getattr(error, "filename", None) or "while writing"
        return f"The disk is full ({where}): make room and run this again."
    if isinstance(error, PermissionError):
        return f"Not allowed to use {error.filename}: check who owns it."
    return f"Something unforeseen went wrong: {type(error).__name__}: {error}"
