"""Domains as text, as filters of the backend have them."""

from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .expressions import NotUnderstood, evaluate

#: What Odoo raises of a domain that compares what cannot be compared, beside ``ValueError``.
SENSELESS = (ArithmeticError, AssertionError, RecursionError, TypeError)
#: How many characters of what is not understood are told.
_MAX_TOLD = 100


def parse_domain(env, text, today):
    """Return the domain that a text of the backend's filters means.

    :param env: of the user whose ``uid`` it is
    :param str text: a list of conditions, see :mod:`.expressions`; Odoo's relative dates
        (``"today -1m"``) are known as well
    :param date today: what ``context_today()`` is
    :raise ValidationError: it is none
    """
    names = {
        "uid": env.uid,
        "allowed_company_ids": env.companies.ids,
        "true": True,
        "false": False,
    }
    text = (text or "[]").strip()
    try:
        conditions = evaluate(text, names, today, env.context.get("tz") or "UTC")
        return _make_domain(text, conditions)
    except NotUnderstood as error:
        raise get_filter_error(env, error.args[0]) from error


def get_filter_error(env, part):
    """Return the error of a filter with a part that is not understood.

    It tells what was typed, and nothing of what became of it.
    """
    return ValidationError(
        env._("This filter is not understood: %(problem)s", problem=part[:_MAX_TOLD])
    )


def _make_domain(text, conditions):
    """Return the domain of a list of conditions.

    :raise NotUnderstood: they are none
    """
    try:
        if not isinstance(conditions, list | tuple):
            raise TypeError
        domain = Domain(list(conditions))
        _check_patterns(domain)
        return domain
    except (AttributeError, ValueError, *SENSELESS) as error:
        raise NotUnderstood(text) from error


def _check_patterns(domain):
    """Refuse patterns that PostgreSQL takes until it comes to a row that goes as far.

    :param domain: :class:`odoo.fields.Domain`
    :raise ValueError: one ends with half of an escape sequence
    """
    for condition in domain.iter_conditions():
        operator, value = condition.operator, condition.value
        if operator in ("any", "not any"):
            _check_patterns(Domain(value))
        elif operator.endswith(("=like", "=ilike")) and isinstance(value, str):
            if (len(value) - len(value.rstrip("\\"))) % 2:
                raise ValueError
