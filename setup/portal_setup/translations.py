"""The translation templates: ``<addon>/i18n/<addon>.pot``. Needs the virtual environment."""

import re
import tempfile
from pathlib import Path

from .addons import find_addons
from .errors import OdooError
from .files import write_atomically
from .process import run_logged
from .templates import TEST_MODULES, Templates


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
        """Return the fresh text of each ``.pot`` that is not current, by path."""
        fresh = {
            addon.folder / f"i18n/{name}.pot": self._export(name)
            for name, addon in self._addons.items()
        }
        return {
            path: text
            for path, text in fresh.items()
            if _terms(_read(path)) != _terms(text)
        }

    def _export(self, name):
        odoo = self._standing.odoo
        template = Templates(self._standing).provide({*TEST_MODULES, *self._addons})
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{name}.pot"
            command = [
                self._standing.ground.environment.python,
                "-m",
                "odoo",
                "i18n",
                "export",
            ]
            command += ["-c", odoo.config, "-d", template, "-o", file, name]
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
