from odoo import api, fields, models


class IrCronProgress(models.Model):
    """Where a job that runs out of time stopped, for the call that goes on with it."""

    _inherit = "ir.cron.progress"

    portal_reached_id = fields.Integer(
        help="The last id, in their order, that the job has dealt with.",
    )

    @api.model
    def _get_portal_progress(self):
        """Return the progress of the current call of a job, sudoed; empty outside of jobs.

        It knows where the call before stopped. One that came to its end leaves nothing to go on
        with, and one of another day is over: all that there is may have changed.
        """
        # sudo: ir.cron.progress - of the job that runs
        progress_sudo = self.sudo().browse(self.env.context.get("ir_cron_progress_id"))
        if progress_sudo:
            before_sudo = progress_sudo.search(
                [
                    ("cron_id", "=", progress_sudo.cron_id.id),
                    ("id", "<", progress_sudo.id),
                ],
                order="id desc",
                limit=1,
            )
            today = self.env.cr.now().date()
            if before_sudo.remaining and before_sudo.create_date.date() == today:
                progress_sudo.portal_reached_id = before_sudo.portal_reached_id
        return progress_sudo
