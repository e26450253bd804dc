"""A pytest plugin: each worker of pytest-xdist gets a file store of its own.

pytest-odoo gives each worker a database of its own, but lets all share one file store. Odoo's
test cases collect garbage in it after each class, by what their own database says: a worker
would delete the files that another one has just written.
"""

import os
import shutil
from pathlib import Path
from unittest import mock

import pytest

from .files import link_tree


@pytest.fixture(scope="session", autouse=True)
def own_file_store(load_registry):
    worker = os.getenv("PYTEST_XDIST_WORKER")
    if not worker:
        yield
        return
    from odoo.tools import config

    # inside pytest-odoo's own patch, which returns the shared one
    shared = Path(config.filestore(None))
    own = shared.with_name(f"{shared.name}-{worker}")
    shutil.rmtree(own, ignore_errors=True)
    if shared.exists():
        link_tree(shared, own)
    with mock.patch.object(config, "filestore", return_value=str(own)):
        yield
    shutil.rmtree(own, ignore_errors=True)
