"""Addons that cannot be read or installed are said by name, and the next run installs them mended."""

import signal

import pytest

from portal_setup.addons import find_addons, with_own_depends
from portal_setup.errors import SetupError
from portal_setup.live import standing_ground
from portal_setup.paths import REPOSITORY
from portal_setup.templates import Templates

from .common import PROBE, READY

BROKEN = '<odoo><record id="r" model="no.such.model"><field name="name">x</field></record></odoo>'


def write_manifest(folder, name, text):
    (folder / name).mkdir()
    (folder / name / "__manifest__.py").write_text(text)


def test_it_says_why_an_addon_does_not_install_and_installs_it_once_mended(clone):
    clone.add_probe(view=BROKEN)
    with clone.run() as command:
        command.assert_ends(1)
    assert f"✗ Odoo could not install or update {PROBE}: " in command.output
    assert "no.such.model" in command.output
    assert "The full story is in " in command.output
    assert "Traceback" not in command.output
    assert not clone.is_built()
    clone.add_probe()
    with clone.run() as command:
        command.wait_for(READY)
        command.signal(signal.SIGINT)
        command.assert_ends(0)
    clone.add_probe(view=BROKEN)
    with clone.run() as command:
        command.assert_ends(1)
    assert (
        "Mend the addon and run this again, or rebuild with --reset." in command.output
    )


@pytest.mark.parametrize("demo", [True, False])
def test_to_install_ours_warns_of_nothing(demo):
    """Issue 12, section 4; of what an update warns, see tests/upgrade"""
    templates = Templates(standing_ground())
    for name in find_addons(REPOSITORY):
        assert templates.get_warnings(templates.provide([name], demo)) == [], name


def test_it_says_which_module_odoo_does_not_know(clone):
    clone.add_probe(depends=["no_such_module"])
    with clone.run() as command:
        command.assert_ends(1)
    assert "✗ Odoo knows no module no_such_module." in command.output
    clone.assert_nothing_runs()


def test_it_says_that_a_clone_has_no_addon(clone):
    with clone.run() as command:
        command.assert_ends(1)
    assert f"✗ There is no addon in {clone.repository}." in command.output


def test_it_says_which_manifest_cannot_be_read(tmp_path):
    write_manifest(tmp_path, "customer_portal_x", "{'name': ")
    with pytest.raises(
        SetupError, match="customer_portal_x/__manifest__.py cannot be read"
    ):
        find_addons(tmp_path)


def test_addons_bring_those_of_the_repository_that_they_need(tmp_path):
    write_manifest(tmp_path, "customer_portal_a", "{'depends': ['portal']}")
    write_manifest(tmp_path, "customer_portal_b", "{'depends': ['customer_portal_a']}")
    write_manifest(tmp_path, "customer_portal_c", "{'installable': False}")
    addons = find_addons(tmp_path)
    assert sorted(addons) == ["customer_portal_a", "customer_portal_b"]
    needed = with_own_depends(["customer_portal_b", "sale"], addons)
    assert needed == {"customer_portal_a", "customer_portal_b"}


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("models.py", True),
        ("static/a.js", True),
        ("tests/test_a.py", False),
        ("a.pyc", False),
    ],
)
def test_an_addon_counts_as_changed_only_if_odoo_would_see_it(tmp_path, file, counts):
    write_manifest(tmp_path, "customer_portal_a", "{}")
    [addon] = find_addons(tmp_path).values()
    before = addon.content_hash()
    (addon.folder / file).parent.mkdir(exist_ok=True)
    (addon.folder / file).write_text("new")
    assert (addon.content_hash() != before) is counts
