"""The gate of an issue, and what its forms are asked for."""

from odoo.http import request

from odoo.addons.customer_portal_docs.controllers.gates import get_opened_sudo
from odoo.addons.customer_portal_docs.controllers.responses import is_csrf_token
from odoo.addons.customer_portal_docs.exceptions import InvalidInput, LoginRequired


def get_issue_sudo(ticket_id, access_token=None):
    """Return an issue that may be seen, sudoed: see :func:`get_opened_sudo`."""
    return get_opened_sudo("helpdesk.ticket", ticket_id, access_token)


def as_issue_user(ticket_sudo):
    """Return an issue as its rules let the current user have it."""
    return ticket_sudo.with_user(request.env.user).sudo(False)


def check_issue_csrf(csrf_token):
    """Check that a form of ours was sent, in the session it was given out in.

    :raise PortalRefusal: it was not
    """
    if not is_csrf_token(csrf_token):
        message = request.env._(
            "You have logged in again since you opened this page. Please send it again."
        )
        raise InvalidInput(message, code="session_changed")


def check_issue_login(path):
    """Check that the session of who sends a form has not ended.

    :param str path: of the page to come back to
    :raise LoginRequired: it has
    """
    if request.env.user._is_public():
        message = request.env._("Your session has ended. Please log in and send again.")
        raise LoginRequired(message, path=path)
