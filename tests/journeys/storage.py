"""The filestore of a server: what lies there, and what happens when its disk is full."""

import contextlib
import os
import resource
import subprocess

import psutil


def list_files(folder):
    """Return the files below ``folder``, the lists of Odoo's own garbage collection left out."""
    return {
        os.path.relpath(os.path.join(where, name), folder)
        for where, _folders, names in os.walk(folder)
        for name in names
        if "checklist" not in where
    }


@contextlib.contextmanager
def full_disk(server, room_bytes):
    """Let the server's filestore have room for so many bytes more, and no more.

    For root a small disk of its own (ENOSPC), mounted where uploads are received; for others
    the largest file that the process may write (EFBIG), which ends in the same place.
    """
    if os.geteuid() == 0 and _mount(server.filestore, room_bytes):
        try:
            yield
        finally:
            subprocess.run(["umount", "--lazy", server.filestore], check=True)
    else:
        process = psutil.Process(server.process.pid)
        before = process.rlimit(resource.RLIMIT_FSIZE)
        process.rlimit(resource.RLIMIT_FSIZE, (room_bytes, before[1]))
        try:
            yield
        finally:
            process.rlimit(resource.RLIMIT_FSIZE, before)


def _mount(folder, room_bytes):
    command = ["mount", "-t", "tmpfs", "-o", f"size={room_bytes}", "tmpfs", folder]
    return subprocess.run(command, capture_output=True).returncode == 0
