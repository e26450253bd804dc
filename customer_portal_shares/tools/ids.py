"""Many ids in a statement."""

from odoo.tools import SQL


def any_of(ids):
    """Return the SQL of what a column is compared with, to be one of ``ids``.

    They are one text, for a list of a thousand is written, read and planned number by number.
    PostgreSQL does not know how many they are and takes them for few: an index finds them.

    :param ids: integers
    :rtype: odoo.tools.SQL
    """
    text = ",".join(map(str, ids))
    return SQL("ANY(ARRAY(SELECT unnest(%s::int[])))", f"{{{text}}}")
