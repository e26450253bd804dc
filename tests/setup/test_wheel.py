"""Each addon's wheel holds every file, and an Odoo that has nothing but the wheels installs them."""

import copy
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest
import requests

from portal_setup.addons import find_addons
from portal_setup.console import Console
from portal_setup.live import free_port, standing_ground
from portal_setup.odoo import Odoo, OdooServer
from portal_setup.paths import REPOSITORY, Paths
from portal_setup.templates import Templates

from .common import third_party_depends

pytestmark = pytest.mark.slow
ADDONS = find_addons(REPOSITORY)
NOT_SHIPPED = {"pyproject.toml"}


def shipped_files(addon):
    """Return the content of each file that the wheel must have, by name in the addon."""
    return {
        str(file.relative_to(addon.folder)): file.read_bytes()
        for file in addon.folder.rglob("*")
        if file.is_file()
        and "__pycache__" not in file.parts
        and str(file.relative_to(addon.folder)) not in NOT_SHIPPED
    }


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """The wheel of each addon, by name; built with the environment's own whool, without network."""
    folder = tmp_path_factory.mktemp("wheels")
    wheels = {}
    for name, addon in ADDONS.items():
        options = ("--no-deps", "--no-build-isolation", "--no-index")
        pip("wheel", *options, "--wheel-dir", folder, addon.folder)
        [wheels[name]] = folder.glob(f"odoo_addon_{name}-19.0.*.whl")
    return wheels


@pytest.fixture(scope="module")
def site(wheels, tmp_path_factory):
    """A folder where the wheels are installed, and nothing else."""
    folder = tmp_path_factory.mktemp("site")
    pip("install", "--no-deps", "--no-index", "--target", folder, *wheels.values())
    return folder


@pytest.fixture(scope="module")
def odoo(site):
    """An Odoo that finds our addons in ``site`` only."""
    standing = copy.copy(standing_ground())
    with tempfile.TemporaryDirectory() as folder:
        standing.paths = Paths(Path(folder), standing.paths.cache)
        standing.environ = standing.environ | {"PYTHONPATH": str(site)}
        standing.console = Console(Path(folder) / "log", io.StringIO())
        odoo = Odoo(standing, Path(folder))
        odoo.write_config()
        assert f"{REPOSITORY}," not in odoo.config.read_text()
        yield odoo


@pytest.fixture(scope="module")
def database(odoo):
    """A database where the addons were installed from their wheels, demo data included."""
    templates = Templates(standing_ground())
    with templates.disposable(templates.provide_base(third_party_depends())) as name:
        odoo.change_modules(name, install=ADDONS)
        yield name


@pytest.mark.parametrize("name", ADDONS)
def test_the_wheel_holds_every_file_of_the_addon(wheels, name):
    prefix = f"odoo/addons/{name}/"
    with zipfile.ZipFile(wheels[name]) as wheel:
        held = {
            file.removeprefix(prefix): wheel.read(file)
            for file in wheel.namelist()
            if file.startswith(prefix)
        }
    assert held == shipped_files(ADDONS[name])


@pytest.mark.parametrize("name", ADDONS)
def test_the_wheel_says_what_it_is_and_what_it_needs(wheels, name):
    with zipfile.ZipFile(wheels[name]) as wheel:
        [file] = [name for name in wheel.namelist() if name.endswith("/METADATA")]
        lines = wheel.read(file).decode().splitlines()
    assert f"Name: odoo-addon-{name}" in lines
    assert "License: AGPL-3" in lines
    assert "Requires-Dist: odoo==19.0.*" in lines
    for other in ADDONS.keys() & set(ADDONS[name].depends):
        assert f"Requires-Dist: odoo-addon-{other}==19.0.*" in lines


def test_odoo_installs_the_addons_from_their_wheels(database):
    states = standing_ground().databases.query(
        database,
        "SELECT name, state FROM ir_module_module WHERE name = ANY(%s)",
        [*ADDONS],
    )
    assert dict(states) == dict.fromkeys(ADDONS, "installed")


def test_odoo_serves_static_files_and_pages_from_the_wheels(odoo, database, tmp_path):
    server = OdooServer(odoo, database, free_port(), tmp_path / "odoo.log")
    try:
        server.wait_ready()
        for name, addon in ADDONS.items():
            for file, content in shipped_files(addon).items():
                if file.startswith("static/"):
                    answer = requests.get(f"{server.url}/{name}/{file}", timeout=60)
                    assert (answer.status_code, answer.content) == (200, content), file
        page = requests.get(f"{server.url}/my/documents", timeout=60)
        assert "/web/login" in page.url
        assert page.status_code == 200
    finally:
        server.stop()


def pip(*arguments):
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], check=True)
