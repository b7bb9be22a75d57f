"""The payload of a bundle, drawn once from what may be shown, file by file; memory stays flat.

Everything here is a function of the production's fixed items, so drawing it again gives the same bytes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from archive.access.models import Department
from archive.documents.document import Document, Furniture, joined
from archive.documents.layouts import record_sheet
from archive.documents.pdf import Workers
from archive.ledger.canonical import text_of
from archive.packages.bag import file_chunks
from archive.packages.records import RecordFile, ShownRecord
from archive.packages.records import Withheld as ListedWithheld
from archive.packages.staging import PayloadFile, PayloadItem
from archive.records.models import Media
from archive.storage.services import object_chunks
from foia.production.context import Threads
from foia.production.coverage import coverage_document
from foia.production.drawn import texts_of
from foia.production.exemption_log import log_head, log_rows
from foia.production.models import Production
from foia.production.paths import media_path, volume_path
from foia.production.produced import Produced, produced
from foia.production.sheets import sheet_of
from foia.production.wording import Wording
from foia.requests.letters import letter_document, letter_text
from foia.requests.models import Letter

VOLUME = 2_000  #: records in one PDF: a reader's program holds a whole one in memory
LANGUAGE = "en-US"
LOG_PATH = "data/exemption-log.csv"
LETTER_PATH = "data/letter.pdf"
COVERAGE_PATH = "data/coverage.pdf"

Progress = Callable[[int], None]
"""Told after each version how many are done; raises to stop the work."""


Beat = Callable[[], None]
"""Called now and then, as often as one likes; raises to stop the work."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a production is drawn: its words and what stands on every page."""

    production: Production
    wording: Wording
    furniture: Furniture
    beat: Beat

    @classmethod
    def of(cls, production: Production, *, beat: Beat = lambda: None) -> "Drawing":
        """Return the drawing of a production for the department as it is; `beat` is called while pictures are drawn."""
        department = Department.objects.get()
        wording = Wording(ZoneInfo(department.zone))
        legend = wording.demonstration if department.demonstration else ""
        return cls(production, wording, Furniture(legend=legend, footer=wording.footer), beat)

    def load(self, media: Media, limit: int) -> bytes:
        """Return the bytes of a medium, cut off at `limit`."""
        self.beat()
        return media_load(media, limit)


def payload_items(drawing: Drawing, work: Path, progress: Progress) -> Iterator[PayloadItem]:
    """Yield the files of the payload. `work` is a folder for what is drawn before it is put in place."""
    log = work / "exemption-log.csv"
    done = 0
    with Workers() as workers:
        with log.open("wb") as stream:
            stream.write(log_head(drawing.wording))
            for number, batch in enumerate(_volumes(drawing.production), start=1):
                pdf = work / f"volume-{number}.pdf"
                with pdf.open("wb") as out:
                    workers.render(_volume(drawing, batch, number), out, beat=drawing.beat)
                for each in batch:
                    stream.writelines(log_rows(each, drawing.wording))
                done += len(batch)
                progress(done)
                yield PayloadFile(volume_path(number), file_chunks(pdf))
                pdf.unlink()
        for path, document in _documents(drawing):
            pdf = work / "document.pdf"
            with pdf.open("wb") as out:
                workers.render(document, out, beat=drawing.beat)
            yield PayloadFile(path, file_chunks(pdf))
            pdf.unlink()
    yield PayloadFile(LOG_PATH, file_chunks(log))
    for each in produced(drawing.production):
        yield shown_record(each)
        done += 1
        progress(done)


def payload_texts(drawing: Drawing) -> Iterator[tuple[str, str]]:
    """Yield the path of a file and a text that it shows, for all that the payload says."""
    for number, batch in enumerate(_volumes(drawing.production), start=1):
        threads = Threads.of(batch)
        for each in batch:
            for text in texts_of(_sheet(drawing, each, threads)):
                yield volume_path(number), text
            for row in log_rows(each, drawing.wording):
                yield LOG_PATH, row.decode("utf-8")
            for text in shown_texts(each):
                yield f"data/records/{each.bates}.json", text
    for path, document in _documents(drawing):
        for text in texts_of(document):
            yield path, text


def payload_shown(drawing: Drawing) -> Iterator[str]:
    """Yield every text of the versions that is shown, as it was committed, segmented texts whole."""
    for each in produced(drawing.production):
        yield from shown_texts(each)


def shown_texts(each: Produced) -> Iterator[str]:
    """Yield what one version and its history show: each text whole as far as it is shown, then each single value."""
    for name in each.shown.values:
        if name.endswith("/#"):
            yield from (run for run in each.shown.runs(name.removesuffix("/#")) if isinstance(run, str))
    for values in (each.shown.values, *(event.values for event in each.history)):
        for value in values.values():
            if value is not None and not isinstance(value, bool | int):
                yield text_of(value)


def shown_record(each: Produced) -> ShownRecord:
    """Return a version as the records of the bundle show it."""
    return ShownRecord(
        bates=each.bates,
        record=each.version.record.ref,
        version=each.version.ref,
        event=each.event,
        withheld=tuple(ListedWithheld(hidden.path, hidden.code) for hidden in each.shown.withheld),
        files=tuple(
            RecordFile(media_path(each.bates, file.media), file.digest_field, object_chunks(file.media.stored))
            for file in each.files
        ),
        history=tuple(event.shown for event in each.history),
    )


def media_load(media: Media, limit: int) -> bytes:
    """Return the bytes of a medium, cut off at `limit`."""
    taken = bytearray()
    for chunk in object_chunks(media.stored):
        taken += chunk[: limit - len(taken)]
        if len(taken) >= limit:
            break
    return bytes(taken)


def _volumes(production: Production) -> Iterator[list[Produced]]:
    rows = produced(production)
    while batch := list(islice(rows, VOLUME)):
        yield batch


def _volume(drawing: Drawing, batch: list[Produced], number: int) -> Document:
    words = drawing.wording
    threads = Threads.of(batch)
    title = words.production_title if number == 1 and len(batch) < VOLUME else words.production_volume
    return joined(
        title.format(first=batch[0].bates, last=batch[-1].bates, n=number),
        LANGUAGE,
        [_sheet(drawing, each, threads) for each in batch],
        furniture=drawing.furniture,
    )


def _sheet(drawing: Drawing, each: Produced, threads: Threads) -> Document:
    return record_sheet(
        sheet_of(each, wording=drawing.wording, load=drawing.load, furniture=drawing.furniture, threads=threads)
    )


def _documents(drawing: Drawing) -> Iterator[tuple[str, Document]]:
    production = drawing.production
    if production.letter_ref is not None:
        yield LETTER_PATH, letter_document(letter_text(Letter.objects.get(ref=production.letter_ref)))
    yield COVERAGE_PATH, coverage_document(production, wording=drawing.wording, furniture=drawing.furniture)
