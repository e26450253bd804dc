"""Children: started in their own session, logged, and never left behind."""

import contextlib
import ctypes
import os
import signal
import subprocess

from .errors import Terminated

STOP_SECONDS = 15
PR_SET_PDEATHSIG = 1


def spawn(command, **options):
    """Start a child that a Ctrl-C does not reach and that dies when we are killed."""
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(
        [str(part) for part in command],
        start_new_session=True,
        preexec_fn=_die_with_parent,  # noqa: PLW1509
        **options,
    )


def _die_with_parent():
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def stop(child, seconds=STOP_SECONDS):
    """End a child and what it started: politely first, then by force."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            _kill_session(child)
    return child.wait()


def _kill_session(child):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def run_logged(command, console, on_line=None, **options):
    """Run a command to its end, its output going to the log line by line.

    :param on_line: called with each line, for progress
    :return: exit code and the last lines of output
    """
    console.note("$ " + " ".join(str(part) for part in command))
    options |= {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    child = spawn(command, text=True, errors="replace", **options)
    last = []
    try:
        for line in child.stdout:
            console.note(line)
            last = [*last[-29:], line.rstrip("\n")]
            if on_line:
                on_line(line)
        return child.wait(), last
    finally:
        stop(child)
        child.stdout.close()


def turn_signals_into_exceptions():
    """Let SIGTERM (and a closed terminal) unwind the stack like a Ctrl-C.

    A Ctrl-C works even where the shell that started us in the background had it ignored.
    """

    def on_signal(number, _frame):
        raise Terminated(number)

    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGHUP, on_signal)
