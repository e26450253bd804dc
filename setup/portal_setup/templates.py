"""Template databases: built once a week per set of modules, then copied in a second. Needs the virtual environment."""

import contextlib
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from .addons import find_addons, with_own_depends
from .environment import REQUIREMENTS, TEST_REQUIREMENTS
from .files import locked, read_json
from .paths import short_hash

# What the portal meets in real life; the reports and issues work on these.
TEST_MODULES = (
    "project",
    "calendar",
    "crm",
    "hr_timesheet",
    "hr_expense",
    "helpdesk_mgmt",
)
KEPT = 20
"""Templates of this many sets of modules and states of our addons are kept; the least recently used go."""
PREFIX = "portal_tpl_"
COPY_PREFIX = "portal_tmp_"


class Templates:
    """The template databases of one server, and disposable copies of them.

    :param standing: see :class:`portal_setup.ground.Standing`
    """

    def __init__(self, standing):
        self._standing = standing
        self._databases = standing.databases
        self._addons = find_addons(standing.paths.repository)
        self._folder = standing.paths.cache / "templates" / standing.server.identity

    def provide(self, modules, demo=True):
        """Return the name of a database with ``modules`` installed; never change it.

        Third-party modules and ours are layers, so that a change of our code rebuilds the
        upper ones only. Where nothing but ours is asked for, each of ours is a layer on those
        that it needs, which are asked for as well.

        :param modules: names of modules, those of this repository included
        """
        own = with_own_depends(modules, self._addons)
        above = self._get_upper(own) if own.issuperset(modules) else own
        if below := own - above:
            base = self.provide(below, demo)
        else:
            needed = {name for addon in own for name in self._addons[addon].depends}
            base = self.provide_base({*modules, *needed} - own, demo)
        if not own:
            return base
        hashes = [self._addons[name].content_hash() for name in sorted(above)]
        layer = self._layer("own", base, above, demo, *hashes)
        self._prune()
        return layer

    def _get_upper(self, own):
        """Return those of our addons that no other of them needs."""
        needed = {name for addon in own for name in self._addons[addon].depends}
        return own - needed or own

    def provide_base(self, modules, demo=True):
        """Return the name of a database with modules that are not of this repository."""
        return self._layer("base", None, modules, demo, *_third_party())

    @contextlib.contextmanager
    def disposable(self, template):
        """Yield the name of a copy of ``template`` that is dropped after the block."""
        # copies of processes that were killed
        self._drop_unused(self._folder.glob(f"{COPY_PREFIX}*.lock"))
        name = f"{COPY_PREFIX}{short_hash(template, os.getpid(), time.time_ns())}"
        with locked(self._folder / f"{name}.lock"):
            try:
                self._databases.copy(template, name)
                yield name
            finally:
                self._databases.drop_all(name)
                (self._folder / f"{name}.lock").unlink(missing_ok=True)

    def _layer(self, kind, base, modules, demo, *versions):
        standing = self._standing
        # the file stores of all servers lie beside each other
        of = (standing.ground.odoo_source.identity, standing.server.identity)
        # demo data are of the days around their making
        of += (f"{datetime.now(UTC):%G-%V}",)
        name = (
            f"{PREFIX}{kind}_{short_hash(base, sorted(modules), demo, *of, *versions)}"
        )
        with locked(self._mark(name), standing.console.say):
            if not self._is_whole(name):
                warnings = self._build(name, base, modules, demo)
                self._mark(name).write_text(json.dumps(warnings), encoding="utf-8")
            os.utime(self._mark(name))
        return name

    def _is_whole(self, name):
        """A template gets its name, and its files theirs, only when all went well."""
        store = self._standing.paths.odoo_data / "filestore" / name
        is_told = self._mark(name).stat().st_size
        return is_told and store.exists() and self._databases.exists(name)

    def _build(self, name, base, modules, demo):
        console = self._standing.console
        console.step(f"Database with {', '.join(sorted(modules))}")
        with self._databases.finished(name, base) as work:
            warnings = self._standing.odoo.change_modules(
                work, install=modules, demo=demo
            )
        console.done()
        return warnings

    def get_warnings(self, name):
        """Return what Odoo warned of when it installed the upper layer of a template."""
        return read_json(self._mark(name))

    def _mark(self, name) -> Path:
        return self._folder / f"{name}.used"

    def _prune(self):
        for kind in ("base", "own"):
            marks = sorted(
                self._folder.glob(f"{PREFIX}{kind}_*.used"),
                key=lambda mark: mark.stat().st_mtime,
            )
            self._drop_unused(marks[:-KEPT])

    def _drop_unused(self, locks):
        """Drop the databases of these names that no process holds."""
        for lock in locks:
            with locked(lock, wait=False) as mine:
                if mine:
                    self._databases.drop_all(lock.stem)
                    lock.unlink(missing_ok=True)


def _third_party():
    """Return the pinned versions of Odoo addons that are not in Odoo."""
    lines = (REQUIREMENTS.read_text() + TEST_REQUIREMENTS.read_text()).splitlines()
    return sorted(line for line in lines if line.startswith("odoo-addon-"))
