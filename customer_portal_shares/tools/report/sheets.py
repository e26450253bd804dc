"""Reports as CSV and XLSX files."""

import csv
import io
import tempfile
from datetime import date, datetime, time

from odoo.tools.misc import get_lang

from odoo.addons.customer_portal_docs.tools.tables import MARK, escape_text

#: Longest text of a cell of XLSX, in characters.
_MAX_CELL = 32_767
#: Widest column of XLSX, in characters.
_MAX_WIDTH = 60
#: Labels of groups that are kept.
_MAX_LABELS = 10_000


def get_heads(reader):
    """Return the heads of the columns of a file.

    Where rows are grouped by what is no column, the group is one, after all others.
    """
    heads = [column.label for column in reader.columns]
    return [*heads, get_group_head(reader)] if has_group_column(reader) else heads


def get_group_head(reader):
    return reader.group.path.label


def has_group_column(reader):
    group = reader.group
    if not group:
        return False
    paths = [column.path.text for column in reader.columns]
    return bool(group.interval) or group.path.text not in paths


def _iter_batches(reader, as_text=False):
    """Yield all rows column by column, with the label of the group where that is a column.

    :param bool as_text: see :meth:`.reader.ReportReader.read_batches`
    """
    labels = {}
    has_group = has_group_column(reader)
    for bucket in (has_group and reader.summary.groups) or ():
        labels.update(dict.fromkeys(bucket.values, bucket.label))
    for groups, columns in reader.read_batches(as_text):
        if not has_group:
            yield columns
            continue
        if missing := set(groups) - labels.keys():
            # more groups than are shown
            if len(labels) > _MAX_LABELS:
                labels.clear()
                missing = set(groups)
            for value, _key, label in reader.values.sort_groups(list(missing)):
                labels[value] = label
        yield [*columns, [labels[group] for group in groups]]


# -- CSV


def write_csv(reader, has_mark=False):
    """Yield a report as CSV in UTF-8, in pieces: bytes. Memory does not grow with the rows.

    :param bool has_mark: whether the file begins with the mark that Excel knows UTF-8 by
    """
    if has_mark:
        yield MARK
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([escape_text(head) for head in get_heads(reader)])
    writers = [_get_csv_writer(reader, column) for column in reader.columns]
    if has_group_column(reader):
        writers.append(_write_texts)
    for columns in _iter_batches(reader, as_text=True):
        cells = [write(values) for write, values in zip(writers, columns, strict=True)]
        writer.writerows(zip(*cells, strict=True))
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _get_csv_writer(reader, column):
    """Return the function that makes cells of a column's values: chosen once, not for each.

    The csv module leaves the cells of None empty.
    """
    if column.kind == "money" and not column.path.in_sql:
        return lambda values: [value and value[0] for value in values]
    if column.kind in ("integer", "number", "money", "date", "boolean"):
        return lambda values: values
    if column.kind == "datetime":
        to_local = reader.values.to_local
        return lambda values: [
            value and to_local(value).isoformat(" ", "seconds") for value in values
        ]
    return _write_texts


def _write_texts(values):
    return [value and escape_text(value) for value in values]


# -- XLSX


def write_xlsx(reader):
    """Return a report as an XLSX file: a temporary file, at its start, that the caller closes.

    The format is a ZIP whose index comes last, so that it cannot be sent while it is made.
    """
    import xlsxwriter  # noqa: PLC0415 - only who exports needs it

    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(file, options) as workbook:
        _Sheet(workbook, reader).write_rows()
        if reader.summary.groups or reader.summary.totals:
            _Sheet(workbook, reader).write_totals()
    file.seek(0)
    return file


class _Sheet:
    def __init__(self, workbook, reader):
        self.workbook = workbook
        self.reader = reader
        self.env = reader.model.env
        self.head = workbook.add_format({"bold": True, "bottom": 1})
        self._formats = {}

    def write_rows(self):
        sheet = self.workbook.add_worksheet(_get_sheet_name(self.env._("Report")))
        sheet.freeze_panes(1, 0)
        heads = get_heads(self.reader)
        for place, head in enumerate(heads):
            sheet.set_column(place, place, self._get_width(place, head))
        for place, head in enumerate(heads):
            sheet.write_string(0, place, head[:_MAX_CELL], self.head)
        columns = self.reader.columns
        written = 0
        for cells in _iter_batches(self.reader):
            for number, values in enumerate(zip(*cells, strict=True), written + 1):
                for place, value in enumerate(values):
                    column = columns[place] if place < len(columns) else None
                    self._write(sheet, number, place, column, value)
                written = number

    def _get_width(self, place, head):
        columns = self.reader.columns
        kind = columns[place].kind if place < len(columns) else "text"
        width = {"text": 32, "html": 40, "record": 28, "records": 28, "datetime": 19}
        return min(max(width.get(kind, 12), len(head) + 2), _MAX_WIDTH)

    def _write(self, sheet, number, place, column, value):
        if value is None or value == "":
            return
        if isinstance(value, tuple):
            amount, currency = value
            sheet.write_number(number, place, amount, self._get_money(currency))
        elif isinstance(value, bool):
            sheet.write_boolean(number, place, value)
        elif isinstance(value, int | float):
            sheet.write_number(number, place, value, self._get_number(column, value))
        elif isinstance(value, datetime):
            local = self.reader.values.to_local(value)
            self._write_date(sheet, number, place, local, "datetime")
        elif isinstance(value, date):
            self._write_date(sheet, number, place, value, "date")
        else:
            sheet.write_string(number, place, str(value)[:_MAX_CELL])

    def _write_date(self, sheet, number, place, value, kind):
        if value.year < 1900 or (value.year == 1900 and value.month < 3):
            # the format knows no earlier days
            text = value.isoformat(" ") if kind == "datetime" else value.isoformat()
            sheet.write_string(number, place, text)
            return
        if kind == "date":
            value = datetime.combine(value, time.min)
        sheet.write_datetime(number, place, value, self._get_date(kind))

    def _get_format(self, key, text):
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format({"num_format": text})
        return self._formats[key]

    def _get_money(self, currency_id):
        currency = self.reader.values.get_currency(currency_id)
        digits = currency.decimal_places if currency else 2
        symbol = (currency.symbol or currency.name or "").replace('"', "")
        number = "#,##0" + ("." + "0" * digits if digits else "")
        text = (
            f'"{symbol}"{number}'
            if currency.position == "before"
            else f'{number}" {symbol}"'
        )
        return self._get_format(("money", currency_id), text)

    def _get_number(self, column, value):
        if column is None or column.kind == "integer":
            return self._get_format(
                "integer", "0" if isinstance(value, int) else "0.00"
            )
        digits = column.path.field.get_digits(self.env)
        digits = digits[1] if digits else 2
        return self._get_format(
            ("number", digits), "#,##0" + ("." + "0" * digits if digits else "")
        )

    def _get_date(self, kind):
        language = get_lang(self.env)
        text = _to_excel(language.date_format)
        if kind == "datetime":
            text = f"{text} {_to_excel(language.time_format)}"
        return self._get_format(kind, text)

    # -- groups and totals

    def write_totals(self):
        """Write what groups and all rows come to on a sheet of its own: rows stay rows."""
        sheet = self.workbook.add_worksheet(_get_sheet_name(self.env._("Totals")))
        sheet.freeze_panes(1, 0)
        summary = self.reader.summary
        columns = [c for c in self.reader.columns if c.total != "none"]
        group = get_group_head(self.reader) if self.reader.group else ""
        heads = [group, self.env._("Rows"), *(c.label for c in columns)]
        sheet.set_column(0, 0, 32)
        sheet.set_column(1, len(heads), 16)
        for place, head in enumerate(heads):
            sheet.write_string(0, place, head[:_MAX_CELL], self.head)
        number = 1
        entries = [(b.label, b.count, b.totals) for b in summary.groups or ()]
        entries.append((self.env._("Total"), summary.count, summary.totals))
        for label, count, totals in entries:
            sheet.write_string(number, 0, label[:_MAX_CELL])
            sheet.write_number(number, 1, count)
            height = 1
            cells = [list(totals.get(c.key, {}).items()) for c in columns]
            for line in range(max((len(cell) for cell in cells), default=0)):
                for place, (column, cell) in enumerate(
                    zip(columns, cells, strict=True), 2
                ):
                    if line < len(cell):
                        currency, value = cell[line]
                        value = (
                            (value, currency)
                            if currency and value is not None
                            else value
                        )
                        self._write(sheet, number + line, place, column, value)
                height = max(height, line + 1)
            number += height


def _get_sheet_name(text):
    for character in "[]:*?/\\":
        text = text.replace(character, " ")
    return text.strip("'")[:31] or "1"


def _to_excel(text):
    """Return a date format of a language as spreadsheets write it."""
    codes = {
        "%d": "dd",
        "%-d": "d",
        "%m": "mm",
        "%-m": "m",
        "%b": "mmm",
        "%B": "mmmm",
        "%Y": "yyyy",
        "%y": "yy",
        "%a": "ddd",
        "%A": "dddd",
        "%H": "hh",
        "%I": "hh",
        "%M": "mm",
        "%S": "ss",
        "%p": "AM/PM",
    }
    for code, excel in codes.items():
        text = text.replace(code, excel)
    return text if "%" not in text else "yyyy-mm-dd"
