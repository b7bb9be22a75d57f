"""The kinds of document Daybook issues. Each takes plain values and answers a `Document`; none knows a model.

Fixed words are in the language of the document, whoever asks for it, so that a rebuilt document says the same.
"""

from archive.documents.layouts.certificate import Certificate, Signature, certificate
from archive.documents.layouts.chart import chart_blocks
from archive.documents.layouts.letter import Denial, DeniedPart, Letter, Responsible, Section, letter
from archive.documents.layouts.media import MediaShown
from archive.documents.layouts.moments import moment_text
from archive.documents.layouts.record_sheet import HistoryLine, RecordSheet, record_sheet
from archive.documents.layouts.report import ChartShown, TableReport, table_report
from archive.documents.layouts.states import StateShown
from archive.documents.layouts.thread import EditShown, Thread, ThreadItem, thread

__all__ = [
    "Certificate",
    "ChartShown",
    "Denial",
    "DeniedPart",
    "EditShown",
    "HistoryLine",
    "Letter",
    "MediaShown",
    "RecordSheet",
    "Responsible",
    "Section",
    "Signature",
    "StateShown",
    "TableReport",
    "Thread",
    "ThreadItem",
    "certificate",
    "chart_blocks",
    "letter",
    "moment_text",
    "record_sheet",
    "table_report",
    "thread",
]
