"""What a look at a copy is written down as: its state on the copy, and an insert-only row for each finding."""

from datetime import datetime, timedelta

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.storage.contract import EvidenceStore, Standing
from archive.storage.models import Finding, FixityFinding, Outcome, StoredCopy

BAD = (Outcome.DAMAGED, Outcome.MISSING, Outcome.IRREPARABLE)
_ROUNDING = timedelta(seconds=1)  #: stores keep whole seconds
_AUDITED = {Finding.REPAIRED: "storage.repair", Finding.IRREPARABLE: "storage.alarm", Finding.UNLOCKED: "storage.alarm"}


def copy_locked(copy: StoredCopy) -> StoredCopy | None:
    """Return the copy as it is now, its row locked; none if its object was destroyed or it was replaced meanwhile."""
    rows = StoredCopy.objects.select_for_update(of=("self",)).select_related("object")
    return rows.filter(pk=copy.pk, key=copy.key, object__doomed_at=None).first()


def good_write(copy: StoredCopy, standing: Standing, store: EvidenceStore, *, at: datetime) -> bool:
    """Write the common case by one statement: read well, as before, and nothing about lock or flag is news.

    Returns false, and writes nothing, if there is news or the copy changed meanwhile: then the careful way is due.
    """
    news = copy.outcome in BAD or (store.flags and copy.held is not standing.held)
    if news or _is_shorter(copy.lock_until, standing):
        return False
    row = StoredCopy.objects.filter(pk=copy.pk, key=copy.key, outcome=copy.outcome, lock_until=copy.lock_until)
    return bool(
        row.update(
            checked_at=at,
            outcome=Outcome.GOOD,
            level=standing.level,
            lock_until=standing.lock_until or copy.lock_until,
        )
    )


def outcome_write(copy: StoredCopy, outcome: Outcome, *, at: datetime) -> list[Finding]:
    """Write what reading the locked copy has shown; return the findings, each only when it is news."""
    before, found = copy.outcome, []
    copy.checked_at = at
    if outcome is Outcome.GOOD:
        copy.outcome = outcome
        found = [Finding.RECOVERED] if before in BAD else []
    elif before != Outcome.IRREPARABLE:
        copy.outcome = outcome
        found = [Finding(outcome.value)] if outcome != before else []
    copy.save(update_fields=["checked_at", "outcome"])
    for code in found:
        finding_write(copy, code, at=at)
    return found


def standing_write(
    copy: StoredCopy, standing: Standing, store: EvidenceStore, *, expected: datetime | None, at: datetime
) -> list[Finding]:
    """Write what the store itself shows of the locked copy: lock and level; have a flag that differs compared again.

    `expected` is the lock that was known before the store was asked: it may have been moved on since, never back. One
    that is shorter is a finding, and the next round of locks moves it on.
    """
    found = []
    if _is_shorter(expected, standing):
        finding_write(copy, Finding.UNLOCKED, at=at)
        found.append(Finding.UNLOCKED)
        copy.lock_until = standing.lock_until or at
    elif standing.lock_until is not None:
        copy.lock_until = max(standing.lock_until, copy.lock_until or standing.lock_until)
    copy.level = standing.level
    if store.flags and copy.held is not standing.held:
        copy.held, copy.flag_due_at = None, copy.flag_due_at or at
    copy.save(update_fields=["lock_until", "level", "held", "flag_due_at"])
    return found


def finding_write(copy: StoredCopy, code: Finding, *, at: datetime, repaired_from: str = "") -> None:
    """Insert the evidence row of one finding, and its audit entry where something was done or a person is needed."""
    FixityFinding.objects.create(
        at=at,
        object_key=copy.object.key,
        copy_key=copy.key,
        store=copy.store,
        code=code,
        repaired_from=repaired_from,
    )
    if code in _AUDITED:
        audit(
            Actor(process="worker"),
            _AUDITED[code],
            at=at,
            object_kind="object",
            object_ref=copy.object.key,
            compartment=copy.object.compartment,
        )


def _is_shorter(expected: datetime | None, standing: Standing) -> bool:
    return expected is not None and (standing.lock_until is None or standing.lock_until < expected - _ROUNDING)
