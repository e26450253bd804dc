"""A public method that returns None answers a Fault over XML-RPC, although it was done."""

import ast

import pytest

from portal_setup.addons import find_addons
from portal_setup.paths import REPOSITORY

#: Odoo's own contracts: never called by clients, or answered by Odoo itself.
_OF_ODOO = {"init", "unlink", "write", "create"}


def find_methods(addon):
    """Yield (path, method) of what clients may call on the models of an addon."""
    for folder in ("models", "wizards"):
        for path in sorted((REPOSITORY / addon / folder).rglob("*.py")):
            for cls in ast.parse(path.read_text()).body:
                if isinstance(cls, ast.ClassDef) and is_model(cls):
                    for method in cls.body:
                        if isinstance(method, ast.FunctionDef) and is_public(method):
                            yield path, method


def is_model(cls):
    return any(ast.unparse(base).startswith("models.") for base in cls.bases)


def is_public(method):
    decorators = {ast.unparse(decorator) for decorator in method.decorator_list}
    hidden = {"api.private", "property", "classmethod", "staticmethod"}
    return (
        not method.name.startswith("_")
        and method.name not in _OF_ODOO
        and not decorators & hidden
    )


def get_silent_ends(method):
    """Return the lines of a method where it may end with None."""
    returns = [
        node
        for node in walk(method)
        if isinstance(node, ast.Return)
        and (node.value is None or ast.unparse(node.value) == "None")
    ]
    lines = [node.lineno for node in returns]
    return lines if ends(method.body) else [*lines, method.end_lineno]


def walk(node):
    """Walk through a method, and not into functions within it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.Lambda)):
            yield child
            yield from walk(child)


def ends(body):
    """Tell whether a block always ends by returning or raising."""
    last = body[-1]
    if isinstance(last, ast.If):
        return bool(last.orelse) and ends(last.body) and ends(last.orelse)
    if isinstance(last, ast.With):
        return ends(last.body)
    if isinstance(last, ast.Try):
        blocks = [last.body, *(handler.body for handler in last.handlers)]
        return bool(last.finalbody and ends(last.finalbody)) or all(map(ends, blocks))
    return isinstance(last, (ast.Return, ast.Raise))


@pytest.mark.parametrize("addon", find_addons(REPOSITORY))
def test_each_returns_something(addon):
    silent = [
        f"{path.relative_to(REPOSITORY)}:{line} {method.name}"
        for path, method in find_methods(addon)
        for line in get_silent_ends(method)
    ]
    assert silent == []


def test_it_sees_the_silent_ones():
    text = "def a(self):\n if self:\n  return 1\n\ndef b(self):\n return self.write({})"
    silent, telling = ast.parse(text).body
    assert get_silent_ends(silent)
    assert not get_silent_ends(telling)
