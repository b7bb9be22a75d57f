"""Which holdings a hold covers, in sets. Every function needs the transaction of the act, whose caller has the lock."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from archive.destruction.blockers import blockers_place, blockers_place_on_new
from archive.destruction.holdings import Holding, holding_kind
from archive.destruction.record_holding import KIND as RECORD
from archive.ledger.encoding import base64url
from archive.records.indexing import search_holds_set
from retention.holds.models import Hold

REASON = "hold"


def take_in_named(hold: Hold, named: Iterable[Holding], at: datetime) -> tuple[int, frozenset[Holding]]:
    """Cover the named holdings; return how many were new, and those that are destroyed and were left out."""
    by_kind: dict[str, list[int]] = {}
    for holding in named:
        by_kind.setdefault(holding.kind, []).append(holding.id)
    held, all_gone = 0, set()
    for kind, ids in by_kind.items():
        gone = holding_kind(kind).gone(ids)
        all_gone |= {Holding(kind, one) for one in gone}
        wanted = sorted(set(ids) - gone)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO hold_item (hold_id, holding_kind, holding_id, at, standing)"
                " SELECT %s, %s, id, %s, false FROM unnest(%s::bigint[]) AS id"
                " ON CONFLICT DO NOTHING RETURNING holding_id",
                [hold.pk, kind, at, wanted],
            )
            new = [row[0] for row in cursor.fetchall()]
        blockers_place(holding_kind=kind, ids=new, reason_kind=REASON, reason_ref=hold.ref)
        if kind == RECORD:
            search_holds_set(new, True)
        held += len(new)
    return held, frozenset(all_gone)


def take_in_standing(hold: Hold, at: datetime) -> list[int]:
    """Cover the records of the hold's scopes that it does not cover yet and that are not destroyed; return them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO hold_item (hold_id, holding_kind, holding_id, at, standing)"
            " SELECT %s, %s, r.id, %s, true FROM record r"
            " WHERE EXISTS (SELECT 1 FROM hold_scope s WHERE s.hold_id = %s"
            "  AND (s.account_id IS NULL OR s.account_id = r.account_id)"
            "  AND (s.record_kind = '' OR s.record_kind = r.kind))"
            " AND NOT EXISTS (SELECT 1 FROM hold_item i WHERE i.hold_id = %s AND i.holding_kind = %s"
            "  AND i.holding_id = r.id)"
            " AND NOT EXISTS (SELECT 1 FROM tombstone t WHERE t.record_id = r.id)"
            " ON CONFLICT DO NOTHING RETURNING holding_id",
            [hold.pk, RECORD, at, hold.pk, hold.pk, RECORD],
        )
        new = [row[0] for row in cursor.fetchall()]
    blockers_place(holding_kind=RECORD, ids=new, reason_kind=REASON, reason_ref=hold.ref)
    search_holds_set(new, True)
    return new


def take_in_captured(account_id: int, record_ids: Sequence[int], at: datetime) -> None:
    """Let the standing holds in force cover records that the caller's own transaction captured."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO hold_item (hold_id, holding_kind, holding_id, at, standing)"
            " SELECT DISTINCT h.id, %s, r.id, %s::timestamptz, true FROM hold h JOIN hold_scope s ON s.hold_id = h.id"
            " JOIN record r ON r.id = ANY(%s) AND (s.record_kind = '' OR s.record_kind = r.kind)"
            " WHERE h.released_at IS NULL AND (s.account_id IS NULL OR s.account_id = %s)"
            " ON CONFLICT DO NOTHING RETURNING hold_id, holding_id",
            [RECORD, at, list(record_ids), account_id],
        )
        by_hold: dict[int, list[int]] = {}
        for hold_id, record_id in cursor.fetchall():
            by_hold.setdefault(hold_id, []).append(record_id)
    for hold in Hold.objects.filter(pk__in=by_hold).order_by("pk"):
        blockers_place_on_new(holding_kind=RECORD, ids=by_hold[hold.pk], reason_kind=REASON, reason_ref=hold.ref)
    search_holds_set(sorted({one for ids in by_hold.values() for one in ids}), True)


def records_only_under(hold: Hold) -> list[int]:
    """Return the records that the hold covers and no hold in force does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.holding_id FROM hold_item i WHERE i.hold_id = %s AND i.holding_kind = %s AND NOT EXISTS"
            " (SELECT 1 FROM hold_item o JOIN hold h ON h.id = o.hold_id WHERE o.holding_kind = i.holding_kind"
            "  AND o.holding_id = i.holding_id AND h.id <> i.hold_id AND h.released_at IS NULL)",
            [hold.pk, RECORD],
        )
        return [row[0] for row in cursor.fetchall()]


def items_digest(hold: Hold) -> str:
    """Return SHA-256, in base64url, over the sorted lines `kind:id` of what a hold covers: its event commits to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sha256(convert_to(coalesce(string_agg(holding_kind || ':' || holding_id || E'\\n', ''"
            " ORDER BY holding_kind COLLATE \"C\", holding_id), ''), 'UTF8')) FROM hold_item WHERE hold_id = %s",
            [hold.pk],
        )
        [digest] = cursor.fetchone()
    return base64url(bytes(digest))
