import logging

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ValidationError

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Name the reports that no customer finds any more: filters are no code now."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    for report in env["customer.portal.report"].search([]):
        try:
            report._parse_domain(report.domain)
        except ValidationError as error:
            _logger.warning(
                "Nobody sees report %s until its owner changes the filter: %r",
                report.id,
                error.args[0],
            )
