"""What is done for many, one by one."""

from contextlib import contextmanager

import psycopg2


@contextmanager
def apart(env, logger, message, *args):
    """Do the block as a whole or not at all; what goes wrong keeps no other record waiting.

    :param logger: :class:`logging.Logger` that gets the error, None if the caller tries again
    :param str message: of the log, with its arguments
    :return: list, which holds the error after a block that failed
    :raise psycopg2.OperationalError: of the server, and not of one record
    """
    errors = []
    try:
        with env.cr.savepoint():
            yield errors
    except psycopg2.OperationalError:
        raise
    except Exception as error:
        errors.append(error)
        if logger:
            logger.exception(message, *args)
