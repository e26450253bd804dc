"""Statements of reports, whose filters their owners have written."""

import logging

import psycopg2

from .domains import get_filter_error

_logger = logging.getLogger(__name__)

#: What PostgreSQL raises of a filter that makes no sense, be it for one row that it comes to.
SENSELESS_IN_SQL = (
    psycopg2.DataError,
    psycopg2.errors.DatatypeMismatch,
    psycopg2.errors.UndefinedFunction,
)


def fetch_all(env, statement):
    """Return the rows of a statement, a list of tuples.

    :raise ValidationError: a filter makes no sense; the transaction is of no more use
    """
    env.flush_query(statement)
    execute(env, statement)
    return env.cr.fetchall()


def execute(env, statement):
    """Have a statement run on the cursor; its changes were flushed.

    :raise ValidationError: as :func:`fetch_all`
    """
    try:
        env.cr.execute(statement, log_exceptions=False)
    except SENSELESS_IN_SQL as error:
        problem = str(error).partition("\n")[0]
        _logger.info("The filter of a report makes no sense: %s", problem)
        raise get_filter_error(env, problem) from error
