"""The database of ``./setup/run``: built once, then kept in step with the addons' code."""

from .addons import find_addons
from .errors import OdooError, SetupError
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
# Odoo learns where it is when an administrator logs in; until then its mails lead elsewhere.
WHERE_IT_IS = """
    UPDATE ir_config_parameter SET value = %s WHERE key = 'web.base.url'
       AND NOT EXISTS (SELECT 1 FROM ir_config_parameter WHERE key = 'web.base.url.freeze')
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
        self._standing, paths = standing, standing.paths
        key = short_hash(paths.repository, standing.server.identity)
        self.database = f"portal_{key}"
        self._record = paths.cache / "databases" / f"{self.database}.json"

    def provide(self, reset=False):
        """Build the database, or update in it what changed since.

        :raise SetupError: if that fails; the next run tries again
        """
        standing = self._standing
        with locked(self._record.with_suffix(".lock"), standing.console.say):
            addons = find_addons(standing.paths.repository)
            if not addons:
                raise SetupError(f"There is no addon in {standing.paths.repository}.")
            hashes = {name: addon.content_hash() for name, addon in addons.items()}
            wanted = {"odoo": standing.ground.odoo_source.identity, "addons": hashes}
            there = None if reset else read_json(self._record)
            if (
                there
                and there["odoo"] == wanted["odoo"]
                and standing.databases.exists(self.database)
            ):
                self._update(hashes, there["addons"])
            else:
                self._build(addons)
            write_json(self._record, wanted)

    def lead_to(self, url):
        """Have links in mails and of shares lead to this address."""
        self._standing.databases.query(self.database, WHERE_IT_IS, url)

    def logins(self):
        """Return (login, is customer, name, company) of each demo user who has a password."""
        return self._standing.databases.query(
            self.database, DEMO_USERS, r"customer\_portal\_%"
        )

    def _build(self, addons):
        """Build it on a database with what the addons need: ``--reset`` does not build that again."""
        console, databases = self._standing.console, self._standing.databases
        console.step("Database with demo data")
        self._record.unlink(missing_ok=True)
        needed = {name for addon in addons.values() for name in addon.depends}
        base = Templates(self._standing).provide_base(needed - addons.keys())
        with databases.finished(self.database, base) as work:
            self._standing.odoo.change_modules(work, install=addons)
            databases.query(work, MAIL_AT_ONCE)
        console.done(", ".join(addons))

    def _update(self, wanted, there):
        changed = {name for name in wanted if wanted[name] != there.get(name)}
        new = changed - there.keys()
        if not changed:
            return
        console, odoo = self._standing.console, self._standing.odoo
        console.step(f"Update of {', '.join(sorted(changed))}")
        try:
            odoo.change_modules(self.database, new, changed - new)
        except OdooError as error:
            raise OdooError(
                f"{error}\nMend the addon and run this again, or rebuild with --reset."
            ) from error
        console.done()
