"""The translation templates: ``<addon>/i18n/<addon>.pot``. Needs the virtual environment."""

import re
import tempfile
from pathlib import Path

from .addons import find_addons
from .errors import OdooError
from .files import write_atomically
from .paths import short_hash
from .process import run_logged
from .templates import Templates


class TranslationTemplates:
    """Export and compare the ``.pot`` of each addon.

    :param standing: see :class:`portal_setup.ground.Standing`
    """

    def __init__(self, standing):
        self._standing = standing
        self._addons = find_addons(standing.paths.repository)

    def write(self):
        """Write each ``.pot`` that is not current; return their paths."""
        stale = self.stale()
        for path, text in stale.items():
            write_atomically(path, text)
        return list(stale)

    def stale(self):
        """Return the fresh text of each ``.pot`` that is not current, by path.

        A verdict is remembered for this very content of the addons, if it was good.
        """
        if self._good_mark().exists() or not self._addons:
            return {}
        fresh = {
            path: self._export(name, self._database(name))
            for name, path in self._paths().items()
        }
        stale = {
            path: text
            for path, text in fresh.items()
            if _terms(_read(path)) != _terms(text)
        }
        if not stale:
            write_atomically(self._good_mark(), "")
        return stale

    def _paths(self):
        """Return the path of each addon's ``.pot`` by the addon's name."""
        return {
            name: addon.folder / f"i18n/{name}.pot"
            for name, addon in self._addons.items()
        }

    def _good_mark(self):
        key = short_hash(
            self._standing.ground.odoo_source.identity,
            *(addon.content_hash() for addon in self._addons.values()),
            *map(_read, self._paths().values()),
        )
        return self._standing.paths.cache / "translated" / key

    def _database(self, name):
        """Return a database with one addon, and without demo data, which nobody translates.

        What another addon adds to its models is not for its template.
        """
        return Templates(self._standing).provide([name], demo=False)

    def _export(self, name, database):
        odoo = self._standing.odoo
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{name}.pot"
            command = [
                self._standing.ground.environment.python,
                "-m",
                "odoo",
                "i18n",
                "export",
            ]
            command += ["-c", odoo.config, "-d", database, "-o", file, name]
            code, last = run_logged(command, self._standing.console, env=odoo.environ)
            if code or not file.exists():
                raise OdooError(
                    f"The terms of {name} cannot be exported: {' '.join(last)[-300:]}"
                )
            return file.read_text(encoding="utf-8")


def _read(path):
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _terms(text):
    """Return ``text`` without what changes at each export."""
    return re.sub(
        r'^"(POT-Creation-Date|PO-Revision-Date):.*\n', "", text, flags=re.MULTILINE
    )
