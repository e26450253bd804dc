"""Who a visitor without a login is, as they say in a form."""

from odoo.addons.customer_portal_docs.tools.emails import parse_email
from odoo.addons.customer_portal_docs.tools.filenames import clean_line
from odoo.addons.customer_portal_docs.tools.typed import get_too_long

#: Longest name of a visitor, in characters.
MAX_NAME_LENGTH = 100


def parse_visitor(env, params, prefix=""):
    """Return the name and the e-mail address that a visitor typed, and what is wrong with them.

    :param env: whose language the words are in
    :param dict params: of the form, texts by field
    :param str prefix: of the fields ``name`` and ``email``
    :return: str, empty for no name; str, None for no address; dict of messages by field
    """
    name, email = params.get(f"{prefix}name"), params.get(f"{prefix}email")
    too_long = get_too_long(env, name, MAX_NAME_LENGTH)
    name, parsed = "" if too_long else clean_line(name), parse_email(email)
    errors = {}
    if not name:
        errors[f"{prefix}name"] = too_long or env._("Please tell us your name.")
    if not parsed:
        errors[f"{prefix}email"] = (
            env._("This is not an e-mail address.")
            if email
            else env._("Please tell us your e-mail address.")
        )
    return name, parsed, errors
