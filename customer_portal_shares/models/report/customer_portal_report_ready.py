import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools.report.ready import READY, get_labels

_logger = logging.getLogger(__name__)

#: Which reports were made already: who deletes one does not get it again.
_MADE = "customer_portal_shares.ready_reports"


class CustomerPortalReportReady(models.AbstractModel):
    """Reports that come with the apps they are about, and go with them.

    Not as data: the apps are no dependencies, and may be installed after us.
    """

    _name = "customer.portal.report.ready"
    _description = "Ready-made Reports"

    def _register_hook(self):
        result = super()._register_hook()
        if self.env.registry.updated_modules or self._get_missing():
            self._update_reports()
        return result

    @api.model
    def _get_made(self):
        # sudo: ir.config_parameter - which were made
        made = self.env["ir.config_parameter"].sudo().get_param(_MADE) or ""
        return {key for key in made.split(",") if key}

    @api.model
    def _forget_made(self):
        """Forget which were made: they go with us, and come with us again."""
        # sudo: ir.config_parameter - as above
        self.env["ir.config_parameter"].sudo().set_param(_MADE, False)

    @api.model
    def _get_available(self):
        return {
            key
            for key, ready in READY.items()
            if ready["model"] in self.env
            and set(ready["needs"]) <= self.env[ready["model"]]._fields.keys()
        }

    @api.model
    def _get_missing(self):
        """Return the keys of the reports that were made and whose app is gone."""
        return self._get_made() - self._get_available()

    @api.model
    def _update_reports(self):
        """Make the reports of the apps that are new, and delete those of apps that are gone."""
        made, available = self._get_made(), self._get_available()
        # sudo: customer.portal.report - those of no app, whoever owns them
        reports_sudo = self.env["customer.portal.report"].sudo()
        gone = [
            ("ready_key", "in", list(READY)),
            ("ready_key", "not in", list(available)),
        ]
        all_sudo = reports_sudo.with_context(active_test=False)
        all_sudo.search(gone).unlink()
        for report_sudo in all_sudo.search([("ready_key", "in", list(available))]):
            self._translate(report_sudo, report_sudo.ready_key)
        new = {key for key in available - made if self._create_report(key)}
        kept = (made & available) | new
        if kept != made:
            # sudo: ir.config_parameter - as above
            self.env["ir.config_parameter"].sudo().set_param(
                _MADE, ",".join(sorted(kept))
            )

    @api.model
    def _create_report(self, key):
        owner = self.env["res.users"]._get_portal_administrator()
        if not owner:
            return None
        # in English first, as what is translated is kept
        env = self.env(context={"lang": "en_US"})
        try:
            with env.cr.savepoint():
                report = env["customer.portal.report"].create(
                    self._prepare_vals(env, key, owner)
                )
        except UserError as error:
            _logger.warning("No ready-made report of %s: %s", key, error)
            return None
        self._translate(report, key)
        return report

    @api.model
    def _translate(self, report, key):
        """Name a report and its heads in the languages that are spoken here, but what has a name."""
        heads = {path: label for path, _total, label in READY[key]["columns"]}
        for code, _name in self.env["res.lang"].get_installed():
            translated = report.with_context(lang=code)
            labels = get_labels(translated.env)
            if self._lacks(translated, "name", key):
                name = self._get_translated_name(translated, key, labels[key])
                if name != translated.name:
                    translated.name = name
            for column in translated.column_ids.filtered("label"):
                label = heads.get(column.path)
                if self._lacks(column, "label", label):
                    if labels[label] != column.label:
                        column.label = labels[label]

    @api.model
    def _lacks(self, record, name, label):
        """Tell whether a field says in English what is ours, and nothing in the record's language.

        :param label: key of :func:`get_labels`, or None
        """
        texts = record._fields[name]._get_stored_translations(record)
        english = get_labels(self.with_context(lang="en_US").env).get(label)
        return texts["en_US"] == english and record.env.lang not in texts

    @api.model
    def _get_translated_name(self, report, key, name):
        """Return a report's name: Odoo's word where ours is not translated, as long as that is."""
        # sudo: ir.ui.menu, ir.actions.act_window - a name that is no secret
        named_sudo = report.env(su=True).ref(
            READY[key]["named_as"], raise_if_not_found=False
        )
        if name != report.name or not named_sudo:
            return name
        is_translated = named_sudo.name != named_sudo.with_context(lang="en_US").name
        return named_sudo.name if is_translated else name

    @api.model
    def _prepare_vals(self, env, key, owner):
        ready, labels = READY[key], get_labels(env)
        model = env[ready["model"]]
        columns = [
            Command.create(
                {"path": path, "total": total, "label": label and labels[label]}
            )
            for path, total, label in ready["columns"]
            if path in model._fields
        ]
        return {
            **ready["vals"],
            "name": labels[key],
            "ready_key": key,
            "model_id": env["ir.model"]._get_id(ready["model"]),
            "user_id": owner.id,
            "company_id": owner.company_id.id,
            "column_ids": columns,
        }
