"""Files that survive an interruption, and locks between two runs."""

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
from pathlib import Path


def write_atomically(path, text, mode=0o644):
    """Write ``text`` to ``path``: a reader sees the old or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as work:
        file = Path(work, path.name)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
        file.replace(path)


def write_json(path, value):
    """Write ``value`` as JSON, atomically."""
    write_atomically(path, json.dumps(value, indent=1, sort_keys=True) + "\n")


def read_json(path):
    """Return what :func:`write_json` wrote, or None if absent or unreadable."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


@contextlib.contextmanager
def locked(path, say=None, wait=True):
    """Hold ``path`` alone; the kernel lets go when the process ends, however it ends.

    Yields whether it is held, which it always is unless another process has it and ``wait`` is false.

    :param say: called with a sentence, if another process holds it
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                yield False
                return
            if say:
                say(f"Another run is at work on {path.stem}; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield True


@contextlib.contextmanager
def finished_folder(path):
    """Yield an empty folder that becomes ``path`` only if the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{path.name}-partial-*"):
        shutil.rmtree(left, ignore_errors=True)
    work = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-partial-"))
    work.chmod(0o755)
    try:
        yield work
        if path.exists():
            shutil.rmtree(path)
        os.replace(work, path)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def link_tree(source, target):
    """Copy a folder by hard links, or by content where links are impossible."""
    shutil.copytree(source, target, symlinks=True, copy_function=_link_or_copy)


def _link_or_copy(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
