"""A frozen search beside what the same search finds now, each difference with its reason (search.md 6)."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection, transaction

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Words
from archive.ledger.selectors import event_fields
from archive.records.models import Record, SearchRun, Tombstone
from archive.records.query import ParsedQuery, parse_query
from archive.records.search import TOOK_TOO_LONG, Filters, condition_of, time_limited
from archive.records.tokens import TOKENIZER_VERSION

EXAMPLES = 10  #: records named for each reason


@dataclass(frozen=True, slots=True)
class Change:
    """Records that only one of the two lists has, for one reason.

    `reason` is, of those found only now: captured, edited or filter; of those found only then: destroyed, words, state,
    series, hold or filter. `certificate` is the number under which they were destroyed. `examples` are refs.
    """

    reason: str
    count: int
    examples: tuple[uuid.UUID, ...]
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A frozen search beside the same search now. `kept` records are in both lists.

    `intact` says that the list that was kept still gives the digest that was committed to the log. `newer_rules` says
    that words are cut by newer rules than then. `closed` are compartments that the search read and the reader may not
    enter: then nothing was compared. `too_long` says that comparing took longer than a page may.
    """

    total_now: int
    kept: int
    only_now: tuple[Change, ...]
    only_then: tuple[Change, ...]
    intact: bool
    newer_rules: bool
    as_of: datetime
    closed: tuple[str, ...] = ()
    too_long: bool = False


def search_run_compare(run: SearchRun, *, actor: Actor, at: datetime) -> Comparison:
    """Run a frozen search again, over the same compartments, and explain every difference. The lists are one snapshot.

    Raises `policy.Denied` for those who may not search.
    """
    policy.require(actor, "record.search", at, run)
    closed = tuple(sorted(set(run.filters["compartments"]) - policy.open_compartments(actor, at)))
    if closed:
        return Comparison(0, 0, (), (), intact=False, newer_rules=False, as_of=at, closed=closed)
    words = Words.objects.filter(pk=run.query_ref).values_list("text", flat=True).first() or ""
    query = parse_query(words) if words.strip() else None
    try:
        with transaction.atomic(), connection.cursor() as cursor, time_limited(cursor):
            rows = _differences(cursor, run, query)
            intact = _digest(cursor, run) == bytes(run.found_sha256)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") == TOOK_TOO_LONG:
            return Comparison(0, 0, (), (), intact=False, newer_rules=False, as_of=at, too_long=True)
        raise
    refs = _refs([pk for *_, examples in rows for pk in examples], actor, at)
    numbers = _certificates({reason.partition(" ")[2]: ids[0] for _, reason, _, ids in rows if " " in reason})
    changes: dict[str, list[Change]] = {"now": [], "then": []}
    kept = 0
    for which, reason, count, examples in rows:
        if which == "both":
            kept = count
            continue
        kind, _, certificate = reason.partition(" ")
        shown = tuple(refs[pk] for pk in examples if pk in refs)
        changes[which].append(Change(kind, count, shown, numbers.get(certificate, certificate)))
    return Comparison(
        total_now=kept + sum(change.count for change in changes["now"]),
        kept=kept,
        only_now=tuple(changes["now"]),
        only_then=tuple(changes["then"]),
        intact=intact,
        newer_rules=run.tok_version != TOKENIZER_VERSION,
        as_of=at,
    )


def _differences(cursor: Any, run: SearchRun, query: ParsedQuery | None) -> list[tuple[str, str, int, list[int]]]:
    """Return (list, reason, how many, some ids) in one statement. A destroyed one's reason names its certificate."""
    filters = Filters.from_json(run.filters)
    condition = condition_of(query, filters, run.filters["compartments"])
    words = "d.tsv @@ %s::tsquery" if query is not None else "TRUE"
    cursor.execute(
        f"WITH now_found AS MATERIALIZED (SELECT d.record_id FROM search_document d WHERE {condition.sql}),"
        " then_found AS MATERIALIZED (SELECT record_id FROM search_run_hit WHERE run_id = %s),"
        " only_now AS (SELECT record_id FROM now_found EXCEPT SELECT record_id FROM then_found),"
        " only_then AS (SELECT record_id FROM then_found EXCEPT SELECT record_id FROM now_found),"
        " explained AS ("
        "   SELECT 'now' AS which, r.id, CASE WHEN r.created_at > %s THEN 'captured'"
        "     WHEN EXISTS (SELECT 1 FROM version v WHERE v.record_id = r.id AND v.captured_at > %s) THEN 'edited'"
        "     ELSE 'filter' END AS reason FROM only_now JOIN record r ON r.id = only_now.record_id"
        "   UNION ALL SELECT 'then', o.record_id, CASE"
        "     WHEN t.record_id IS NOT NULL THEN 'destroyed ' || t.certificate_ref"
        f"    WHEN d.record_id IS NULL OR NOT ({words}) THEN 'words'"
        "     WHEN %s AND NOT d.state = ANY(%s) THEN 'state'"
        "     WHEN %s AND (d.series_id IS NULL OR NOT d.series_id = ANY(%s)) THEN 'series'"
        "     WHEN %s AND NOT d.on_hold THEN 'hold'"
        "     ELSE 'filter' END"
        "   FROM only_then o LEFT JOIN tombstone t ON t.record_id = o.record_id"
        "     LEFT JOIN search_document d ON d.record_id = o.record_id)"
        f" SELECT which, reason, count(*), (array_agg(id ORDER BY id))[1:{EXAMPLES}] FROM explained"
        " GROUP BY which, reason"
        " UNION ALL SELECT 'both', '', count(*), ARRAY[]::bigint[] FROM now_found JOIN then_found USING (record_id)"
        " ORDER BY 1, 3 DESC, 2",
        [
            *condition.parameters,
            run.pk,
            run.at,
            run.at,
            *([query.tsquery] if query is not None else []),
            bool(filters.states),
            list(filters.states),
            bool(filters.series_ids),
            list(filters.series_ids),
            filters.on_hold,
        ],
    )
    return [(row[0], row[1], row[2], row[3] or []) for row in cursor.fetchall()]


def _digest(cursor: Any, run: SearchRun) -> bytes:
    """Return SHA-256 over the refs of the kept list, as `search_freeze` made it."""
    cursor.execute(
        "SELECT sha256(coalesce(string_agg(uuid_send(r.ref), ''::bytea ORDER BY r.ref), ''::bytea))"
        " FROM search_run_hit h JOIN record r ON r.id = h.record_id WHERE h.run_id = %s",
        [run.pk],
    )
    return bytes(cursor.fetchone()[0])


def _refs(ids: Sequence[int], actor: Actor, at: datetime) -> dict[int, uuid.UUID]:
    return dict(policy.visible(actor, Record.objects.all(), at).filter(pk__in=ids).values_list("pk", "ref"))


def _certificates(destroyed: Mapping[str, int]) -> Mapping[str, str]:
    """Return the numbers of certificates by their refs, from what a disposition's event keeps saying.

    `destroyed` gives a record for each certificate under which it was destroyed.
    """
    events = dict(Tombstone.objects.filter(record_id__in=destroyed.values()).values_list("certificate_ref", "event_id"))
    told = event_fields(list(events.values()))
    return {
        str(certificate): str(told[event].fields.get("/disposition/certificate", certificate))
        for certificate, event in events.items()
        if event in told
    }
