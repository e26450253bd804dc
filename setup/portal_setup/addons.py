"""The addons of this repository: which there are, what they need, whether they changed."""

import ast
import hashlib
from dataclasses import dataclass
from pathlib import Path

from .errors import SetupError

PREFIX = "customer_portal_"
# Changes there never need a module update.
IGNORED_FOLDERS = {"__pycache__", "tests", "readme", "description"}
IGNORED_ENDINGS = {".pyc", ".md", ".pot", ".swp"}


@dataclass(frozen=True)
class Addon:
    """One addon of the repository."""

    name: str
    folder: Path
    depends: tuple

    def content_hash(self):
        """Return a digest of all that Odoo reads when it installs or updates the addon."""
        digest = hashlib.sha256()
        for file in sorted(self.folder.rglob("*")):
            path = file.relative_to(self.folder)
            is_ignored = IGNORED_FOLDERS.intersection(path.parts)
            if file.is_file() and not is_ignored and path.suffix not in IGNORED_ENDINGS:
                digest.update(str(path).encode() + b"\0")
                digest.update(file.read_bytes() + b"\0")
        return digest.hexdigest()[:16]


def find_addons(repository):
    """Return the installable addons of ``repository`` by name.

    :raise SetupError: if a manifest cannot be read
    """
    found = {}
    for manifest in sorted(repository.glob(f"{PREFIX}*/__manifest__.py")):
        try:
            values = ast.literal_eval(manifest.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError) as error:
            raise SetupError(f"{manifest} cannot be read: {error}") from error
        if values.get("installable", True):
            name = manifest.parent.name
            found[name] = Addon(name, manifest.parent, tuple(values.get("depends", ())))
    return found


def with_own_depends(names, addons):
    """Return ``names`` and the repository's addons that they depend on."""
    own = addons.keys() & names
    needed = addons.keys() & {other for name in own for other in addons[name].depends}
    return own if needed <= own else with_own_depends(own | needed, addons)
