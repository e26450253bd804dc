"""Children: started in their own session, logged, and never left behind."""

import contextlib
import os
import signal
import subprocess
import time

STOP_SECONDS = 15
STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def spawn(command, **options):
    """Start a child that a Ctrl-C does not reach and that gets a SIGTERM when we die.

    No ``preexec_fn``: for one, Python runs hooks around the fork, and drops a Ctrl-C that comes in one.
    """
    command = ["setpriv", "--pdeathsig=TERM", *map(str, command)]
    options = {"stdin": subprocess.DEVNULL, "start_new_session": True} | options
    return subprocess.Popen(command, **options)


def wait_until(condition, seconds):
    """Return what ``condition`` does once that is true, or at the latest after ``seconds``."""
    end = time.monotonic() + seconds
    while not (result := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return result


def stop(child, seconds=STOP_SECONDS):
    """End a child and what it started: politely first, then by force."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            return kill(child)
    return child.wait()


def kill(child):
    """End a child and what it started by force."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    return child.wait()


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
    """Let SIGTERM (and a closed terminal) unwind the stack like a Ctrl-C, each with its number.

    A Ctrl-C works even where the shell that started us in the background had it ignored.
    """

    def on_signal(number, _frame):
        raise KeyboardInterrupt(number)

    for number in STOPPING_SIGNALS:
        signal.signal(number, on_signal)
