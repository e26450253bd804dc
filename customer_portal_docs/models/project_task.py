from odoo import api, models
from odoo.tools import SQL


class ProjectTask(models.Model):
    _name = "project.task"
    _inherit = ["project.task", "customer.portal.document.mixin"]

    def _get_portal_customers_sudo(self):
        # sudo: project.collaborator - who works on the project sees its tasks
        collaborators_sudo = self.sudo().project_id.collaborator_ids
        return super()._get_portal_customers_sudo() | collaborators_sudo.partner_id

    @api.model
    def _get_portal_candidates(self):
        if not self.env.user._is_portal():
            return None
        return SQL(
            """
            %s UNION
            SELECT task.id FROM project_task task JOIN project_collaborator collaborator
                ON collaborator.project_id = task.project_id
             WHERE collaborator.partner_id = %s
            """,
            self._get_portal_followed_sql(),
            self.env.user.partner_id.id,
            to_flush=(
                self._fields["project_id"],
                self.env["project.collaborator"]._fields["partner_id"],
            ),
        )

    @api.model
    def _task_message_auto_subscribe_notify(self, users_per_task):
        # customers who share the work on a project assign tasks: Odoo tells of it, not they
        by_odoo = {
            task._called_by_odoo(): users for task, users in users_per_task.items()
        }
        return super()._task_message_auto_subscribe_notify(by_odoo)
