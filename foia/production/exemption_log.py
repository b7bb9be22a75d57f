"""data/exemption-log.csv: one row for each hidden part, with its exemption and the factual basis (5 ILCS 140/9(a))."""

import csv
import io
from collections.abc import Iterator, Sequence

from foia.production.produced import Produced
from foia.production.wording import Wording
from foia.review.redaction import Decision, Mark

_FORMULA = ("'", "=", "+", "-", "@", "\t", "\r")


def log_head(wording: Wording) -> bytes:
    """Return the first row, after the byte order mark by which spreadsheets know UTF-8."""
    return b"\xef\xbb\xbf" + csv_row(wording.exemption_columns)


def log_rows(each: Produced, wording: Wording) -> Iterator[bytes]:
    """Yield the rows of one version; a disclosed one has none."""
    record, version = str(each.version.record.ref), str(each.version.ref)
    if each.decision == Decision.WITHHOLD:
        place = (wording.whole_record, "", "; ".join(each.codes))
        yield csv_row((each.bates, record, version, *place, each.decision, each.basis))
    elif each.decision == Decision.REDACT:
        for mark in each.marks:
            place = (mark.path, _words(mark, wording), mark.code)
            yield csv_row((each.bates, record, version, *place, each.decision, each.basis))


def _words(mark: Mark, wording: Wording) -> str:
    if mark.segments is None:
        return wording.whole_field
    first, last = mark.segments.start + 1, mark.segments.stop
    return str(first) if first == last else f"{first} to {last}"


def csv_row(cells: Sequence[str]) -> bytes:
    """Return one RFC 4180 row; what a spreadsheet would run as a formula stands behind an apostrophe."""
    text = io.StringIO(newline="")
    clean = [cell.replace("\0", "\ufffd") for cell in cells]
    csv.writer(text, lineterminator="\r\n").writerow("'" + c if c.startswith(_FORMULA) else c for c in clean)
    return text.getvalue().encode("utf-8", "backslashreplace")
