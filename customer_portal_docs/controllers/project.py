from odoo.fields import Datetime
from odoo.http import request

from odoo.addons.project.controllers.portal import ProjectCustomerPortal

from ..tools.portal_lists import get_notice, pick_page


class ProjectDocumentPortal(ProjectCustomerPortal):
    def _prepare_tasks_values(
        self,
        page,
        date_begin,
        date_end,
        sortby,
        search,
        search_in,
        groupby,
        url="/my/tasks",
        domain=None,
        su=False,
        project=False,
    ):
        # core takes these for names of fields and for dates, whatever was sent
        sortings = self._task_get_searchbar_sortings(True, project)
        groupings = self._task_get_searchbar_groupby(True, project)
        inputs = self._task_get_searchbar_inputs(True, project)
        return super()._prepare_tasks_values(
            pick_page(page),
            _parse_moment(date_begin),
            _parse_moment(date_end),
            sortby if sortby in sortings else None,
            search,
            search_in if search_in in inputs else next(iter(inputs)),
            # a project's page cannot show its own name as a group
            groupby if groupby in groupings else project and "stage_id" or None,
            url,
            domain,
            su,
            project,
        )

    def _project_get_page_view_values(self, project, access_token, *args, **kwargs):
        values = super()._project_get_page_view_values(
            project, access_token, *args, **kwargs
        )
        return {**values, **_prepare_record_documents_values(project)}

    def _task_get_page_view_values(self, task, access_token, **kwargs):
        values = super()._task_get_page_view_values(task, access_token, **kwargs)
        return {**values, **_prepare_record_documents_values(task)}


def _parse_moment(text):
    """Return a date or time of an address, None for what is none."""
    try:
        return Datetime.to_datetime(text or None)
    except ValueError:
        return None


def _prepare_record_documents_values(record):
    """Return the values of a record's Documents section, empty for who may not read it."""
    Document = request.env["customer.portal.document"]
    Record = request.env["customer.portal.document.record"]
    readable = Record._find_readable(record._name, record.id)
    if not request.env.user._is_portal() or readable is None:
        return {"document_record": None}
    return {
        "document_record": record,
        "notice": get_notice(request.params),
        **Document._get_portal_section_values(readable),
    }
