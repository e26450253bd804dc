from odoo import models

#: Where core lets customers work on a project, see its ``collaborator_count``.
SHARED_VISIBILITIES = ("invited_users", "portal")


class ProjectProject(models.Model):
    _name = "project.project"
    _inherit = ["project.project", "customer.portal.document.mixin"]

    def _get_portal_documents_urls(self):
        urls = super()._get_portal_documents_urls()
        # who edits a shared project gets core's own client in place of the page, and it has none
        for project in self._filter_shared_with_user():
            urls[project.id] = (
                f"/my/documents?res_model={self._name}&res_id={project.id}"
            )
        return urls

    def _filter_shared_with_user(self):
        """Return the projects that core opens in its client, see its ``portal_my_project``.

        Those of core's ``_check_project_sharing_access``, which asks for each by itself.
        """
        user = self.env.user
        if not user._is_portal():
            # sudo: project.project - whether it is shared with anybody
            shared_sudo = self.sudo().filtered("collaborator_count")
            return shared_sudo if user._is_internal() else shared_sudo.browse()
        # sudo: project.collaborator - what is shared with the user
        return (
            self.env["project.collaborator"]
            .sudo()
            .search(
                [
                    ("project_id", "in", self.ids),
                    ("project_id.privacy_visibility", "in", SHARED_VISIBILITIES),
                    ("partner_id", "=", user.partner_id.id),
                ]
            )
            .project_id
        )
