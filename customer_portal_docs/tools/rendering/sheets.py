"""Texts and tables as people read them: which separator, how wide.

Standard library only; used by the pages and by the process that draws.
"""

import csv
import io
import unicodedata

#: Of a file that is shown as text or table, in bytes.
MAX_TEXT_BYTES = 1024**2
#: Rows of a table that are shown.
MAX_ROWS = 1000
#: Columns of it, and characters of a cell.
MAX_COLUMNS, MAX_CELL = 60, 300
_SEPARATORS = ",;\t"


def decode(content, charset):
    """Return the text of a file, without what cannot be shown.

    :param content: bytes, maybe only the beginning of the file
    :param str charset: what it is encoded in
    """
    text = content.decode(charset, errors="replace").replace("\r\n", "\n")
    text = text.replace("\r", "\n").lstrip("\ufeff")
    return "".join(char for char in text if char in "\n\t" or _is_shown(char))


def _is_shown(char):
    # neither control characters nor those that turn the direction of what follows
    return char.isascii() or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")


def read_table(content, charset):
    """Return the rows of a CSV file, and whether there are more.

    :param content: bytes, maybe only the beginning of the file
    :param str charset: what it is encoded in
    :return: list of lists of str, each of the same length; bool
    """
    text = decode(content, charset)
    rows = []
    for row in _read_rows(text, _guess_separator(text)):
        if len(rows) == MAX_ROWS:
            return _level(rows), True
        if any(cell.strip() for cell in row):
            rows.append([cell.strip()[:MAX_CELL] for cell in row[:MAX_COLUMNS]])
    return _level(rows), False


def _read_rows(text, separator):
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error:  # a field without an end
        return


def _level(rows):
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _guess_separator(text):
    """Return the separator that gives most of the first rows the same number of cells."""
    head = "\n".join(text.split("\n")[:30])

    def judge(separator):
        widths = [len(row) for row in _read_rows(head, separator) if row]
        usual = max(set(widths), key=widths.count, default=1)
        return (usual > 1) * widths.count(usual), usual

    return max(_SEPARATORS, key=judge)


def lay_out_text(content, charset, columns):
    """Return a text as lines of so many characters at most."""
    lines = []
    for line in decode(content, charset).split("\n"):
        line = line.expandtabs(4)
        lines += [
            line[start : start + columns] for start in range(0, len(line), columns)
        ] or [""]
    while lines and not lines[-1].strip():
        lines.pop()
    return lines or [""]


def lay_out_table(content, charset, least, most):
    """Return a table as lines, and how many characters wide they are.

    :param int least: characters of a line, at least
    :param int most: the same, at most: what is longer is cut
    """
    rows, _has_more = read_table(content, charset)
    longest = [
        max(len(row[column]) for row in rows)
        for column in range(len(rows[0]) if rows else 0)
    ]
    widths = [min(length, 40) for length in longest]
    width = min(max(sum(widths) + 3 * len(widths), least), most)
    lines = [
        "   ".join(
            _cut(cell, size) for cell, size in zip(row, widths, strict=True)
        ).rstrip()[:width]
        for row in rows
    ]
    if len(lines) > 1:
        lines.insert(1, "─" * min(width, sum(widths) + 3 * (len(widths) - 1)))
    return lines or [""], width


def _cut(cell, size):
    cell = " ".join(cell.split())
    return (cell if len(cell) <= size else cell[: size - 1] + "…").ljust(size)
