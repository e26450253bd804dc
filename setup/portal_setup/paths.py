"""Where things are: the clone, and the caches outside it."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from .console import readable_size
from .errors import SetupError

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Paths:
    """The folders of one clone.

    :param repository: the clone
    :param cache: shared by all clones of this person, safe to delete
    """

    repository: Path
    cache: Path

    @classmethod
    def default(cls):
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return cls(REPOSITORY, Path(base).absolute() / "customer-portal")

    @property
    def clone(self):
        """Folder for what belongs to this clone alone: logs, configuration, mail."""
        name = f"{self.repository.name}-{short_hash(self.repository)}"
        return self.cache / "clones" / name

    @property
    def odoo_data(self):
        """Odoo's ``data_dir``: file stores (by database name) and sessions."""
        return self.cache / "odoo-data"

    def check_room(self, need_bytes):
        """:raise SetupError: if less than ``need_bytes`` are free for the caches"""
        self.cache.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.cache).free
        if free < need_bytes:
            raise SetupError(
                f"{self.cache} has {readable_size(free)} free and"
                f" {readable_size(need_bytes)} are needed: make room, or set"
                " XDG_CACHE_HOME to a larger disk, then run this again."
            )


def short_hash(*parts):
    """Return 10 hexadecimal digits that stand for ``parts`` (strings or bytes)."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else str(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()[:10]
