"""Tables of people that are pasted or come as CSV."""

import csv
import io
from email.utils import parseaddr

from odoo.addons.customer_portal_docs.tools.charsets import SAMPLE_BYTES, find_charset

#: The most lines at once.
MAX_LINES = 1000
#: Names of columns that a first line may have, in lower case, by what they are.
_HEADINGS = {
    "name": ("name", "full name", "contact"),
    "email": ("email", "e-mail", "mail", "e-mail address", "email address"),
    "phone": ("phone", "telephone", "phone number"),
    "company": ("company", "organisation", "organization", "company name"),
}
_COLUMNS = ("name", "email", "phone", "company")
_DELIMITERS = "\t;,"


def read_people(content):
    """Return the people of a table, one a line.

    Columns are told by the first line where it names them, else they are name, e-mail, phone,
    company; a line of one column is an address, as mail programs write it.

    :param bytes content: CSV as spreadsheets save it, with a mark or without, or lines that were
        pasted
    :return: list of tuple (int line from 1, dict with ``name``, ``email``, ``phone``, ``company``)
    """
    text = _decode(content).replace("\0", "")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    if "<" in first and delimiter == "," and '"' not in first:
        delimiter = "\t"
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    columns, people = None, []
    for number, cells in _read_rows(reader):
        if columns is None:
            columns = _read_heading(cells)
            if columns:
                continue
            columns = _COLUMNS
        people.append((number, _read_person(cells, columns)))
        if len(people) > MAX_LINES:
            break
    return people


def _read_rows(reader):
    """Yield the rows that hold something, up to one that is no table's."""
    while True:
        try:
            cells = [cell.strip() for cell in next(reader)]
        except (csv.Error, StopIteration):
            return
        if any(cells):
            yield reader.line_num, cells


def _decode(content):
    charset = find_charset(content[:SAMPLE_BYTES])
    return content.decode(charset, errors="replace").lstrip("\ufeff")


def _read_heading(cells):
    """Return what the columns are, or None where the first line is a person."""
    names = [
        next((name for name, known in _HEADINGS.items() if cell.lower() in known), None)
        for cell in cells
    ]
    return names if "email" in names else None


def _read_person(cells, columns):
    if len(cells) == 1:
        name, email = parseaddr(cells[0])
        return {"name": name, "email": email or cells[0], "phone": "", "company": ""}
    person = dict.fromkeys(_COLUMNS, "")
    person.update(
        {name: cell for name, cell in zip(columns, cells, strict=False) if name}
    )
    if "@" in person["name"] and "@" not in person["email"]:
        # the other way round
        person["name"], person["email"] = person["email"], person["name"]
    return person
