"""coverage.pdf: what was searched and captured, from when to when, and what nobody here can see (design rule 11)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from archive.accounts.models import Account
from archive.capture.models import RunClosed
from archive.documents.document import Align, Column, Document, Furniture, Spans, plain
from archive.documents.layouts import TableReport, moment_text, table_report
from foia.collections.models import CollectionItem
from foia.production.models import Production
from foia.production.wording import Wording

OUTCOMES = ("covered", "partial", "failed")


@dataclass(slots=True)
class _Page:
    """What the closed runs of one account say."""

    account: Account
    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    first: datetime | None = None
    last: datetime | None = None
    cannot_see: dict[str, None] = field(default_factory=dict)

    def add(self, closed: RunClosed) -> None:
        if closed.outcome in self.outcomes:
            self.outcomes[closed.outcome] += 1
        started = closed.run.started_at
        self.first = min(self.first or started, started)
        self.last = max(self.last or closed.at, closed.at)
        for sentence in closed.coverage.get("cannot_see", ()):
            self.cannot_see.setdefault(str(sentence))


def coverage_document(production: Production, *, wording: Wording, furniture: Furniture) -> Document:
    """Return the statement of a production, as of when it was numbered; drawing it later says the same."""
    pages = list(_pages(production))
    run = production.collection.search_run
    limits = {name: n for name, n in sorted(run.limits.items()) if n}
    text = wording.coverage
    return table_report(
        TableReport(
            title=text["title"],
            as_of=moment_text(production.made_at, wording.zone),
            about=text["about"].format(
                searched=moment_text(run.at, wording.zone),
                found=run.total,
                records=production.collection.records,
                versions=production.collection.versions,
            ),
            columns=(
                Column(text["account"], 2.0),
                Column(text["network"], 1.0),
                Column(text["covered"], 0.8, Align.END),
                Column(text["partial"], 0.8, Align.END),
                Column(text["failed"], 0.8, Align.END),
                Column(text["first"], 1.9),
                Column(text["last"], 1.9),
            ),
            rows=tuple(_row(page, wording) for page in pages),
            totals=tuple((text["limits"].get(name, name), str(n)) for name, n in limits.items()),
            left_out=(
                *dict.fromkeys(f"{page.account.network}: {words}" for page in pages for words in page.cannot_see),
                text["counts"],
            ),
            wide=True,
            furniture=furniture,
        )
    )


def _pages(production: Production) -> Iterator[_Page]:
    items = CollectionItem.objects.filter(collection=production.collection)
    accounts = items.order_by().values_list("record__account_id", flat=True).distinct()
    for account in Account.objects.filter(pk__in=list(accounts)).order_by("pk"):
        page = _Page(account)
        runs = RunClosed.objects.filter(run__account=account, at__lte=production.made_at).select_related("run")
        for closed in runs.order_by("pk").iterator(chunk_size=500):
            page.add(closed)
        yield page


def _row(page: _Page, wording: Wording) -> tuple[Spans, ...]:
    return (
        plain(f"{page.account.name} ({page.account.handle})"),
        plain(page.account.network),
        *(plain(str(page.outcomes[outcome])) for outcome in OUTCOMES),
        plain(moment_text(page.first, wording.zone) if page.first else ""),
        plain(moment_text(page.last, wording.zone) if page.last else ""),
    )
