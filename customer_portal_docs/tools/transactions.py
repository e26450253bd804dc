"""Transactions beside that of the request."""

import contextlib

from psycopg2.extensions import TRANSACTION_STATUS_IDLE

#: Those who count the same wait for each other, where Odoo's own level of isolation would have
#: all but one of them fail.
_READ_COMMITTED = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;"
#: What a crash of the database forgets is no loss, and no disk is waited for.
_QUICK = "SET LOCAL synchronous_commit TO off;"


@contextlib.contextmanager
def own_transaction(env, quick=True):
    """Give an environment whose writes stay, whatever becomes of the request.

    It sees what others have just committed, and nothing that the request itself has not.

    :param env: :class:`Environment` of the user who writes
    :param bool quick: whether a crash of the database may forget the last of it
    """
    with env.registry.cursor() as cr:
        # (the one cursor of a test has begun already)
        if cr.connection.info.transaction_status == TRANSACTION_STATUS_IDLE:
            cr.execute(_READ_COMMITTED + (_QUICK if quick else ""))
        yield env(cr=cr)
