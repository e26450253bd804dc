"""``./setup/pot``: the translation template of each addon, ``<addon>/i18n/<addon>.pot``."""

import argparse
import re
import tempfile
from pathlib import Path

from .addons import find_addons
from .errors import OdooError
from .files import write_atomically
from .ground import Ground
from .odoo import ODOO_COMMAND
from .paths import short_hash
from .process import run_logged
from .templates import Templates


def pot(argv):
    """Write ``<addon>/i18n/<addon>.pot`` where it is not current."""
    argparse.ArgumentParser(prog="setup/pot", description=pot.__doc__).parse_args(argv)
    ground = Ground.provide(with_tests=True)
    with ground.standing() as standing:
        stale = stale_templates(standing)
        for path, text in stale.items():
            write_atomically(path, text)
            ground.console.say(f"✓ {path.relative_to(ground.paths.repository)} written")
        if not stale:
            ground.console.say("✓ All translation templates are current")
    return 0


def stale_templates(standing):
    """Return the fresh text of each ``.pot`` that is not current, by path.

    A verdict is remembered for this very content of the addons, if it was good.

    :param standing: see :class:`portal_setup.ground.Standing`
    """
    addons = find_addons(standing.paths.repository).values()
    paths = [addon.folder / f"i18n/{addon.name}.pot" for addon in addons]
    key = short_hash(
        standing.ground.odoo_source.identity,
        *(addon.content_hash() for addon in addons),
        *map(_read, paths),
    )
    good = standing.paths.cache / "translated" / key
    if good.exists():
        return {}
    fresh = {path: _export(path.stem, standing) for path in paths}
    stale = {
        path: text
        for path, text in fresh.items()
        if _terms(_read(path)) != _terms(text)
    }
    if not stale:
        write_atomically(good, "")
    return stale


def _export(name, standing):
    """Return the template of an addon, from a database with it alone and without demo data.

    Nobody translates demo data, and what another addon adds to its models is not for its template.
    """
    odoo, database = standing.odoo, Templates(standing).provide([name], demo=False)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.pot"
        command = [*ODOO_COMMAND, "i18n", "export", "-c", odoo.config]
        command += ["-d", database, "-o", file, name]
        code, last = run_logged(command, standing.console, env=odoo.environ)
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
