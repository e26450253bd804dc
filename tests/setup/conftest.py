import io

import pytest

from portal_setup.console import Console

from .common import Clone


@pytest.fixture(scope="module")
def make_clone(tmp_path_factory):
    """Make small clones; what they leave outside themselves goes after the module's tests."""
    clones = []

    def make():
        clones.append(Clone(tmp_path_factory.mktemp("clone")))
        return clones[-1]

    yield make
    for clone in clones:
        clone.remove()


@pytest.fixture
def clone(make_clone):
    return make_clone()


@pytest.fixture
def console(tmp_path):
    return Console(tmp_path / "setup.log", io.StringIO())
