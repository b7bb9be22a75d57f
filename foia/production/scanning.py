"""Running the leak scan over a staged payload, in rounds, so that memory does not grow with what is hidden."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction

from archive.access.models import Department
from archive.documents.layouts import RecordSheet, TableReport, record_sheet, table_report
from archive.documents.pdf import render
from archive.packages.staging import ManifestDigest, staged_files, staging_top
from archive.packages.texts import bundle_texts
from foia.collections.models import CollectionItem
from foia.production.drawn import texts_of
from foia.production.leaks import Finding, LeakSearch, Secret
from foia.production.models import LeakScan, Production
from foia.production.payload import Drawing, payload_shown, payload_texts
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
    while batch := list(islice(secrets, ROUND)):
        search = LeakSearch(batch, fixed=fixed)
        searched += search.searched
        for text in payload_shown(drawing):
            search.explain(text)
            beat()
        files, octets = 0, 0
        for file in staged_files(folder):
            findings |= search.in_file(file.path, staging_top(folder) / file.path)
            files, octets = files + 1, octets + file.size
            beat()
        for path, text in payload_texts(drawing):
            findings |= search.in_text(path, text)
            beat()
        if len(findings) >= KEPT:
            break
    return Scanned(searched, files, octets, tuple(sorted(findings)[:KEPT]))


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
    for document in (
        record_sheet(RecordSheet("", "", "", "", "", (), "", "", (), ())),
        table_report(TableReport("", "", (), ())),
    ):
        yield from texts_of(document)
        out = io.BytesIO()
        render(document, out)
        yield out.getvalue().decode("latin-1")
