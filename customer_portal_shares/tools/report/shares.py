"""What part of a row is a customer's, where its costs are split over analytic accounts."""

from odoo.tools import SQL

#: What an analytic distribution leaves over, because an account has no customer, goes to this one.
RESIDUALS = {"hr.expense": ("sale_order_id", "partner_id")}


def get_part_sql(model, alias, field_name, partner_ids, joins):
    """Return the part of a row, 0 to 1, that belongs to some partners.

    The accounts that customers have share at most the whole: what is distributed twice over
    several plans is divided, so that never two customers get all of it.

    :param model: whose rows they are, in the owner's environment
    :param str alias: of its table
    :param str field_name: its analytic distribution: ``{"<account>[,<account>…]": percentage}``
    :param partner_ids: list of ids
    :param joins: :class:`.paths.Joins` of the query
    """
    Account = model.env["account.analytic.account"].with_context(active_test=False)
    distribution = model._field_to_sql(alias, field_name, joins.query)
    is_mine = SQL("customer = ANY(%s)", list(partner_ids))
    residual = SQL("0")
    path = [name for name in RESIDUALS.get(model._name, ()) if name]
    if path and path[0] in model._fields:
        order, order_alias = model, alias
        hop = model._fields[path[0]]
        order_alias = joins.join(order, alias, hop)
        order = model.env[hop.comodel_name]
        residual = SQL(
            "CASE WHEN %s = ANY(%s) THEN GREATEST(0, 100 - COALESCE(SUM(percentage) FILTER "
            "(WHERE customer IS NOT NULL), 0)) ELSE 0 END",
            order._field_to_sql(order_alias, path[1], joins.query),
            list(partner_ids),
        )
    return SQL(
        """(
        SELECT (COALESCE(SUM(percentage) FILTER (WHERE %(is_mine)s), 0) + %(residual)s)
               / GREATEST(100, COALESCE(SUM(percentage) FILTER (WHERE customer IS NOT NULL), 0))
          FROM (
            SELECT part.value::numeric AS percentage, (
                    SELECT account.partner_id
                      FROM unnest(string_to_array(part.key, ',')::int[])
                           WITH ORDINALITY AS named(id, position)
                      JOIN account_analytic_account account ON account.id = named.id
                     WHERE account.partner_id IS NOT NULL AND account.id IN %(accounts)s
                     ORDER BY named.position LIMIT 1) AS customer
              FROM jsonb_each_text(CASE jsonb_typeof(%(distribution)s)
                     WHEN 'object' THEN %(distribution)s ELSE '{}'::jsonb END) part
             WHERE part.key ~ '^[0-9]{1,9}(,[0-9]{1,9})*$' AND part.value ~ '^[0-9.]+$'
          ) parts
        )""",
        is_mine=is_mine,
        residual=residual,
        accounts=Account._search([]).subselect(),
        distribution=distribution,
    )
