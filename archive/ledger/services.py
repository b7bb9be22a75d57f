"""Writing events: business rows and their events commit together or not at all (ledger.md 7.2, step 1).

Nothing here orders the log; the sequencer does, later and alone. Writers of different subjects never wait for each
other.
"""

import os
from collections.abc import Sequence

from django.db import connection, transaction

from archive.bulk import copy_rows
from archive.ledger.drafting import RANDOM_BYTES, PreparedEvent, check_draft, make_event
from archive.ledger.drafting import AppendedEvent as AppendedEvent
from archive.ledger.drafting import EventDraft as EventDraft
from archive.ledger.models import LOG

CHECKPOINT_WANTED = "daybook_checkpoint_wanted"
"""The channel on which the sequencer is asked to sign now instead of at its next beat."""


def append_events(drafts: Sequence[EventDraft]) -> list[AppendedEvent]:
    """Write events, their content and keys; return them in the order of `drafts`.

    Set-based, and must be called in the open transaction of the act that they record; raises RuntimeError otherwise.
    Raises FieldError, with nothing written, when a draft is not a proper event of its kind. Events of one
    subject chain in the order given; its head stays locked until the transaction ends.
    """
    _require_transaction()
    if not drafts:
        return []
    for draft in drafts:
        check_draft(draft)
    with transaction.atomic():
        made = _extend_chains(drafts)
        _store(made)
    return [each.event for each in made]


def append_first(prepared: Sequence[PreparedEvent]) -> None:
    """Write the first events of brand-new subjects, made by `drafting.prepare_first`, in the transaction of their act.

    Raises RuntimeError outside a transaction, and psycopg's UniqueViolation when a subject is not new.
    """
    _require_transaction()
    if not prepared:
        return
    copy_rows(
        "ledger_subject",
        ["log_id", "subject", "n", "head"],
        ["int2", "bytea", "int4", "bytea"],
        [(LOG, each.subject, 1, each.event.leaf) for each in prepared],
    )
    _store(prepared)


def want_checkpoint() -> None:
    """Ask the sequencer, when this transaction commits, to sign a checkpoint without waiting for its beat."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHECKPOINT_WANTED])


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("Events belong into the transaction of their act.")


def _extend_chains(drafts: Sequence[EventDraft]) -> list[PreparedEvent]:
    """Lock the heads of all subjects in one order, so that two writers cannot deadlock, and move them on."""
    subjects = sorted({draft.subject for draft in drafts})
    random = os.urandom(len(drafts) * RANDOM_BYTES)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_subject (log_id, subject, n)"
            " SELECT %s, subject, 0 FROM unnest(%s::bytea[]) AS new (subject)"
            " ON CONFLICT (log_id, subject) DO NOTHING",
            [LOG, subjects],
        )
        cursor.execute(
            "SELECT subject, n, head FROM ledger_subject WHERE log_id = %s AND subject = ANY(%s::bytea[])"
            " ORDER BY subject FOR UPDATE",
            [LOG, subjects],
        )
        heads = {bytes(subject): (n, head and bytes(head)) for subject, n, head in cursor.fetchall()}
        made = []
        for place, draft in enumerate(drafts):
            piece = random[place * RANDOM_BYTES : (place + 1) * RANDOM_BYTES]
            each = make_event(draft, *heads[draft.subject], place, piece)
            heads[draft.subject] = (each.event.n + 1, each.event.leaf)
            made.append(each)
        cursor.execute(
            "UPDATE ledger_subject SET n = new.n, head = new.head"
            " FROM unnest(%s::bytea[], %s::int[], %s::bytea[]) AS new (subject, n, head)"
            " WHERE log_id = %s AND ledger_subject.subject = new.subject",
            [subjects, [heads[each][0] for each in subjects], [heads[each][1] for each in subjects], LOG],
        )
    return made


def _store(made: Sequence[PreparedEvent]) -> None:
    copy_rows(
        "ledger_event",
        ["event_id", "log_id", "subject", "n", "leaf", "created_at"],
        ["uuid", "int2", "bytea", "int4", "bytea", "timestamptz"],
        [(each.event.event_id, LOG, each.subject, each.event.n, each.event.entry, each.at) for each in made],
    )
    copy_rows(
        "ledger_event_content",
        ["event_id", "compartment", "schema", "fields", "key"],
        ["uuid", "varchar", "varchar", "bytea", "bytea"],
        [(each.event.event_id, each.compartment, each.schema, each.fields, each.key) for each in made],
    )
    copy_rows(
        "ledger_pending",
        ["log_id", "event_id"],
        ["int2", "uuid"],
        [(LOG, each.event.event_id) for each in made],
    )
