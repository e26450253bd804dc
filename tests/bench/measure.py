"""Time, memory and SQL of requests, measured so that they can be compared."""

import random
import re
import statistics
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

MEGABYTE = 1 << 20
PERFORMANCE = re.compile(
    r'"(?:GET|POST) (\S+) HTTP/[\d.]+" \d+ \S+ (\d+) [\d.]+ [\d.]+'
)


@dataclass
class Figure:
    """What one contestant's work costs.

    :ivar seconds: wall time of each run
    :ivar head_seconds: the part of it until the headers were there
    :ivar memory: growth of the server's peak memory in each run, in MB
    :ivar sql: SQL statements of each run
    """

    seconds: list = field(default_factory=list)
    head_seconds: list = field(default_factory=list)
    memory: list = field(default_factory=list)
    sql: list = field(default_factory=list)

    @property
    def wall(self):
        """Median wall time, in seconds."""
        return statistics.median(self.seconds)

    @property
    def head(self):
        """Median time until the headers were there, in seconds."""
        return statistics.median(self.head_seconds)

    @property
    def transfer(self):
        """Median time from the headers to the last byte, in seconds."""
        pairs = zip(self.seconds, self.head_seconds, strict=True)
        return statistics.median(whole - head for whole, head in pairs)

    @property
    def peak(self):
        """Largest growth of the server's memory in any run, in MB."""
        return max(self.memory, default=None)

    @property
    def queries(self):
        """Median count of SQL statements."""
        return round(statistics.median(self.sql)) if self.sql else None


class Peak:
    """How much the peak memory (``VmHWM``, proc(5)) of a server's processes grows in a block.

    :param pids: process ids
    :ivar growth: of the process that grew most, in MB; after the block
    """

    def __init__(self, pids):
        self._pids = pids

    def __enter__(self):
        for pid in self._pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5")
        self._before = self._read()
        return self

    def __exit__(self, *exception):
        after = self._read()
        self.growth = max(after[pid] - self._before[pid] for pid in self._pids)

    def _read(self):
        return {pid: _status_kilobytes(pid, "VmHWM") / 1024 for pid in self._pids}


class Watched:
    """A server whose requests are measured.

    :param server: :class:`portal_setup.live.LiveServer`
    """

    def __init__(self, server):
        self.server = server
        self._offset = 0

    def measure(self, figure, work):
        """Do ``work`` once, a callable that returns a :class:`Reply`, and note what it cost."""
        self._new_lines()
        with Peak(self.server.pids()) as peak:
            reply = work()
        figure.seconds.append(reply.seconds)
        figure.head_seconds.append(reply.head_seconds)
        figure.memory.append(peak.growth)
        figure.sql += self._sql_counts()[-1:]
        return reply

    def _sql_counts(self):
        time.sleep(0.01)  # the line of a request may be written after its last byte
        return [int(count) for _path, count in PERFORMANCE.findall(self._new_lines())]

    def _new_lines(self):
        with open(self.server.log, errors="replace") as log:
            log.seek(self._offset)
            text = log.read()
            self._offset = log.tell()
        return text


def take_turns(contestants, runs, warm_ups=1):
    """Let all contestants work in turn, so that what the machine does meanwhile hits all alike.

    Each turn has an order of its own, the same in each run: what the work before leaves behind
    (a process that sleeps, memory in the processor's cache) shall not always hit the same one.

    :param contestants: dict of name to (:class:`Watched`, callable that returns a reply)
    :return: dict of name to :class:`Figure`; of the warm-ups only the memory is kept, since
        a process that has once grown may hide what later runs need
    """
    figures = {name: Figure() for name in contestants}
    for turn in range(-warm_ups, runs):
        order = list(contestants.items())
        random.Random(turn).shuffle(order)
        for name, (watched, work) in order:
            figure = figures[name] if turn >= 0 else Figure(memory=figures[name].memory)
            watched.measure(figure, work)
    return figures


def work_together(works):
    """Run callables at the same time, and return the seconds until the last is done.

    :raise Exception: the first that one of them raised
    """
    errors = []
    threads = [threading.Thread(target=_run, args=(work, errors)) for work in works]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return time.perf_counter() - start


def _run(work, errors):
    try:
        work()
    except Exception as error:
        errors.append(error)


def _status_kilobytes(pid, name):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"^{name}:\s+(\d+) kB", status, re.M)[1])
