"""The inserts of the capture transaction, table by table. Every function needs that open transaction."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson
from django.db import connection

from archive.access.models import Department
from archive.accounts.models import Account
from archive.bulk import copy_rows, copy_text_rows
from archive.capture.batch import STATE_AFTER, Committed, Key, Plan, Received, kind_of, state_of
from archive.capture.models import CaptureRun, ObservationKind, Who
from archive.capture.preparing import item_texts
from archive.ledger.canonical import view_text
from archive.ledger.services import AppendedEvent
from archive.records.indexing import SearchEntry, search_entries_add, search_states_set, search_words_add
from archive.records.models import Link, State


def write_records(account: Account, fresh: Sequence[Plan], at: datetime) -> None:
    copy_rows(
        "record",
        ("id", "ref", "account_id", "kind", "compartment", "subject", "created_at"),
        ("int8", "uuid", "int8", "varchar", "varchar", "bytea", "timestamptz"),
        [(p.record_id, p.record_ref, account.pk, kind_of(p.item), account.compartment, p.subject, at) for p in fresh],
    )
    copy_rows(
        "record_key",
        ("record_id", "account_id", "namespace", "value"),
        ("int8", "int8", "varchar", "text"),
        [(p.record_id, account.pk, *p.key) for p in fresh],
    )


def about_record(account: Account, received: Received, plans: Sequence[Plan]) -> int | None:
    if received.about is None:
        return None
    for plan in plans:
        if plan.key == received.about:
            return plan.known.record_id if plan.known else plan.record_id
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT record_id FROM record_key WHERE account_id = %s AND namespace = %s AND value = %s",
            [account.pk, *received.about],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def write_exchange(
    run: CaptureRun,
    account: Account,
    received: Received,
    result: Committed,
    event_id: uuid.UUID,
    frame: bytes,
    holes: list[tuple[int, int, str]],
    about: int | None,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange (id, ref, run_id, n, purpose, status, outcome, received_at, size, event_id)"
            " SELECT %s, %s, %s, coalesce(max(n), 0) + 1, %s, %s, %s, %s, %s, %s FROM exchange WHERE run_id = %s",
            [
                result.exchange_id,
                result.exchange_ref,
                run.pk,
                received.purpose,
                received.status,
                received.outcome,
                received.received_at,
                len(received.body),
                event_id,
                run.pk,
            ],
        )
        cursor.execute(
            "INSERT INTO exchange_frame (exchange_id, about_id, head, body, holes, compartment)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [result.exchange_id, about, received.head, frame, orjson.dumps(holes).decode(), account.compartment],
        )


def write_versions(result: Committed, account: Account, written: Sequence[Plan], at: datetime) -> None:
    further: dict[int, int] = {}
    rows = []
    for plan in written:
        before = further.get(plan.record_id, plan.known.versions if plan.known else 0)
        further[plan.record_id] = before + 1
        compartment = plan.known.compartment if plan.known else account.compartment
        rows.append(
            (
                plan.version_id,
                plan.version_ref,
                plan.record_id,
                before + 1,
                plan.event_id,
                result.exchange_id,
                at,
                plan.item.published,
                plan.item.updated,
                compartment,
                len(plan.item.media),
            )
        )
    copy_rows(
        "version",
        (
            "id",
            "ref",
            "record_id",
            "n",
            "event_id",
            "exchange_id",
            "captured_at",
            "posted_at",
            "edited_at",
            "compartment",
            "media_count",
        ),
        (
            "int8",
            "uuid",
            "int8",
            "int4",
            "uuid",
            "int8",
            "timestamptz",
            "timestamptz",
            "timestamptz",
            "varchar",
            "int2",
        ),
        rows,
    )
    copy_rows(
        "exchange_slice",
        ("exchange_id", "record_id", "version_id", "start", "stop", "raw", "compartment"),
        ("int8", "int8", "int8", "int8", "int8", "bytea", "varchar"),
        [
            (result.exchange_id, p.record_id, p.version_id, p.item.start, p.item.stop, p.raw, account.compartment)
            for p in written
        ],
    )


def write_current(
    account: Account,
    fresh: Sequence[Plan],
    changed: Sequence[Plan],
    same: Sequence[Plan],
    received: Received,
    at: datetime,
) -> None:
    copy_rows(
        "record_current",
        ("record_id", "version_id", "author_id", "digest", "state", "state_since", "who", "last_seen_at", "account_id"),
        ("int8", "int8", "int8", "bytea", "varchar", "timestamptz", "varchar", "timestamptz", "int8"),
        [
            (
                p.record_id,
                p.version_id,
                p.author_id,
                p.digest,
                str(state_of(p.item)),
                at,
                Who.US.value if state_of(p.item) == State.HIDDEN else "",
                at,
                account.pk,
            )
            for p in fresh
        ],
    )
    with connection.cursor() as cursor:
        if changed and not received.historic:
            cursor.execute(
                "UPDATE record_current c SET version_id = n.version_id, digest = n.digest, last_seen_at = %s"
                " FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS n(record_id, version_id, digest)"
                " WHERE c.record_id = n.record_id",
                [at, [p.record_id for p in changed], [p.version_id for p in changed], [p.digest for p in changed]],
            )
        if same:
            cursor.execute(
                "UPDATE record_current SET last_seen_at = %s WHERE record_id = ANY(%s)",
                [at, [p.known.record_id for p in same if p.known]],
            )


def write_links(account: Account, fresh: Sequence[Plan]) -> None:
    """Hang new records into their threads, and earlier ones whose parent has only now been seen."""
    if not fresh:
        return
    here = {p.key: p for p in fresh}
    wanted = sorted({(p.item.namespace, p.item.parent_id) for p in fresh if p.item.parent_id} - set(here))
    before: dict[Key, tuple[int, int]] = {}
    with connection.cursor() as cursor:
        if wanted:
            cursor.execute(
                "SELECT k.namespace, k.value, k.record_id, coalesce(l.root_id, k.record_id) FROM record_key k"
                " JOIN record_link l ON l.record_id = k.record_id"
                " WHERE k.account_id = %s AND (k.namespace, k.value) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
                [account.pk, [w[0] for w in wanted], [w[1] for w in wanted]],
            )
            before = {(row[0], row[1]): (row[2], row[3]) for row in cursor.fetchall()}
        copy_rows(
            "record_link",
            ("record_id", "parent_id", "root_id", "parent_namespace", "parent_value"),
            ("int8", "int8", "int8", "varchar", "text"),
            [_link(p, here, before) for p in fresh],
        )
        if not Link.objects.filter(parent=None).exclude(parent_value="").exists():
            return
        cursor.execute(
            "UPDATE record_link l SET parent_id = n.record_id, root_id = coalesce(p.root_id, n.record_id)"
            " FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS n(namespace, value, record_id)"
            " JOIN record_link p ON p.record_id = n.record_id, record r"
            " WHERE l.parent_id IS NULL AND l.parent_value <> '' AND l.parent_value = n.value"
            " AND l.parent_namespace = n.namespace AND r.id = l.record_id AND r.account_id = %s"
            " RETURNING l.record_id, l.root_id",
            [[p.key[0] for p in fresh], [p.key[1] for p in fresh], [p.record_id for p in fresh], account.pk],
        )
        for record_id, root_id in cursor.fetchall():
            cursor.execute("UPDATE record_link SET root_id = %s WHERE root_id = %s", [root_id, record_id])


def _link(
    plan: Plan, here: Mapping[Key, Plan], before: Mapping[Key, tuple[int, int]]
) -> tuple[int, int | None, int | None, str, str]:
    if not plan.item.parent_id:
        return (plan.record_id, None, plan.record_id, "", "")
    key = (plan.item.namespace, plan.item.parent_id)
    parent = here.get(key)
    parent_id = parent.record_id if parent else before[key][0] if key in before else None
    root_id: int | None = plan.record_id
    above, steps = plan, 0
    while above.item.parent_id and steps <= len(here):
        steps += 1
        key_above = (above.item.namespace, above.item.parent_id)
        if key_above in here:
            above = here[key_above]
            root_id = above.record_id
            continue
        if key_above in before:
            root_id = before[key_above][1]
        break
    return (plan.record_id, parent_id, root_id, *key)


def write_search(account: Account, fresh: Sequence[Plan], changed: Sequence[Plan], at: datetime) -> None:
    department = Department.objects.get()
    entries = []
    for plan in fresh:
        sort_at = plan.item.published or at
        entries.append(
            SearchEntry(
                plan.record_id,
                sort_at,
                department.day(sort_at).year,
                account.pk,
                plan.author_id,
                kind_of(plan.item),
                str(state_of(plan.item)),
                account.compartment,
                plan.made.words,
            )
        )
    search_entries_add(entries)
    search_words_add([(p.record_id, item_texts(p.item.fields())) for p in changed])


def write_states(
    result: Committed,
    moved: Sequence[tuple[Plan, ObservationKind]],
    events: Sequence[AppendedEvent],
    account: Account,
    at: datetime,
) -> None:
    if not moved:
        return
    rows = [
        (
            uuid.uuid4(),
            plan.known.record_id if plan.known else plan.record_id,
            kind.value,
            Who.US.value if kind == ObservationKind.HIDDEN else Who.UNKNOWN.value,
            "field",
            result.exchange_id,
            at,
            event.event_id,
            plan.known.compartment if plan.known else account.compartment,
        )
        for (plan, kind), event in zip(moved, events, strict=True)
    ]
    copy_rows(
        "observation",
        ("ref", "record_id", "kind", "who", "basis", "exchange_id", "at", "event_id", "compartment"),
        ("uuid", "int8", "varchar", "varchar", "varchar", "int8", "timestamptz", "uuid", "varchar"),
        rows,
    )
    states = [(row[1], str(STATE_AFTER[kind])) for row, (_, kind) in zip(rows, moved, strict=True)]
    whos = [row[3] if kind == ObservationKind.HIDDEN else "" for row, (_, kind) in zip(rows, moved, strict=True)]
    current_states_set([(r, s, w) for (r, s), w in zip(states, whos, strict=True)], at=at)


def current_states_set(states: Sequence[tuple[int, str, str]], *, at: datetime) -> None:
    """Carry (record id, state, who) into the current and the search rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE record_current c SET state = n.state, state_since = %s, who = n.who"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n(record_id, state, who)"
            " WHERE c.record_id = n.record_id",
            [at, [s[0] for s in states], [s[1] for s in states], [s[2] for s in states]],
        )
    search_states_set([(s[0], s[1]) for s in states])


def write_bad(run: CaptureRun, account: Account, received: Received, result: Committed, at: datetime) -> None:
    result.quarantined = len(received.bad) + len(received.remarks)
    shown = [*received.bad, *received.remarks]
    for kept in shown:
        if kept.stored is not None:
            kept.stored.save(force_insert=True)
    copy_rows(
        "quarantine",
        (
            "ref",
            "run_id",
            "exchange_id",
            "code",
            "detail",
            "start",
            "stop",
            "row",
            "raw",
            "stored_id",
            "at",
            "compartment",
        ),
        (
            "uuid",
            "int8",
            "int8",
            "varchar",
            "varchar",
            "int8",
            "int8",
            "int8",
            "bytea",
            "int8",
            "timestamptz",
            "varchar",
        ),
        [
            (
                uuid.uuid4(),
                run.pk,
                result.exchange_id,
                kept.bad.code,
                str(view_text(kept.bad.reason))[:300].replace("\x00", "\N{SYMBOL FOR NULL}"),
                kept.bad.start,
                kept.bad.stop,
                kept.row,
                kept.raw,
                kept.stored.pk if kept.stored else None,
                at,
                account.compartment,
            )
            for kept in shown
        ],
    )


def write_readings(plans: Sequence[Plan], at: datetime) -> None:
    """Keep the counters; a record has one reading a day, and the first of the day stays."""
    day = Department.objects.get().day(at)
    counted = [(p, orjson.dumps(p.item.stat).decode()) for p in plans if p.item.stat]
    copy_text_rows(
        "reading",
        ("record_id", "day", "at", "counters"),
        [(p.record_id, day, at, counters) for p, counters in counted if p.known is None],
    )
    known = [(p.known.record_id, counters) for p, counters in counted if p.known is not None]
    if known:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO reading (record_id, day, at, counters)"
                " SELECT r, %s, %s, c::jsonb FROM unnest(%s::bigint[], %s::text[]) AS n(r, c) ON CONFLICT DO NOTHING",
                [day, at, [k[0] for k in known], [k[1] for k in known]],
            )
