"""What the network lists against what was kept: everything, once, as it reads now, and what went as gone."""

import hashlib
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from archive.access.audit import entry_digest
from archive.access.models import AuditBatch, AuditEntry, AuditPending
from archive.accounts.models import Account
from archive.capture.models import CaptureRun
from archive.jobs.models import Job, JobState
from archive.ledger import segments
from archive.ledger.selectors import event_fields
from archive.records.models import Current, Media, RecordKey, State, Version
from archive.storage.services import object_chunks


class Lost(Exception):
    """Something acknowledged is not there, or is there twice; the message says what."""


def listed_judged(account: Account, statuses: Iterable[Mapping[str, Any]]) -> str:
    """Check that each status that the network lists is one record with the text that it has now. Raises Lost."""
    listed = {str(one["id"]): str(one["text"]) for one in statuses}
    keys = RecordKey.objects.filter(account=account, namespace="status", value__in=listed)
    records = dict(keys.values_list("value", "record_id"))
    missing = sorted(listed.keys() - records.keys())
    if missing:
        raise Lost(f"{len(missing)} of {len(listed)} listed items were never captured, such as {missing[0]}.")
    if len(set(records.values())) != len(records):
        raise Lost("Two items of the network share a record.")
    latest = dict(Current.objects.filter(record__in=records.values()).values_list("record_id", "version__event_id"))
    fields = event_fields(list(latest.values()))
    for value, text in listed.items():
        said = segments.join("/content", fields[latest[records[value]]].fields) or ""
        if " ".join(text.split()) not in " ".join(said.split()):
            raise Lost(f"The record of {value} does not say what the network says now.")
    return f"all {len(listed)} items that the network lists are captured, each once, as they read now"


def versions_judged() -> str:
    """Check that versions are numbered without a gap and no version repeats the one before it. Raises Lost."""
    versions = list(Version.objects.order_by("record_id", "n").values_list("record_id", "n", "event_id"))
    said = event_fields([event_id for _, _, event_id in versions])
    content = {
        event_id: {name: value for name, value in one.fields.items() if not name.startswith("/event/")}
        for event_id, one in said.items()
    }
    before = {version[0]: 0 for version in versions}
    for record, n, _ in versions:
        if n != before[record] + 1:
            raise Lost(f"Record {record} has a version {n} after version {before[record]}.")
        before[record] = n
    for (record, _, old), (other, n, new) in pairwise(versions):
        if record == other and content[old] == content[new]:
            raise Lost(f"Version {n} of record {record} says what the version before it says.")
    return f"{len(versions)} versions of {len(before)} records, none of them twice"


def gone_judged(account: Account, deleted: Iterable[str]) -> str:
    """Check that what was captured and then deleted is known to be gone, and nothing else is. Raises Lost."""
    deleted = set(deleted)
    keys = RecordKey.objects.filter(account=account, namespace="status")
    states = dict(keys.values_list("value", "record__current__state"))
    known = {value for value, state in states.items() if state in (State.REMOVED, State.ABSENT)}
    if known != deleted & states.keys():
        raise Lost(f"{len(deleted & states.keys())} captured items were deleted; {len(known)} are known to be gone.")
    return f"{len(known)} deletions were seen, and nothing is called gone that is there"


def media_judged() -> str:
    """Read all kept pictures against their digests; every version that has some must have them. Raises Lost."""
    expected = sum(Version.objects.values_list("media_count", flat=True))
    kept = list(Media.objects.select_related("stored"))
    if len(kept) != expected:
        raise Lost(f"{expected} pictures belong to the versions, {len(kept)} were kept.")
    for media in kept:
        for _ in object_chunks(media.stored):
            pass
    return f"{len(kept)} pictures are in the store with their digests"


def jobs_judged(acknowledged: Iterable[int]) -> str:
    """Check that every acknowledged capture was done and every run has its statement. Raises Lost."""
    wanted = set(acknowledged)
    done = set(Job.objects.filter(pk__in=wanted, state=JobState.DONE).values_list("pk", flat=True))
    if done != wanted:
        states = Job.objects.filter(pk__in=wanted - done).values_list("state", "failure")
        raise Lost(f"{len(wanted - done)} acknowledged captures were not done: {sorted(states)}.")
    open_runs = CaptureRun.objects.filter(closed=None).count()
    if open_runs:
        raise Lost(f"{open_runs} runs have no statement.")
    retried = Job.objects.filter(pk__in=wanted, attempts__gt=1).count()
    return f"all {len(wanted)} acknowledged captures are done, {retried} of them in more than one attempt"


def audit_judged(requests: int) -> str:
    """Check that every acknowledged act has its entry, and the log commits to every entry once. Raises Lost."""
    entries = {entry.pk: entry for entry in AuditEntry.objects.all()}
    asked = sum(entry.action == "capture.request" for entry in entries.values())
    if asked < requests:
        raise Lost(f"{requests} requests were acknowledged and {asked} are in the audit.")
    batched: list[int] = []
    for batch in AuditBatch.objects.prefetch_related("auditbatchentry_set"):
        pks = [row.entry_id for row in sorted(batch.auditbatchentry_set.all(), key=lambda row: row.place)]
        batched += pks
        digest = hashlib.sha256(b"".join(entry_digest(entries[pk]) for pk in pks)).hexdigest()
        if event_fields([batch.event_id])[batch.event_id].fields["/audit/sha256"] != digest:
            raise Lost(f"The log does not commit to the entries of audit batch {batch.pk}.")
    waiting = list(AuditPending.objects.values_list("entry_id", flat=True))
    if sorted(batched + waiting) != sorted(entries):
        raise Lost(f"{len(entries)} audit entries, {len(batched)} of them batched and {len(waiting)} waiting.")
    return f"{len(batched)} audit entries are committed to the log, each once"
