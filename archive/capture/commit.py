"""The capture transaction: one exchange, set-based inserts in key order, all or nothing (design 3, *capture*)."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction

from archive.accounts.models import Account
from archive.bulk import take_ids
from archive.capture.batch import STATE_AFTER, UNIT, Committed, Key, Known, Plan, Received, kind_of, state_of
from archive.capture.framing import Span, flatten, frame_digest, nest, own_bytes
from archive.capture.listeners import CapturedBatch, NewRecord, StateChange, tell
from archive.capture.models import CaptureRun, ObservationKind, Who
from archive.capture.preparing import SCHEMA, Destination, PreparedItem, content_digest, items_prepare, version_fields
from archive.capture.rows import (
    about_record,
    write_bad,
    write_current,
    write_exchange,
    write_links,
    write_readings,
    write_records,
    write_search,
    write_states,
    write_versions,
)
from archive.connectors.contract import Item
from archive.ledger.encoding import base64url
from archive.ledger.services import EventDraft, append_events, append_first
from archive.records.models import State, TombstoneKey
from archive.records.recapture import recapture_digests


def exchange_commit(run: CaptureRun, account: Account, received: Received, *, at: datetime) -> Committed:
    """Take one exchange in, whole or not at all, and tell the listeners inside the same transaction.

    Items that say nothing new leave only a sign of life; items whose record was lawfully destroyed are counted *seen,
    disposed* and not taken in again; bad items are quarantined with their bytes. Raises what the database raises: then
    nothing of the exchange was kept, and the run asks the network again. What was prepared ahead must have been for
    this very instant `at`.
    """
    if len(received.items) > UNIT:
        raise ValueError(f"An exchange is committed in stretches of {UNIT} items.")
    if any(prepared.event.at != at for prepared in received.prepared):
        raise ValueError("What was prepared tells of another time.")
    with transaction.atomic():
        return _commit(run, account, received, at)


def _commit(run: CaptureRun, account: Account, received: Received, at: datetime) -> Committed:
    result = Committed(exchange_ref=received.ref)
    plans, disposed = _plan(account, received, result)
    fresh = [p for p in plans if p.known is None]
    changed = [p for p in plans if p.known is not None and (received.historic or p.digest != p.known.digest)]
    same = [] if received.historic else [p for p in plans if p.known is not None and p.digest == p.known.digest]
    result.new, result.unchanged = len(fresh), len(same)

    written = fresh + changed
    spans = _cut(received, written, same, disposed)
    _prepare(account, fresh, result.exchange_ref, at)
    _identify(account, fresh, changed)
    batch = CapturedBatch(account.pk, account.network, run.pk, at)

    append_first([p.made.event for p in fresh])
    drafts = [_edit_draft(account, result.exchange_ref, p, p.known, at) for p in changed if p.known]
    moved = [] if received.historic else [(p, kind) for p in plans if (kind := _move(p)) is not None]
    drafts += [_state_draft(result.exchange_ref, p, kind, at) for p, kind in moved]
    holes = [(s.start, s.stop, s.fills) for s in flatten(spans)]
    frame = own_bytes(received.body, 0, len(received.body), spans)
    drafts.append(_exchange_draft(run, received, result.exchange_ref, frame, len(written), at))
    events = append_events(drafts)
    for plan, event in zip(changed, events, strict=False):
        plan.event_id = event.event_id

    [result.exchange_id] = take_ids("exchange", 1)
    write_records(account, fresh, at)
    about = about_record(account, received, plans)
    write_exchange(run, account, received, result, events[-1].event_id, frame, holes, about)
    write_versions(result, account, written, at)
    write_current(account, fresh, changed, same, received, at)
    write_links(account, fresh)
    write_search(account, fresh, changed, at)
    write_states(result, moved, events[len(changed) : len(changed) + len(moved)], account, at)
    write_bad(run, account, received, result, at)
    write_readings(plans, at)

    result.edited = [p.record_id for p in changed]
    result.edited_keys = [p.item.id for p in changed]
    result.media_versions = [p.version_ref for p in written if p.item.media]
    batch.new = [
        NewRecord(p.record_id, p.record_ref, kind_of(p.item), p.item.published, account.compartment) for p in fresh
    ]
    batch.changed = result.edited
    batch.states = [StateChange(p.record_id, STATE_AFTER[kind]) for p, kind in moved]
    result.moves = [kind.value for _, kind in moved]
    tell(batch)
    return result


# --- what is new ----------------------------------------------------------------------------------------------------


def _plan(account: Account, received: Received, result: Committed) -> tuple[list[Plan], set[Key]]:
    """Sort the items by their keys into plans; leave out repeats and what was lawfully destroyed."""
    by_key: dict[Key, list[tuple[Item, PreparedItem | None]]] = {}
    ready: Sequence[PreparedItem | None] = received.prepared or [None] * len(received.items)
    for item, prepared in zip(received.items, ready, strict=True):
        listed = by_key.setdefault((item.namespace, item.id), [])
        if listed and not received.historic:
            result.repeated += 1
            continue
        listed.append((item, prepared))
    known = _known(account, by_key)
    unknown = [key for key in by_key if key not in known]
    disposed = _disposed(account, unknown)
    result.disposed = sum(len(by_key[key]) for key in disposed)
    plans = [
        Plan(
            item, key, prepared.digest if prepared else content_digest(item.content), known.get(key), prepared=prepared
        )
        for key, listed in sorted(by_key.items(), key=_key)
        if key not in disposed
        for item, prepared in listed
        if item.revision is None or key in known
    ]
    return plans, disposed


def _key(listed: tuple[Key, object]) -> Key:
    return listed[0]


def _known(account: Account, keys: Iterable[Key]) -> dict[Key, Known]:
    """Return what is known of the keys, each record's current row locked: destruction waits, or has already won."""
    wanted = sorted(keys)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT k.namespace, k.value, r.id, r.subject, r.compartment, c.digest, c.state,"
            " (SELECT max(n) FROM version v WHERE v.record_id = r.id)"
            " FROM record_key k JOIN record r ON r.id = k.record_id JOIN record_current c ON c.record_id = r.id"
            " WHERE k.account_id = %s AND (k.namespace, k.value) IN"
            " (SELECT * FROM unnest(%s::text[], %s::text[]))"
            " ORDER BY r.id FOR UPDATE OF c",
            [account.pk, [k[0] for k in wanted], [k[1] for k in wanted]],
        )
        return {
            (row[0], row[1]): Known(row[2], bytes(row[3]), row[4], bytes(row[5]), row[6], row[7])
            for row in cursor.fetchall()
        }


def _disposed(account: Account, keys: Sequence[Key]) -> set[Key]:
    """Return the keys whose records were lawfully destroyed (asked by HMAC; the tombstone knows no id)."""
    if not keys or not TombstoneKey.objects.exists():
        return set()
    digests = recapture_digests(account.network, keys)
    with connection.cursor() as cursor:
        cursor.execute("SELECT hmac FROM tombstone_key WHERE hmac = ANY(%s)", [digests])
        found = {bytes(row[0]) for row in cursor.fetchall()}
    return {key for key, digest in zip(keys, digests, strict=True) if digest in found} if found else set()


def _cut(received: Received, written: Sequence[Plan], same: Sequence[Plan], disposed: set[Key]) -> list[Span]:
    """Cut the body into spans and give each written plan its own bytes."""
    taken = {(p.item.start, p.item.stop) for p in written}
    holes = []
    for item in received.items:
        place = (item.start, item.stop)
        fills = "disposed" if (item.namespace, item.id) in disposed else "slice" if place in taken else "unchanged"
        holes.append((*place, fills))
    holes += [(kept.bad.start, kept.bad.stop, "quarantined") for kept in received.bad]
    roots = nest(holes)
    by_place = {(span.start, span.stop): span for span in flatten(roots)}
    for plan in written:
        span = by_place[(plan.item.start, plan.item.stop)]
        plan.raw = own_bytes(received.body, span.start, span.stop, span.inside)
    return roots


def _prepare(account: Account, fresh: Sequence[Plan], exchange_ref: uuid.UUID, at: datetime) -> None:
    """Prepare the new records that were not prepared ahead."""
    todo = [p for p in fresh if p.prepared is None]
    to = Destination(account.ref, account.compartment, exchange_ref)
    made = items_prepare([p.item for p in todo], [p.raw for p in todo], to=to, at=at)
    for plan, prepared in zip(todo, made, strict=True):
        plan.prepared = prepared


def _identify(account: Account, fresh: Sequence[Plan], changed: Sequence[Plan]) -> None:
    for plan, record_id in zip(fresh, take_ids("record", len(fresh)), strict=True):
        plan.record_id = record_id
        plan.subject, plan.event_id = plan.made.event.subject, plan.made.event.event.event_id
    for plan in changed:
        if plan.known is not None:
            plan.record_id, plan.subject = plan.known.record_id, plan.known.subject
    written = [*fresh, *changed]
    for plan, version_id in zip(written, take_ids("version", len(written)), strict=True):
        plan.version_id = version_id
    authors = _authors(account.network, {p.item.author_id for p in written if p.item.author_id})
    for plan in written:
        plan.author_id = authors.get(plan.item.author_id or "")


def _authors(network: str, stable_ids: set[str]) -> dict[str, int]:
    if not stable_ids:
        return {}
    wanted = sorted(stable_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO author (network, stable_id) SELECT %s, v FROM unnest(%s::text[]) v ON CONFLICT DO NOTHING",
            [network, wanted],
        )
        cursor.execute("SELECT stable_id, id FROM author WHERE network = %s AND stable_id = ANY(%s)", [network, wanted])
        return dict(cursor.fetchall())


def _move(plan: Plan) -> ObservationKind | None:
    """Return what a sight of a record says about its state, if that is news. A new record is news when it is hidden."""
    now = state_of(plan.item)
    before = plan.known.state if plan.known else State.LIVE
    if before == now:
        return None
    if now == State.HIDDEN:
        return ObservationKind.HIDDEN
    return ObservationKind.SHOWN if before == State.HIDDEN else ObservationKind.RETURNED


# --- what goes to the log -------------------------------------------------------------------------------------------


def _edit_draft(account: Account, exchange_ref: uuid.UUID, plan: Plan, known: Known, at: datetime) -> EventDraft:
    return EventDraft(
        kind="edit.observed",
        schema=SCHEMA,
        subject=plan.subject,
        fields=version_fields(plan.item, plan.raw, account.ref, exchange_ref),
        compartment=known.compartment,
        at=at,
    )


def _state_draft(exchange_ref: uuid.UUID, plan: Plan, kind: ObservationKind, at: datetime) -> EventDraft:
    return observation_draft(
        subject=plan.known.subject if plan.known else plan.subject,
        kind=kind,
        who=Who.US if kind == ObservationKind.HIDDEN else Who.UNKNOWN,
        basis="field",
        exchange_ref=exchange_ref,
        compartment="public" if plan.known is None else plan.known.compartment,
        at=at,
    )


def observation_draft(
    *,
    subject: bytes,
    kind: ObservationKind,
    who: Who,
    basis: str,
    exchange_ref: uuid.UUID,
    compartment: str,
    at: datetime,
) -> EventDraft:
    """Return the log's event of one observed change of state, with the exchange that shows it."""
    return EventDraft(
        kind="removal.observed",
        schema="removal.observed/1",
        subject=subject,
        fields={
            "/observation/kind": str(kind.value),
            "/observation/who": str(who.value),
            "/observation/basis": basis,
            "/raw/exchange": str(exchange_ref),
        },
        compartment=compartment,
        at=at,
    )


def _exchange_draft(
    run: CaptureRun, received: Received, ref: uuid.UUID, frame: bytes, slices: int, at: datetime
) -> EventDraft:
    return EventDraft(
        kind="run.exchange",
        schema="run.exchange/1",
        subject=bytes(run.subject),
        fields={
            "/exchange/ref": str(ref),
            "/exchange/purpose": received.purpose,
            "/exchange/outcome": received.outcome,
            "/exchange/status": received.status,
            "/exchange/size": len(received.body),
            "/exchange/slices": slices,
            "/exchange/quarantined": len(received.bad),
            "/frame/sha256": base64url(frame_digest(received.head, frame)),
        },
        compartment=run.account.compartment,
        at=at,
    )
