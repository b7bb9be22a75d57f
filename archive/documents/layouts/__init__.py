"""The kinds of document Daybook issues. Each takes plain values and answers a `Document`; none knows a model.

Fixed words are in the language of the document, whoever asks for it, so that a rebuilt document says the same.
"""

from archive.documents.layouts.certificate import Certificate, Signature, certificate
from archive.documents.layouts.letter import Denial, DeniedPart, Letter, Responsible, Section, letter
from archive.documents.layouts.record_sheet import ContextItem, HistoryLine, MediaShown, RecordSheet, record_sheet
from archive.documents.layouts.report import TableReport, table_report

__all__ = [
    "Certificate",
    "ContextItem",
    "Denial",
    "DeniedPart",
    "HistoryLine",
    "Letter",
    "MediaShown",
    "RecordSheet",
    "Responsible",
    "Section",
    "Signature",
    "TableReport",
    "certificate",
    "letter",
    "record_sheet",
    "table_report",
]
