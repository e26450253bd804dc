from odoo.http import request

from odoo.addons.project.controllers.portal import ProjectCustomerPortal


class ProjectDocumentPortal(ProjectCustomerPortal):
    def _project_get_page_view_values(self, project, access_token, *args, **kwargs):
        values = super()._project_get_page_view_values(
            project, access_token, *args, **kwargs
        )
        return {**values, **self._prepare_record_documents_values(project)}

    def _task_get_page_view_values(self, task, access_token, **kwargs):
        values = super()._task_get_page_view_values(task, access_token, **kwargs)
        return {**values, **self._prepare_record_documents_values(task)}

    def _prepare_record_documents_values(self, record):
        """Return the values of a record's Documents section, empty for who may not read it."""
        Document = request.env["customer.portal.document"]
        readable = Document._get_portal_record(record._name, record.id)
        if not request.env.user._is_portal() or readable is None:
            return {"document_record": None}
        return {
            "document_record": record,
            **Document._get_portal_section_values(readable),
        }
