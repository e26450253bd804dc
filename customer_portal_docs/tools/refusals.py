"""How controllers have their refusals shown."""

import contextlib

from ..exceptions import PortalRefusal


@contextlib.contextmanager
def shown_by(page):
    """Have the refusals of a block shown by a page of its own: a form with what was typed.

    The innermost one wins. Programs get JSON all the same.

    :param page: callable from the refusal to a response, whose status is the refusal's; it is
        called when what the request wrote is rolled back
    """
    try:
        yield
    except PortalRefusal as refusal:
        refusal.page = refusal.page or page
        raise


@contextlib.contextmanager
def told_beside(field):
    """Have the refusals of a block told beside a field of the form."""
    try:
        yield
    except PortalRefusal as refusal:
        refusal.errors = refusal.errors or {field: refusal.message}
        raise
