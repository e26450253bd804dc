"""The commit before the addons were rebuilt, with data in all models, then ``-u``: all is there.

The old code comes from the repository's own history; a dump of a database with all that the
addons need would weigh more than the addons, and would be made by nobody twice.
"""

import contextlib
import copy
import dataclasses
import io
import re
import subprocess
from pathlib import Path

import pytest
import requests

from portal_setup.addons import find_addons
from portal_setup.console import Console
from portal_setup.files import finished_folder, locked
from portal_setup.live import free_port, standing_ground
from portal_setup.odoo import Odoo, OdooServer
from portal_setup.paths import REPOSITORY
from portal_setup.process import run_logged
from portal_setup.templates import Templates

pytestmark = pytest.mark.slow
BEFORE = "9f023b16358717f4d81f25fcf7c775bb5a9db20b"
FILL = Path(__file__).with_name("fill.py")
#: What counts for an hour at most, and may be counted anew after an update.
FORGOTTEN = {"customer_portal_issue_throttle", "customer_portal_share_attempt"}
#: What an update may write: each with its reason.
WRITTEN = {
    "write_date",
    "write_uid",
    # folded anew where the folding has changed
    "search_text",
    "portal_search_text",
    # computed for all people at once
    "partner_share",
}
OURS = """
    SELECT table_name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
       AND (starts_with(table_name, 'customer_portal_')
            OR table_name IN ('helpdesk_ticket', 'helpdesk_ticket_team', 'helpdesk_ticket_stage',
                              'res_company', 'res_users'))
"""
#: Rows of other models that belong to ours.
BELONGING = {
    "ir_attachment": "res_model ~ '^(customer\\.portal|helpdesk\\.ticket)' OR portal_document_id > 0",
    "mail_message": "model ~ '^(customer\\.portal|helpdesk\\.ticket)'",
    "mail_followers": "res_model ~ '^(customer\\.portal|helpdesk\\.ticket)'",
}


def get_old_addons(folder):
    """Unpack the addons of the old commit from the repository's history."""
    git = ("git", "-C", REPOSITORY)
    known = subprocess.run(
        [*git, "cat-file", "-e", f"{BEFORE}^{{commit}}"], capture_output=True
    )
    if known.returncode:
        shallow = (REPOSITORY / ".git/shallow").exists()
        assert not shallow, "this clone is shallow: `git fetch --unshallow`"
        pytest.skip("this folder has no history to take the old addons from")
    names = sorted(find_addons(REPOSITORY))
    archive = [*git, "archive", BEFORE, *names]
    with subprocess.Popen(archive, stdout=subprocess.PIPE) as packed:
        subprocess.run(["tar", "-x", "-C", folder], stdin=packed.stdout, check=True)
    assert packed.returncode == 0


@pytest.fixture(scope="module")
def before():
    """The ground of the old addons, as if they were a clone of their own."""
    ground = standing_ground()
    folder = ground.paths.cache / "before" / BEFORE[:10]
    with locked(folder.with_suffix(".lock")):
        if not folder.exists():
            with finished_folder(folder) as work:
                get_old_addons(work)
    old = copy.copy(ground)
    old.paths = dataclasses.replace(ground.paths, repository=folder)
    old.odoo = Odoo(old, old.paths.clone)
    old.odoo.write_config()
    return old


@pytest.fixture(scope="module")
def upgraded(before, tmp_path_factory):
    """The name of a database that was filled before and updated, what it held, and the log."""
    ground, log = standing_ground(), tmp_path_factory.mktemp("upgrade") / "log"
    templates = Templates(before)
    template = templates.provide(find_addons(before.paths.repository))
    with templates.disposable(template) as name:
        run_in_shell(before.odoo, name, FILL)
        held = read_all(name)
        # the embedded server had none when these addons were new
        ground.databases.query(name, "DROP EXTENSION pg_trgm CASCADE")
        new = copy.copy(ground)
        new.console = Console(log, io.StringIO())
        odoo = Odoo(new, log.parent)
        odoo.write_config()
        odoo.change_modules(name, update=find_addons(REPOSITORY))
        yield name, held, odoo


def run_in_shell(odoo, database, script):
    command = odoo.command(database, "--no-http")
    command[2:2] = ["shell"]
    with script.open() as text:
        code, last = run_logged(
            command, standing_ground().console, stdin=text, env=odoo.environ
        )
    assert code == 0, "\n".join(last)


def read_all(database):
    """Return the rows of our tables: table to key to dict of column to value."""
    query = standing_ground().databases.query
    wanted = {table: "TRUE" for (table,) in query(database, OURS)} | BELONGING
    held = {}
    for table, which in wanted.items():
        rows = query(database, f"SELECT to_jsonb(t) FROM {table} t WHERE {which}")
        held[table] = {
            row.get("id", tuple(sorted(row.items()))): row for (row,) in rows
        }
    return held


def test_the_update_warns_of_nothing(upgraded):
    """Issue 12, section 4"""
    _name, _held, odoo = upgraded
    log = (odoo.folder / "log").read_text()
    warned = re.findall(r" (?:WARNING|ERROR|CRITICAL) \S+ (odoo\..*)", log)
    assert warned == []


def test_the_old_database_has_rows_in_each_table(upgraded):
    """Else this test proves nothing of it: what is new in a model is filled in fill.py."""
    _name, held, _odoo = upgraded
    temporary = re.compile(r"_wizard|customer_portal_document_upload")
    empty = [table for table, rows in held.items() if not rows]
    assert [table for table in empty if not temporary.search(table)] == []


def test_no_table_of_a_model_that_is_gone_stays(upgraded):
    """Odoo leaves them, with what they hold and with nobody who clears them"""
    name, _held, _odoo = upgraded
    query = """SELECT table_name FROM information_schema.tables
                WHERE starts_with(table_name, 'customer_portal_')
               EXCEPT SELECT replace(model, '.', '_') FROM ir_model
               EXCEPT SELECT name FROM ir_model_relation"""
    assert standing_ground().databases.query(name, query) == []


def test_each_row_is_there_with_all_it_held(upgraded):
    name, held, _odoo = upgraded
    now, lost = read_all(name), []
    for table, rows in held.items():
        if table not in now and table in FORGOTTEN:
            continue
        for key, row in rows.items():
            found = now.get(table, {}).get(key)
            if found is None:
                lost.append((table, row))
                continue
            lost += [
                (table, key, column, value, found[column])
                for column, value in row.items()
                if column in found and column not in WRITTEN and found[column] != value
            ]
    assert lost == []


def test_the_search_has_its_indexes_and_nothing_of_the_old_one(upgraded):
    """REQ D-1"""
    name, _held, _odoo = upgraded
    query = standing_ground().databases.query
    indexes = query(
        name, "SELECT indexdef FROM pg_indexes WHERE indexdef ~ 'search_text'"
    )
    assert len(indexes) == 2
    assert all("gin_trgm_ops" in index for (index,) in indexes)
    assert not query(
        name, "SELECT 1 FROM pg_proc WHERE proname = 'customer_portal_parts'"
    )
    assert not query(
        name, "SELECT 1 FROM ir_model_constraint WHERE name ~ 'search_parts'"
    )


def test_mails_are_today_s_unless_somebody_chose_others(upgraded):
    """REQ 11.8: Odoo leaves the templates of a file with ``noupdate`` alone"""
    name, _held, _odoo = upgraded
    query = """SELECT data.name, to_jsonb(template) FROM mail_template AS template
                 JOIN ir_model_data AS data
                   ON data.model = 'mail.template' AND data.res_id = template.id
                WHERE starts_with(data.module, 'customer_portal_')"""
    templates = dict(standing_ground().databases.query(name, query))
    for xmlid, words in {
        "mail_template_document_uploaded": "_get_together",
        "mail_template_share_received": "received_more",
        "mail_template_share": "_get_item_names",
    }.items():
        assert words in templates[xmlid]["body_html"]["en_US"], xmlid
    assert "Rows" not in templates["mail_template_report_notice"]["body_html"]["en_US"]
    chosen = templates["mail_template_document_receipt"]
    assert chosen["subject"]["en_US"] == "Thanks for {{ object.name }}"
    for xmlid, template in templates.items():
        assert (REPOSITORY / template["template_fs"]).is_file(), xmlid


def test_people_go_on_where_they_were(upgraded, tmp_path):
    """REQ D-1, S-1, I-5"""
    name, _held, odoo = upgraded
    # scheduled actions that are due would be cut off when it stops
    options = ("--max-cron-threads", "0")
    server = OdooServer(odoo, name, free_port(), tmp_path / "odoo.log", options)
    with contextlib.ExitStack() as stack:
        stack.callback(server.stop)
        server.wait_ready()
        anna = requests.Session()
        who = {"db": name, "login": "anna", "password": "anna"}
        anna.post(f"{server.url}/web/session/authenticate", json={"params": who})
        for path, words in {
            "/my/documents?search=schluss": "Schlußrechnung",
            "/my/documents?filterby=mine": "Locked",
            "/my/shares": "For Anna",
            "/my/binders": "Upgrade",
        }.items():
            page = anna.get(server.url + path, timeout=60)
            assert page.status_code == 200, path
            assert words in page.text, path
        query = "SELECT token FROM customer_portal_share WHERE name = 'Upgrade'"
        [(token,)] = standing_ground().databases.query(name, query)
        link, form = (
            f"{server.url}/share/{token}",
            {"password": "correct horse battery"},
        )
        assert requests.get(link, timeout=60).status_code == 401
        visitor = requests.Session()
        page = visitor.post(link, form, timeout=60)
        assert "Schlußrechnung" in page.text
    log = (tmp_path / "odoo.log").read_text()
    assert "Traceback" not in log
