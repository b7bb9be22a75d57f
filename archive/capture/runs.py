"""Opening and closing a run: both ends are evidence, and the statement is committed to the log."""

import hashlib
import os
from datetime import datetime

import orjson
from django.db import connection, transaction

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.accounts.models import Account
from archive.capture.coverage import Coverage
from archive.capture.models import CaptureRun, RunClosed
from archive.ledger.encoding import base64url
from archive.ledger.services import EventDraft, append_events


class NotApproved(Exception):
    """The page was not approved, so it is not read (SOP 5.19, Procedures 2.a)."""


def run_open(account: Account, *, kind: str, at: datetime, actor: Actor | None = None) -> CaptureRun:
    """Begin a run of an approved account. `kind` is capture or import. Raises NotApproved."""
    with transaction.atomic():
        if not hasattr(account, "approval"):
            raise NotApproved(f"{account} is not approved yet. Nothing was read. Ask the chief or the designee.")
        for left in CaptureRun.objects.filter(account=account, kind=kind, closed=None):
            abandoned = Coverage()
            abandoned.fault("abandoned")
            run_close(left, outcome="failed", coverage=abandoned, at=at)
        run = CaptureRun.objects.create(account=account, kind=kind, subject=os.urandom(16), started_at=at)
        audit(actor or Actor(process="worker"), f"{kind}.run", at=at, object_kind="run", object_ref=run.ref)
    return run


def run_close(run: CaptureRun, *, outcome: str, coverage: Coverage, at: datetime) -> RunClosed:
    """End a run: write its statement and commit its digest, with that of the records seen, to the log."""
    with transaction.atomic():
        closed = RunClosed.objects.filter(run=run).first()
        if closed is not None:
            return closed
        statement = coverage.dump()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT r.ref FROM record_current c JOIN record r ON r.id = c.record_id"
                " WHERE c.account_id = %s AND c.last_seen_at >= %s ORDER BY r.ref",
                [run.account_id, run.started_at],
            )
            seen = hashlib.sha256()
            count = 0
            for (ref,) in cursor:
                seen.update(ref.bytes)
                count += 1
        text = orjson.dumps(statement, option=orjson.OPT_SORT_KEYS)
        [event] = append_events(
            [
                EventDraft(
                    kind="import.closed" if run.kind == "import" else "run.closed",
                    schema="import.closed/1" if run.kind == "import" else "run.closed/1",
                    subject=bytes(run.subject),
                    fields={
                        "/run/ref": str(run.ref),
                        "/run/outcome": outcome,
                        "/run/seen": count,
                        "/run/seen/sha256": base64url(seen.digest()),
                        "/run/coverage/sha256": base64url(hashlib.sha256(text).digest()),
                    },
                    compartment=run.account.compartment,
                    at=at,
                )
            ]
        )
        return RunClosed.objects.create(run=run, at=at, outcome=outcome, coverage=statement, event_id=event.event_id)
