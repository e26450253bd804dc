"""Records of one customer, as lists read them."""

from odoo.tools import SQL


def get_audience_keys(partner):
    """Return the values of ``audience_key`` of records that a contact may see, a list.

    The rules of the portal say the same: the contact's own, and those of the whole company.
    """
    return [partner.id, -partner.commercial_partner_id.id]


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
    # put together once: for the ORM, domain and rules are as much work as for PostgreSQL
    query = model._search(domain, order=order)
    rows = SQL(
        "SELECT %s FROM %s WHERE %s",
        SQL(", ").join(SQL.identifier(model._table, name) for name in names),
        query.from_clause,
        query.where_clause or SQL("TRUE"),
    )
    key_column = model._field_to_sql(model._table, "audience_key", query)
    end = SQL("ORDER BY %s", query.order) if query.order else SQL()
    return SQL(" UNION ALL ").join(
        SQL("(%s AND %s = %s %s LIMIT %s)", rows, key_column, key, end, limit)
        for key in sorted(set(keys))
    )
