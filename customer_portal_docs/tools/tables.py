"""Tables as CSV files, which people open in programs for spreadsheets."""

import codecs
import csv
import io
import re

MIMETYPE = "text/csv; charset=utf-8"
#: Excel takes a file without it for one of the computer's own set of letters.
MARK = codecs.BOM_UTF8
#: Text that begins with one of these may be a formula for a spreadsheet.
#: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
#: Where spreadsheets may begin a cell inside of one: Excel separates by what the computer does,
#: in most of Europe a semicolon, and then a quote protects only the first cell of a row.
_CELL = re.compile(r'[;\t\r\n](?=[ "]*[=+\-@＝＋－＠])')


def escape_text(text):
    """Return text that no spreadsheet takes for a formula, whatever it separates cells by."""
    text = _CELL.sub(r"\g<0>'", text)
    return f"'{text}" if text.lstrip(" ")[:1] in FORMULA else text


def write_table(rows):
    """Return a small table as a CSV file for people, in UTF-8 with its mark.

    :param rows: iterable of lists of str, the first one the heads
    :rtype: bytes
    """
    text = io.StringIO()
    csv.writer(text).writerows([escape_text(cell) for cell in row] for row in rows)
    return MARK + text.getvalue().encode()
