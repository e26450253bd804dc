"""What holds the house together: who may import whom, and what stands in one place."""

import ast
import re
from collections import Counter

import pytest

from portal_setup.addons import find_addons
from portal_setup.paths import REPOSITORY

SHARES = REPOSITORY / "customer_portal_shares"
#: A room imports share/ and tools/, and never another room.
ROOMS = ("report", "calendar", "office")
#: The field of what a share has received, and the method that counts it.
RECEIVED = re.compile(
    r"    received_document_ids = .*?\n    \)\n|    def _compute_received_count.*?\n\n",
    re.DOTALL,
)


def get_imported_rooms(path):
    """Return the rooms that a file imports, however it names them."""
    package = path.relative_to(SHARES).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = (node.module or "").split(".")
            if node.level:
                above = package[: len(package) - node.level + 1]
                base = ["odoo", "addons", SHARES.name, *above, *filter(None, base)]
            names = [".".join([*base, alias.name]) for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[:3] == ["odoo", "addons", SHARES.name]:
                yield from (room for room in ROOMS if room in parts[3:6])


def find_files(*rooms):
    return sorted(
        path
        for room in rooms
        for path in SHARES.glob(f"*/{room}/**/*.py")
        if path.name != "__init__.py"
    )


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_never_reaches_into_another_one(room):
    for path in find_files(room):
        others = set(get_imported_rooms(path)) - {room}
        assert not others, f"{path} imports {others}"


def test_shares_know_no_room():
    for path in find_files("share"):
        assert not set(get_imported_rooms(path)), path


def test_it_sees_what_a_file_imports():
    files = find_files("report", "calendar")
    assert files, "there are rooms"
    assert any("report" in get_imported_rooms(path) for path in files)


def test_the_code_of_shares_names_no_kind():
    """A new kind is one model away: neither the share nor its gate knows one."""
    for name in ("customer_portal_share", "customer_portal_share_gate"):
        text = (SHARES / f"models/share/{name}.py").read_text()
        # beside its kinds, a share has what visitors put into it: documents
        text = RECEIVED.sub("", text)
        for kind in ("document", "folder", "report", "calendar", "team"):
            assert f"portal.{kind}" not in text, f"{name} names {kind}"
            assert f"ticket.{kind}" not in text, f"{name} names {kind}"


def get_models(path):
    """Return the models that a file has classes of: tuples of (name, whether it is made there)."""
    for node in ast.parse(path.read_text()).body:
        if not isinstance(node, ast.ClassDef):
            continue
        names = {
            target.id: statement.value
            for statement in node.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }
        inherited = names.get("_inherit")
        made = names.get("_name")
        name = made or (inherited if isinstance(inherited, ast.Constant) else None)
        if name is not None:
            yield ast.literal_eval(name), made is not None


@pytest.mark.parametrize("addon", sorted(find_addons(REPOSITORY)))
def test_a_model_of_ours_is_two_classes_in_its_addon_at_most(addon):
    found = [
        one
        for folder in ("models", "wizards")
        for path in (REPOSITORY / addon / folder).glob("**/*.py")
        for one in get_models(path)
    ]
    own = {name for name, is_made in found if is_made}
    assert own
    counts = Counter(name for name, _is_made in found if name in own)
    assert {name for name, count in counts.items() if count > 2} == set()


def test_one_file_reaches_through_the_wrapper_of_a_request():
    places = {
        str(path.relative_to(REPOSITORY))
        for path in REPOSITORY.glob("customer_portal_*/**/*.py")
        if "_HTTPRequest__" in path.read_text()
    }
    assert places == {"customer_portal_docs/tools/incoming.py"}


def test_scripts_go_to_addresses_of_ours_alone():
    """REQ D-2: elements of people's texts look like ours; what they tell is judged first"""
    told = re.compile(r"(\w*\(?)this\.el\.(?:href|action|dataset\.\w*[uU]rl)\b")
    found = [
        (path.name, before)
        for path in REPOSITORY.glob("customer_portal_*/static/src/**/portal/**/*.js")
        for before in told.findall(path.read_text())
    ]
    assert {name for name, _before in found} >= {"seen.js", "calendar_page.js"}
    assert [each for each in found if each[1] != "getOwnAddress("] == []
