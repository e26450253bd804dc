"""Records of one customer, as lists read them."""

from odoo.fields import Domain
from odoo.tools import SQL


def select_by_audience(model, keys, domain, names, order, limit):
    """Return SQL of the first records that any of a customer's keys opens.

    Who sees a record is either of two keys, and no index gives the rows of two keys in one order.
    So each key is read by itself from its index, as far as the limit goes.

    :param model: with a column ``audience_key``, as whoever searches
    :param keys: values of that column
    :param Domain domain: what else to look for
    :param names: of the columns to select
    :param str order: as for ``search``, may be empty
    :param int limit: of each key; the caller sorts what all of them gave, and cuts it
    """
    columns = [SQL.identifier(model._table, name) for name in names]
    queries = [
        model._search(
            domain & Domain("audience_key", "=", key), order=order, limit=limit
        ).select(*columns)
        for key in sorted(set(keys))
    ]
    return SQL(" UNION ALL ").join(SQL("(%s)", query) for query in queries)
