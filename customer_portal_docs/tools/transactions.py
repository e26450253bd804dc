"""Transactions beside that of the request."""

import contextlib

from psycopg2.extensions import TRANSACTION_STATUS_IDLE

#: Those who count the same wait for each other, where Odoo's own level of isolation would have
#: all but one of them fail.
_READ_COMMITTED = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;"
#: What a crash of the database forgets is no loss, and no disk is waited for.
_QUICK = "SET LOCAL synchronous_commit TO off;"
_BEGIN = {False: _READ_COMMITTED, True: _READ_COMMITTED + _QUICK}


@contextlib.contextmanager
def own_transaction(env, quick=True):
    """Give an environment whose writes stay, whatever becomes of the request.

    It sees what others have just committed, and nothing that the request itself has not.

    :param env: :class:`Environment` of the user who writes
    :param bool quick: whether a crash of the database may forget the last of it
    """
    with env.registry.cursor() as cr:
        _begin(cr, quick)
        yield env(cr=cr)


@contextlib.contextmanager
def anew(env, quick=True):
    """Do the same on the request's own connection, whose transaction ends before and after.

    What it has written so far stays. Of connections there are few: where many come at once, none
    waits for a second one.
    """
    if env.cr.readonly:
        with own_transaction(env, quick) as other:
            yield other
        return
    env.cr.commit()  # pylint: disable=invalid-commit
    _begin(env.cr, quick)
    try:
        yield env
        env.cr.commit()  # pylint: disable=invalid-commit
    finally:
        env.cr.rollback()


def _begin(cr, quick):
    # (the one cursor of a test has begun already)
    if cr.connection.info.transaction_status == TRANSACTION_STATUS_IDLE:
        cr.execute(_BEGIN[quick])
