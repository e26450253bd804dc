"""Calm output: one line per step, a moving line for progress on a terminal."""

import shutil
import sys
import time
from pathlib import Path

QUIET_SECONDS = 5
"""Where there is no terminal, progress is printed at most this often."""


class Console:
    """Tell a person what happens; everything told also goes to the log file.

    :param log: file that keeps the full story, created when first written
    """

    def __init__(self, log: Path, stream=None):
        self.log = log
        self._stream = stream or sys.stdout
        self._moving = self._stream.isatty()
        self._steps = []
        self._told = 0.0
        self._width = 0

    def step(self, title):
        """Begin a step, maybe within another; its line appears at once on a terminal only."""
        self._told = time.monotonic()
        self._steps.append((title, self._told))
        self._move(f"  {title} …")

    def progress(self, text, fraction=None):
        """Say how far the current step is (``fraction`` from 0 to 1, if known)."""
        share = "" if fraction is None else f" {min(fraction, 1):4.0%}"
        title = self._steps[-1][0] if self._steps else ""
        line = f"  {title} …{share} {text}"
        if self._moving:
            self._move(line)
        elif time.monotonic() - self._told >= QUIET_SECONDS:
            self._told = time.monotonic()
            self.say(line)

    def done(self, text=""):
        """End the current step with what came of it."""
        title, started = self._steps.pop()
        seconds = time.monotonic() - started
        took = f" ({seconds:.0f} s)" if seconds >= 1 else ""
        self.say(f"✓ {title}{': ' if text else ''}{text}{took}")

    def failed(self, text):
        """End the current step with the sentence that says what is wrong."""
        self._steps.pop()
        self.error(text)

    def say(self, text):
        """Print a line (or several) as it is."""
        self._move("")
        print(text, file=self._stream, flush=True)
        self.note(text)

    def error(self, text):
        """Print a failure, on standard error."""
        self._move("")
        self.note(f"✗ {text}")
        print(f"✗ {text}", file=sys.stderr, flush=True)

    def note(self, text):
        """Write to the log file only."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a", encoding="utf-8", errors="replace") as log:
            log.write(text.rstrip("\n") + "\n")

    def _move(self, line):
        if not self._moving:
            return
        line = line[: shutil.get_terminal_size((100, 24)).columns - 1]
        self._stream.write("\r" + line.ljust(self._width) + ("" if line else "\r"))
        self._stream.flush()
        self._width = len(line)


def readable_size(size_bytes):
    """Return ``size_bytes`` as people write it: ``117 MB``."""
    for unit in ("B", "kB", "MB"):
        if size_bytes < 1000:
            return f"{size_bytes:.0f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.1f} GB"
