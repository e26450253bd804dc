"""The virtual environment: half-built ones are completed, failures are said in a sentence."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from portal_setup import environment as module
from portal_setup.environment import Environment, enter_machine_python
from portal_setup.errors import DownloadError
from portal_setup.odoo_source import OdooSource
from portal_setup.paths import REPOSITORY, Paths

WHEEL = {
    "tiny.py": "",
    "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
    "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "tiny-1.0.dist-info/RECORD": "",
}


@pytest.fixture
def requirements(tmp_path, monkeypatch):
    """Requirements of one package, ``tiny``; pip finds it in this folder or nowhere."""
    file = tmp_path / "requirements.txt"
    file.write_text("# for tests\ntiny==1.0\n")
    monkeypatch.setattr(module, "REQUIREMENTS", file)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return file


@pytest.fixture
def make(requirements, tmp_path, console):
    def make(odoo):
        source = OdooSource(tmp_path / "odoo home", odoo)
        return Environment(Paths(REPOSITORY, tmp_path / "cache"), source, console)

    return make


@pytest.fixture
def environment(make):
    return make("odoo-of-this-test")


def test_it_completes_what_failed_or_was_interrupted(environment, tmp_path):
    left = environment.folder / "lib/half"
    left.mkdir(parents=True)
    with pytest.raises(
        DownloadError, match=r"pip failed: .*tiny.* Run this again to continue\."
    ):
        environment.provide()
    assert not left.exists()
    made = (environment.folder / "pyvenv.cfg").stat().st_mtime_ns

    wheel = tmp_path / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        for name, text in WHEEL.items():
            file.writestr(name, text)
    whole = wheel.read_bytes()
    wheel.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(
        DownloadError, match=r"pip failed: .* Run this again to continue\."
    ):
        environment.provide()

    wheel.write_bytes(whole)
    environment.provide()
    code = "import sys, tiny; print(tiny.__file__); print('odoo home' in str(sys.path))"
    found = subprocess.run(
        [environment.python, "-c", code], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert Path(found[0]).is_relative_to(environment.folder)
    assert (environment.folder / "pyvenv.cfg").stat().st_mtime_ns == made

    wheel.unlink()
    environment.provide()


def test_it_is_another_one_if_what_it_is_made_of_changes(
    environment, make, requirements
):
    requirements.write_text("tiny==2.0\n")
    changed = make("odoo-of-this-test")
    assert changed.folder != environment.folder
    assert make("a newer one").folder != changed.folder


@pytest.mark.parametrize(
    "found", ["a slow one", "its own", "a virtual one", "a quick one", "half a one"]
)
def test_the_machines_own_python_is_taken_for_a_slow_one(found, tmp_path, monkeypatch):
    own, called = tmp_path / "python", []
    own.write_text(f"#!/bin/sh\nexit {int(found == 'half a one')}\n")
    own.chmod(0o755)
    options = "--enable-optimizations" if found == "a quick one" else ""
    monkeypatch.setattr(module, "MACHINE_PYTHON", str(own))
    monkeypatch.setattr("os.execv", lambda *call: called.append(call))
    monkeypatch.setattr("sys.argv", ["setup/run", "--port", "1"])
    monkeypatch.setattr("sysconfig.get_config_var", lambda _name: options)
    if found != "a virtual one":
        monkeypatch.setattr("sys.prefix", sys.base_prefix)
    if found == "its own":
        monkeypatch.setattr("sys.executable", str(own))
    enter_machine_python()
    again = (str(own), [str(own), "setup/run", "--port", "1"])
    assert called == ([again] if found == "a slow one" else [])
    own.unlink()
    enter_machine_python()
    assert len(called) == (found == "a slow one")
