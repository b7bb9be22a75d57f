"""The audit is looked at week by week, shows its gaps, and can be stopped, cleared or edited by nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from archive.access.actor import Actor
from archive.access.audit import acting_from, audit, audit_batch_seal, audit_read, entry_digest
from archive.access.audit_check import AUDIT
from archive.access.auditing.selectors import Asked, entries_asked, entries_shown, entries_visible, gaps
from archive.access.auditing.weeks import WeekRefused, week_sign, weeks_open, weeks_waiting
from archive.access.models import AuditEntry, AuditPending, Compartment
from archive.access.oversight_models import AuditWeek
from archive.access.policy import Denied, office_table
from archive.ledger.fsck import Finding
from tests.archive.capture.world import AT, person

pytestmark = pytest.mark.django_db
WORKER = Actor(process="worker")


def test_an_entry_says_where_from_it_was_acted_and_its_digest_commits_to_it() -> None:
    with acting_from("192.0.2.7"):
        entry = audit(WORKER, "act", at=AT)
    assert entry.source == "192.0.2.7"
    before = entry_digest(entry)
    entry.source = "192.0.2.8"
    assert entry_digest(entry) != before
    assert audit(WORKER, "act", at=AT).source == ""


def test_reading_what_is_not_public_is_noted_and_reading_what_is_public_is_not() -> None:
    for compartment in ("public", "messages"):
        audit_read(
            Actor(person("chief", "chief")), at=AT, object_kind="record", object_ref="r", compartment=compartment
        )
    assert list(AuditEntry.objects.filter(action="record.read").values_list("compartment", flat=True)) == ["messages"]


def test_whoever_reads_the_audit_sees_acts_everywhere_but_words_only_behind_open_doors_and_nothing_sealed() -> None:
    auditor = Actor(person("auditor", "auditor"))
    Compartment.objects.create(code="intel", name="Sealed", sealed=True)
    for compartment in ("public", "restricted", "intel"):
        audit(WORKER, "act", at=AT, compartment=compartment, words=f"said in {compartment}")
    rows = list(entries_asked(entries_visible(auditor, AT), Asked(action="act")).order_by("pk"))
    assert [(one.entry.compartment, one.words) for one in entries_shown(rows, actor=auditor, at=AT)] == [
        ("public", "said in public"),
        ("restricted", ""),
    ]


def test_the_audit_is_searched_by_person_matter_thing_and_day() -> None:
    auditor, chief = Actor(person("auditor", "auditor")), Actor(person("chief", "chief"))
    audit(chief, "access.denied", at=AT, object_ref="one")
    audit(WORKER, "access.denied", at=AT + timedelta(days=2), object_ref="two")
    audit(chief, "hold.place", at=AT, object_ref="three")
    rows = entries_visible(auditor, AT)

    def found(**asked: object) -> list[str]:
        return list(entries_asked(rows, Asked(**asked)).order_by("pk").values_list("object_ref", flat=True))  # type: ignore[arg-type]

    assert found(matter="denied") == ["one", "two"]
    assert found(matter="denied", person=chief.person) == ["one"]
    assert found(object_ref="three") == ["three"]
    assert found(matter="denied", since=AT + timedelta(days=1)) == ["two"]
    assert found(matter="destruction", until=AT + timedelta(days=1)) == ["three"]


def test_every_week_that_is_over_is_opened_once_and_waits_for_a_signature() -> None:
    auditor = Actor(person("auditor", "auditor"))
    AuditPending.objects.all().delete()
    monday = datetime(2026, 11, 9, 6, 0, tzinfo=UTC)  # midnight in Chicago
    audit(WORKER, "access.denied", at=monday + timedelta(hours=1))
    audit(WORKER, "hold.place", at=monday + timedelta(days=8))
    audit_batch_seal(at=monday + timedelta(days=8, minutes=1))
    assert weeks_open(at=monday + timedelta(days=7)) == 0
    assert weeks_open(at=monday + timedelta(days=14, hours=1)) == 2
    assert weeks_open(at=monday + timedelta(days=14, hours=2)) == 0
    first, second = AuditWeek.objects.order_by("since")
    assert (first.since, first.until) == (monday, monday + timedelta(days=7))
    assert (first.counts["all"], first.counts["denied"], first.counts["late"]) == (1, 1, 1)
    assert (second.counts["destruction"], second.counts["late"]) == (1, 0)
    assert len(weeks_waiting(auditor, AT)) == 2
    with pytest.raises(Denied):
        week_sign(ref=first.ref, words="Fine.", actor=Actor(person("chief", "chief")), at=AT)
    week_sign(ref=first.ref, words="Nothing out of the ordinary.", actor=auditor, at=AT)
    with pytest.raises(WeekRefused, match="signed before"):
        week_sign(ref=first.ref, words="Again.", actor=auditor, at=AT)
    assert len(weeks_waiting(auditor, AT)) == 1


def test_entries_that_wait_too_long_for_the_log_show_as_a_gap() -> None:
    AuditPending.objects.all().delete()
    assert not gaps(AT).still
    audit(WORKER, "act", at=AT)
    assert not gaps(AT + timedelta(minutes=2)).still
    assert gaps(AT + timedelta(minutes=6)).still


def test_an_entry_kept_from_its_batch_is_found_by_the_check() -> None:
    entry = audit(WORKER, "act", at=AT)
    AuditPending.objects.filter(entry_id=entry.pk).delete()
    found = [one for one in AUDIT.run(0) if isinstance(one, Finding)]
    assert [(one.code, one.place) for one in found if str(entry.pk) in one.place] == [
        ("audit.unbatched", f"audit entry {entry.pk}")
    ]


TABLES = ("audit_entry", "audit_batch", "audit_batch_entry", "audit_week", "audit_week_signed")
ACTS = (
    "DELETE FROM {}",
    "TRUNCATE {} CASCADE",
    "DROP TABLE {} CASCADE",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "UPDATE {} SET id = id",
    "SET ROLE daybook_owner; DELETE FROM {}",
    "SET session_replication_role = replica; DELETE FROM {}",
)


@pytest.mark.parametrize("table", TABLES)
def test_the_application_can_neither_stop_nor_clear_nor_edit_the_audit(table: str) -> None:
    audit(WORKER, "act", at=AT)
    for act in ACTS:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(act.format(table))


def test_no_office_has_an_authority_over_the_audit_but_to_read_and_review_it() -> None:
    given = frozenset().union(*(may for _name, may in office_table().values()))
    assert {one for one in given if one.startswith("audit.")} == {"audit.read", "audit.review"}
