"""Domains as text, as filters of the backend have them."""

import ast

from dateutil.relativedelta import relativedelta

from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.safe_eval import datetime, safe_eval, time

#: What the text of a domain may be made of. No powers, products or loops: a few characters of
#: those keep a server busy for ever.
_NODES = (
    ast.Expression,
    ast.List,
    ast.Tuple,
    ast.Constant,
    ast.Name,
    ast.Load,
    ast.Call,
    ast.keyword,
    ast.Attribute,
    ast.BinOp,
    ast.Add,
    ast.Sub,
    ast.UnaryOp,
    ast.USub,
    ast.Not,
)
#: Longest text of a domain, in characters.
MAX_LENGTH = 20_000


def parse_domain(env, text, today):
    """Return the domain that a text of the backend's filters means.

    :param env: of the user whose ``uid`` it is
    :param str text: a list of conditions; ``uid``, ``context_today()``, ``datetime``, ``time`` and
        ``relativedelta`` are known, and Odoo's relative dates (``"today -1m"``)
    :param date today: what ``context_today()`` is
    :raise ValidationError: it is none
    """
    text = (text or "[]").strip()
    try:
        if len(text) > MAX_LENGTH:
            raise ValueError("too long")
        for node in ast.walk(ast.parse(text, mode="eval")):
            if not isinstance(node, _NODES):
                raise ValueError(type(node).__name__)
        values = {
            "uid": env.uid,
            "context_today": lambda: today,
            "datetime": datetime,
            "time": time,
            "relativedelta": relativedelta,
            "true": True,
            "false": False,
        }
        conditions = safe_eval(text, values)
        if not isinstance(conditions, list | tuple):
            raise ValueError("no list")
        return Domain(list(conditions))
    except Exception as error:  # a text may be wrong in any way
        raise ValidationError(
            env._("This filter is not understood: %(problem)s", problem=error)
        ) from error
