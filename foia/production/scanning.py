"""Running the leak scan over a staged payload, in rounds, so that memory does not grow with what is hidden."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction

from archive.access.models import Department
from archive.documents.document import (
    Cell,
    Column,
    Document,
    Figure,
    Heading,
    Link,
    Listing,
    NewPage,
    Note,
    Paragraph,
    Part,
    Redaction,
    Role,
    Strong,
    Table,
    Text,
)
from archive.documents.extracting import UnreadablePdf, texts_in_pdf
from archive.documents.layouts import RecordSheet, TableReport, record_sheet, table_report
from archive.documents.pdf import render
from archive.documents.source import WORDS as SOURCE_WORDS
from archive.documents.typesetting.faces import FACES
from archive.packages.staging import ManifestDigest, staged_files, staging_top
from archive.packages.texts import bundle_texts
from foia.collections.models import CollectionItem
from foia.production.drawn import texts_of
from foia.production.inflating import inflated
from foia.production.leaks import Finding, LeakSearch, Secret
from foia.production.models import LeakScan, Production
from foia.production.paths import is_drawn_pdf
from foia.production.payload import LANGUAGE, Drawing, payload_shown, payload_texts
from foia.production.produced import hidden
from foia.requests.letters import letter_words
from foia.review.redaction import CHAIN, WITHHELD_HIDES, WITHHELD_SHOWS

ROUND = 1_000  #: hidden texts looked for at once
KEPT = 100  #: findings kept

_SKELETON = (
    "bates disclosures entry events files history path proof record schema sd version withheld code disclosed "
    "record/1 removal.observed/1 capture.media/1 capture edit.observed removal.observed capture.media data/media"
)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan looked for, in how much, and what it found (at most KEPT)."""

    searched: int
    files: int
    octets: int
    findings: tuple[Finding, ...]


def payload_scan(drawing: Drawing, folder: Path, *, beat: Callable[[], None]) -> Scanned:
    """Look for everything that the production hides, in every staged file and every text that was drawn.

    `beat` is called after each file; it raises to stop the work.
    """
    fixed = list(_fixed(drawing))
    secrets = (Secret(found.text, bates, found.path) for bates, found in hidden(drawing.production))
    searched = files = octets = 0
    findings: set[Finding] = set()
    with TemporaryDirectory(dir=folder.parent) as kept:
        read_back = _ReadBack(Path(kept))
        while batch := list(islice(secrets, ROUND)):
            search = LeakSearch(batch, fixed=fixed)
            searched += search.searched
            for text in payload_shown(drawing):
                search.explain(text)
                beat()
            files, octets = 0, 0
            for file in staged_files(folder):
                findings |= search.in_file(file.path, staging_top(folder) / file.path)
                if is_drawn_pdf(file.path):
                    findings |= read_back.search(search, file.path, staging_top(folder) / file.path, beat)
                files, octets = files + 1, octets + file.size
                beat()
            for path, text in payload_texts(drawing):
                findings |= search.in_text(path, text)
                beat()
            if len(findings) >= KEPT:
                break
    return Scanned(searched, files, octets, tuple(sorted(findings)[:KEPT]))


@dataclass(frozen=True, slots=True)
class _ReadBack:
    """What a reader finds in the PDFs that we drew, read once and kept in a folder for the further rounds."""

    kept: Path

    def search(self, search: LeakSearch, file: str, path: Path, beat: Callable[[], None]) -> set[Finding]:
        """Search one PDF. One that cannot be read back passes no scan."""
        found: set[Finding] = set()
        try:
            for text in self._texts(file, path):
                found |= search.in_drawn(file, text)
                beat()
        except UnreadablePdf:
            found.add(Finding(file, "cannot be read back", "", ""))
        return found

    def _texts(self, file: str, path: Path) -> Iterator[str]:
        kept = self.kept / f"{file.replace('/', '-')}.lines"
        if not kept.exists():
            begun = kept.with_suffix(".begun")
            with begun.open("w", encoding="ascii") as lines:
                for _, text in texts_in_pdf(path):
                    lines.write(json.dumps(text) + "\n")
            begun.rename(kept)
        with kept.open(encoding="ascii") as lines:
            yield from map(json.loads, lines)


def scan_keep(production: Production, scanned: Scanned, staged: ManifestDigest, *, at: datetime) -> LeakScan:
    """Keep what a scan found. Its findings name files, numbers and fields, never a text."""
    with transaction.atomic():
        return LeakScan.objects.create(
            production=production,
            at=at,
            manifest_sha256=staged.sha256,
            searched=scanned.searched,
            files=scanned.files,
            octets=scanned.octets,
            findings=[
                {"file": each.file, "form": each.form, "bates": each.bates, "path": each.path}
                for each in scanned.findings
            ],
            passed=not scanned.findings,
        )


def _fixed(drawing: Drawing) -> Iterator[str]:
    """Yield what every bundle says anyway: our own words, the department's and its pages' names, an empty page."""
    yield _SKELETON
    yield SOURCE_WORDS
    yield " ".join((*CHAIN, *WITHHELD_SHOWS, *WITHHELD_HIDES))
    yield from drawing.wording.texts()
    yield str(letter_words())
    yield drawing.production.name
    department = Department.objects.get()
    yield department.name
    for _, octets in bundle_texts(department.name, "", "", ""):
        yield octets.decode("utf-8")
    items = CollectionItem.objects.filter(collection=drawing.production.collection).order_by()
    for account in items.values_list("record__account__name", "record__account__handle").distinct():
        yield from account
    for document in _empty():
        yield from texts_of(document)
        out = io.BytesIO()
        render(document, out)
        yield out.getvalue().decode("latin-1")
        for piece in inflated(out.getvalue(), keep=0):
            yield piece.decode("latin-1")
    yield f"{Redaction('').label} {Redaction('').spoken}"
    yield from (face.file for face in FACES)


def _empty() -> Iterator[Document]:
    """Yield documents that say nothing, with one block of each kind: what drawing adds by itself, names inside too."""
    yield record_sheet(RecordSheet("", "", "", "", "", (), "", "", (), ()))
    yield table_report(TableReport("", "", (), ()))
    spans = (Text(""), Strong(""), Link("", ""), Redaction(""))
    yield Document(
        "",
        LANGUAGE,
        (
            Heading(""),
            *(Paragraph(spans, role, LANGUAGE) for role in Role),
            Listing((spans,), numbered=True),
            Table((Column("x"),), ((Cell(spans, header=True),),)),
            Figure(b"", "", "", ""),
            Note("", spans),
            NewPage(),
            Part((), 1),
        ),
    )
