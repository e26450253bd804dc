"""The database of ``./setup/run``: built once, then kept in step with the addons' code."""

from .addons import find_addons
from .errors import AddonError, OdooError
from .files import locked, read_json, write_json
from .paths import short_hash
from .templates import Templates

# A newcomer waits neither an hour for a queued mail nor reads those of the demo data.
MAIL_AT_ONCE = """
    DELETE FROM mail_mail WHERE state = 'outgoing';
    UPDATE ir_cron SET interval_number = 1, interval_type = 'minutes'
     WHERE id IN (SELECT res_id FROM ir_model_data
                   WHERE module = 'mail' AND name = 'ir_cron_mail_scheduler_action')
"""
DEMO_USERS = """
    SELECT DISTINCT users.login, users.share, partner.name, company.name
      FROM ir_model_data AS data
      JOIN res_users AS users ON users.id = data.res_id
      JOIN res_partner AS partner ON partner.id = users.partner_id
 LEFT JOIN res_partner AS company ON company.id = partner.parent_id
     WHERE data.model = 'res.users' AND data.module LIKE %s AND users.active
       AND users.password IS NOT NULL
  ORDER BY users.share, users.login
"""


class TryOut:
    """The clone's own database with demo data.

    :param standing: see :class:`portal_setup.ground.Standing`
    """

    def __init__(self, standing):
        self._standing = standing
        paths = standing.paths
        self.database = (
            f"portal_{short_hash(paths.repository, standing.server.identity)}"
        )
        self._record = paths.cache / "databases" / f"{self.database}.json"
        self._lock = self._record.with_suffix(".lock")

    def provide(self, reset=False):
        """Build the database, or update in it what changed since.

        :raise SetupError: if that fails; the next run tries again
        """
        with locked(self._lock, self._standing.console.say):
            wanted = self._wanted()
            there = None if reset else self._there()
            if there is None:
                self._build(wanted)
            elif there != wanted:
                self._update(wanted, there)

    def logins(self):
        """Return (login, is customer, name, company) of each demo user who has a password."""
        return self._standing.databases.query(
            self.database, DEMO_USERS, r"customer\_portal\_%"
        )

    def _wanted(self):
        addons = find_addons(self._standing.paths.repository)
        if not addons:
            raise AddonError(f"There is no addon in {self._standing.paths.repository}.")
        return {name: addon.content_hash() for name, addon in addons.items()}

    def _there(self):
        """Return the addons in the database with their hashes, or None if it must be built."""
        record = read_json(self._record)
        if not record or record["odoo"] != self._standing.ground.odoo_source.identity:
            return None
        return (
            record["addons"] if self._standing.databases.exists(self.database) else None
        )

    def _build(self, wanted):
        console, databases = self._standing.console, self._standing.databases
        console.step("Database with demo data")
        self._record.unlink(missing_ok=True)
        databases.drop(self.database)
        work = f"{self.database}_partial"
        databases.copy(self._base(), work)
        self._standing.odoo.change_modules(work, install=wanted)
        databases.query(work, MAIL_AT_ONCE)
        databases.rename(work, self.database)
        self._write_record(wanted)
        console.done(", ".join(wanted))

    def _base(self):
        """Return a database with what the addons need: ``--reset`` does not build that again."""
        templates = Templates(self._standing)
        addons = find_addons(self._standing.paths.repository)
        needed = {name for addon in addons.values() for name in addon.depends}
        return templates.provide_base(needed - addons.keys())

    def _update(self, wanted, there):
        changed = {name for name in wanted if wanted[name] != there.get(name)}
        new = changed - there.keys()
        if changed:
            self._standing.console.step(f"Update of {', '.join(sorted(changed))}")
            self._change(new, changed - new)
            self._standing.console.done()
        self._write_record(wanted)

    def _change(self, install, update):
        try:
            self._standing.odoo.change_modules(self.database, install, update)
        except OdooError as error:
            raise OdooError(
                f"{error}\nMend the addon and run this again, or rebuild with --reset."
            ) from error

    def _write_record(self, addons):
        write_json(
            self._record,
            {"addons": addons, "odoo": self._standing.ground.odoo_source.identity},
        )
