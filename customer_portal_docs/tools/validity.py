"""Until when something is valid, and from when on it ends soon."""

from datetime import date, timedelta

from odoo.fields import Domain

#: There are no days before the first one.
_EARLIEST = date(2, 1, 1)


def get_expiring_date(valid_until, days):
    """Return the date from which on something ends soon, False where it has no end.

    :param valid_until: date, its last day, or False
    :param int days: how many days before; at most 365
    """
    return valid_until and max(valid_until, _EARLIEST) - timedelta(days=days)


def get_validity(valid_until, expiring_date, today):
    """Return ``valid``, ``expiring`` or ``expired``, False for what has no end."""
    if not valid_until:
        return False
    if valid_until < today:
        return "expired"
    return "expiring" if expiring_date <= today else "valid"


def get_validity_domain(validities, today):
    """Return the domain of the records of which :func:`get_validity` is one of these."""
    domains = {
        "valid": Domain("expiring_date", ">", today),
        "expiring": Domain("expiring_date", "<=", today)
        & Domain("valid_until", ">=", today),
        "expired": Domain("valid_until", "<", today),
        False: Domain("valid_until", "=", False),
    }
    return Domain.OR(domains[key] for key in validities if key in domains)
