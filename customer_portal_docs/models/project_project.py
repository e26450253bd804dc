from odoo import models


class ProjectProject(models.Model):
    _name = "project.project"
    _inherit = ["project.project", "customer.portal.document.mixin"]

    def _get_portal_documents_url(self):
        # who edits a shared project gets core's own client in place of the page, and it has none
        if self._is_shared_with_user():
            return f"/my/documents?res_model={self._name}&res_id={self.id}"
        return super()._get_portal_documents_url()

    def _is_shared_with_user(self):
        """Tell whether core opens the project in its client, see its ``portal_my_project``."""
        # sudo: project.project - whether it is shared with anybody
        return self.sudo().collaborator_count and bool(
            self.with_user(self.env.user)._check_project_sharing_access()
        )
