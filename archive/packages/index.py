"""data/index.csv: one row a record, for people and spreadsheets, and checked against the records by `verify.py`."""

import csv
import io
from collections.abc import Mapping, Sequence

from archive.ledger.commitment import Value
from archive.packages.records import ShownRecord

COLUMNS = ("Bates", "Record", "Version", "Network", "Kind", "Network id", "Published", "Author", "Address", "Withheld")
_FIELDS = ("/network", "/kind", "/id", "/published", "/author/handle", "/url")
_FORMULA = ("'", "=", "+", "-", "@", "\t", "\r")


def index_head() -> bytes:
    """Return the first row, after the byte order mark by which spreadsheets know UTF-8."""
    return b"\xef\xbb\xbf" + _row(COLUMNS)


def index_row(record: ShownRecord, fields: Mapping[str, Value]) -> bytes:
    """Return the row of a record; a field that is not shown is an empty cell, a NUL is U+FFFD."""
    cells = [fields.get(name) for name in _FIELDS]
    named = (record.bates, str(record.record), str(record.version))
    return _row(
        [
            *named,
            *("" if cell is None else str(cell).replace("\0", "\ufffd") for cell in cells),
            str(len(record.withheld)),
        ]
    )


def _row(cells: Sequence[str]) -> bytes:
    """Write one RFC 4180 row. What a spreadsheet would run as a formula stands behind an apostrophe."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(
        "'" + cell if cell.startswith(_FORMULA) else cell for cell in cells
    )
    return text.getvalue().encode("utf-8", "backslashreplace")
