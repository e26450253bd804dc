from odoo import api, models

from ..tools.parsing import parse_digits


class CustomerPortalOutboxMixin(models.AbstractModel):
    """Mails that a request leaves to a scheduled action, so that nobody waits for them.

    Not to Odoo's queue of mails, see :meth:`mail.mail._get_queue_date`.
    """

    _name = "customer.portal.outbox.mixin"
    _description = "Mails Sent After the Request"
    #: XML id of the scheduled action.
    _outbox_cron = None

    @api.model
    def _wake(self, moment=None):
        """Have the scheduled action run.

        :param datetime moment: naive, in UTC; when this transaction is over if None
        """
        cron = self.env.ref(self._outbox_cron, raise_if_not_found=False)
        if not cron:
            return
        if moment:
            cron.sudo()._trigger(at=moment)  # sudo: ir.cron - whoever asks
            return
        postcommit = self.env.cr.postcommit
        if not postcommit.data.get(self._name):
            postcommit.data[self._name] = True
            postcommit.add(lambda: self._wake_now(cron.id))

    @api.model
    def _wake_now(self, cron_id):
        """Wake the scheduled action, unless it is awake already and has not looked yet.

        Each waking makes all cron workers look for work: with many reports at once that takes
        the processor longer than the reports do. A trigger that nobody has locked is one that
        the action, which takes its triggers away first of all, will still see; and what it looks
        at then holds what was committed before.
        """
        with self.env.registry.cursor() as cr:
            cr.execute("SET LOCAL synchronous_commit TO off")
            cr.execute(
                """SELECT FROM ir_cron_trigger
                    WHERE cron_id = %s AND call_at <= now() AT TIME ZONE 'UTC'
                    LIMIT 1 FOR SHARE SKIP LOCKED""",
                [cron_id],
            )
            if not cr.rowcount:
                # sudo: ir.cron - whoever asks
                Cron = self.with_env(self.env(cr=cr)).env["ir.cron"].sudo()
                Cron.browse(cron_id)._trigger()

    @api.model
    def _get_waiting_seconds(self, parameter, default):
        """Return how long mails wait for what may come of the same, as the settings say.

        :param str parameter: key of an ``ir.config_parameter``
        """
        # sudo: ir.config_parameter - a setting of the system
        text = self.env["ir.config_parameter"].sudo().get_param(parameter)
        seconds = parse_digits(text or None)
        return default if seconds is None else seconds
