"""One act, one entry, in the act's transaction; every minute's entries are committed to the log."""

import hashlib

import orjson
import pytest
from django.db import ProgrammingError, connection, transaction

from archive.access.actor import Actor
from archive.access.audit import audit, audit_batch_seal, entry_digest
from archive.access.models import AuditBatchEntry, AuditEntry, AuditPending, Words
from archive.ledger.models import EventContent
from tests.archive.capture.world import AT, person


@pytest.mark.commits
def test_an_entry_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        audit(Actor(process="worker"), "nothing", at=AT)


@pytest.mark.commits
def test_an_entry_goes_with_its_act_when_that_is_rolled_back() -> None:
    with transaction.atomic():
        audit(Actor(process="worker"), "act", at=AT)
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_an_entry_names_the_offices_held_then_and_keeps_words_apart() -> None:
    entry = audit(Actor(person("pio", "pio", "auditor")), "removal.explain", at=AT, words="She told us so.")
    assert entry.offices == "auditor,pio"
    assert entry.words_ref is not None
    assert Words.objects.get(ref=entry.words_ref).text == "She told us so."


@pytest.mark.django_db
def test_a_batch_commits_to_every_waiting_entry_in_order() -> None:
    AuditPending.objects.all().delete()
    entries = [audit(Actor(process="worker"), f"act.{n}", at=AT) for n in range(3)]
    batch = audit_batch_seal(at=AT)
    assert batch is not None
    fields = orjson.loads(bytes(EventContent.objects.get(event_id=batch.event_id).fields))
    assert fields["/audit/sha256"] == hashlib.sha256(b"".join(map(entry_digest, entries))).hexdigest()
    assert list(AuditBatchEntry.objects.filter(batch=batch).order_by("place").values_list("entry_id", flat=True)) == [
        entry.pk for entry in entries
    ]
    assert audit_batch_seal(at=AT) is None


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"])
def test_no_entry_can_be_changed_or_taken_back(statement: str) -> None:
    audit(Actor(process="worker"), "act", at=AT)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
