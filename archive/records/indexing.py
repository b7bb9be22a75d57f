"""Search rows are written in the transaction that writes the records (search.md 5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from archive.bulk import copy_rows, copy_text_rows
from archive.records.tokens import FIELD_GAP, TOKENIZER_VERSION
from archive.records.vectors import IndexedWords, indexed_words

TOKEN_COLUMNS = ("record_id", "kind", "value", "sort_at")
TOKEN_TYPES = ("int8", "varchar", "varchar", "timestamptz")


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """What search needs to know of a new record: `words` are those of its texts, alt texts and author's names."""

    record_id: int
    sort_at: datetime
    year: int
    account_id: int
    author_id: int | None
    kind: str
    state: str
    compartment: str
    words: IndexedWords


def search_entries_add(entries: Sequence[SearchEntry]) -> None:
    """Write the search rows of new records. Needs the transaction that writes the records."""
    rows, tokens = [], []
    for entry in entries:
        vector, named = entry.words
        rows.append(
            (
                entry.record_id,
                entry.sort_at,
                entry.account_id,
                entry.author_id,
                entry.kind,
                entry.state,
                entry.year,
                False,
                entry.compartment,
                TOKENIZER_VERSION,
                vector.truncated,
                vector.text,
            )
        )
        tokens += _token_rows(entry.record_id, entry.sort_at, named)
    copy_text_rows(
        "search_document",
        (
            "record_id",
            "sort_at",
            "account_id",
            "author_id",
            "kind",
            "state",
            "year",
            "on_hold",
            "compartment",
            "tok_version",
            "truncated",
            "tsv",
        ),
        rows,
    )
    copy_rows("search_token", TOKEN_COLUMNS, TOKEN_TYPES, tokens)


def search_words_add(further: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Add the words of further versions to records that have a search row: every version stays findable.

    `further` gives (record id, texts).
    """
    rows = list(further)
    if not rows:
        return
    # The gap goes before what is put behind: no phrase may reach from one version into the next.
    words = [indexed_words(texts, 1 + FIELD_GAP) for _, texts in rows]
    vectors = [each.vector for each in words]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE search_document d SET tsv = d.tsv || n.tsv::tsvector, truncated = d.truncated OR n.truncated"
            " FROM unnest(%s::bigint[], %s::text[], %s::bool[]) AS n(record_id, tsv, truncated)"
            " WHERE d.record_id = n.record_id",
            [[row[0] for row in rows], [v.text for v in vectors], [v.truncated for v in vectors]],
        )
        cursor.execute(
            "SELECT record_id, sort_at FROM search_document WHERE record_id = ANY(%s)", [[row[0] for row in rows]]
        )
        sort_at = dict(cursor.fetchall())
    found = [
        token
        for (record_id, _), each in zip(rows, words, strict=True)
        if record_id in sort_at
        for token in _token_rows(record_id, sort_at[record_id], each.named)
    ]
    copy_rows("search_token", TOKEN_COLUMNS, TOKEN_TYPES, found)


def search_states_set(states: Sequence[tuple[int, str]]) -> None:
    """Carry new states of records into their search rows."""
    if states:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE search_document d SET state = n.state FROM unnest(%s::bigint[], %s::text[])"
                " AS n(record_id, state) WHERE d.record_id = n.record_id",
                [[s[0] for s in states], [s[1] for s in states]],
            )


def search_series_set(assigned: Sequence[tuple[int, int | None]]) -> None:
    """Carry the series of records (record id, series id) into their search rows, for whoever assigns series."""
    if assigned:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE search_document d SET series_id = n.series FROM unnest(%s::bigint[], %s::bigint[])"
                " AS n(record_id, series) WHERE d.record_id = n.record_id",
                [[a[0] for a in assigned], [a[1] for a in assigned]],
            )


def search_holds_set(record_ids: Sequence[int], on_hold: bool) -> None:
    """Carry whether records are on hold into their search rows, for whoever holds."""
    if record_ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE search_document SET on_hold = %s WHERE record_id = ANY(%s) AND on_hold <> %s",
                [on_hold, list(record_ids), on_hold],
            )


def _token_rows(
    record_id: int, sort_at: datetime, named: Sequence[tuple[str, str]]
) -> list[tuple[int, str, str, datetime]]:
    return [(record_id, kind, value, sort_at) for kind, value in named]
