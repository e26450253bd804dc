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
        """Return SQL of the tasks of core's rules: what another addon's rule adds is to be added here."""
        if not self.env.user._is_portal():
            return None
        followed = self._get_portal_followed_sql()
        # sudo: project.collaborator - what is shared with the user
        shared_sudo = (
            self.env["project.collaborator"]
            .sudo()
            .search_fetch(
                [("partner_id", "=", self.env.user.partner_id.id)], ["project_id"]
            )
        )
        # mostly none; PostgreSQL guesses many tasks of each
        if not shared_sudo:
            return followed
        return SQL(
            "%s UNION SELECT id FROM project_task WHERE project_id = ANY(%s)",
            followed,
            shared_sudo.project_id.ids,
            to_flush=self._fields["project_id"],
        )

    def action_project_sharing_open_documents(self):
        """Open the portal's documents of this task, from core's client for shared projects."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/my/documents?res_model={self._name}&res_id={self.id}",
            "target": "self",
        }

    @api.model
    def _get_portal_possible_sql(self):
        return SQL(
            """%s UNION
            SELECT task.id FROM project_task AS task
              JOIN project_collaborator AS shared ON shared.project_id = task.project_id
             WHERE shared.partner_id = %s""",
            super()._get_portal_possible_sql(),
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
