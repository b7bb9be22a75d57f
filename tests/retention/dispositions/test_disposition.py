"""From due to destroyed: a frozen list, two persons, a certificate that came back, and every guard asked again."""

import hashlib
import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from pytest_django import Settings

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Appointment, AuditEntry
from archive.connectors.contract import Kind
from archive.destruction.models import Blocker, DestructionOrder, TableRewrite
from archive.jobs.models import Job, JobState
from archive.jobs.services import Cancelled, job_cancel, job_claim
from archive.ledger.models import EventContent, LedgerEvent
from archive.records.models import Record, Tombstone
from retention.dispositions.approvals import batch_approve, batch_endorse, batch_withdraw
from retention.dispositions.certificates import certificate_deny, certificate_file, certificate_return
from retention.dispositions.execution import GuardsUnable, batch_execute, batches_finalise, execution_work
from retention.dispositions.explaining import explain
from retention.dispositions.models import BatchItem, BatchState, DispositionBatch, ItemOutcome, Outcome, StepKind
from retention.dispositions.selectors import batches, describe, dropped_of, items_of, volume_of
from retention.dispositions.sweeping import Swept, sweep
from retention.errors import Refused
from retention.holds.models import HoldKind
from retention.holds.services import hold_place, hold_release
from retention.schedules.models import Assignment
from tests.archive.destruction import scene
from tests.archive.destruction.scene import AT
from tests.retention.scene import adopt, held, manager

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
LONG_AGO = datetime(2020, 1, 1, 12, 0, tzinfo=AT.tzinfo)
FILED, RETURNED = date(2026, 1, 15), date(2026, 2, 20)


@pytest.fixture(autouse=True)
def retention_alone(settings: Settings) -> None:
    guards = ["retention.holds.guards.GUARD", "retention.schedules.guards.GUARD"]
    settings.DESTRUCTION_GUARDS = settings.REQUIRED_GUARDS = guards
    settings.CAPTURE_LISTENERS = ["retention.schedules.listener.LISTENER", "retention.holds.listener.LISTENER"]


class Office:
    """The people of a disposition, and the steps as they take them."""

    def __init__(self) -> None:
        self.manager = manager()
        self.clerk = scene.person("clerk", "records-clerk")
        self.chief = scene.person("chief", "chief")
        self.counsel = scene.person("counsel", "counsel")
        self.page = scene.page()
        adopt(self.manager)

    def captured(self, count: int, first: int = 0) -> list[int]:
        texts = {str(n): f"comment {n}" for n in range(first, first + count)}
        return scene.comments(self.page, texts, posted=LONG_AGO)

    def sweep(self, as_of: date = TODAY, dry_run: bool = False) -> Swept:
        return sweep(as_of=as_of, actor=Actor(process="worker"), at=AT, dry_run=dry_run)

    def proposed(self) -> DispositionBatch:
        [ref] = self.sweep().batches
        return DispositionBatch.objects.get(ref=ref)

    def approved(self) -> DispositionBatch:
        batch = self.proposed()
        batch_endorse(batch_ref=batch.ref, digest=bytes(batch.digest), actor=self.clerk, at=AT)
        return batch_approve(batch_ref=batch.ref, digest=bytes(batch.digest), actor=self.chief, at=AT)

    def filed(self) -> DispositionBatch:
        batch = self.approved()
        certificate_file(batch_ref=batch.ref, filed_on=FILED, disposal_on=FILED, actor=self.manager, at=AT)
        batch.refresh_from_db()
        return batch

    def certified(self) -> DispositionBatch:
        batch = self.filed()
        certificate_return(batch_ref=batch.ref, number="26-0117", approved_on=RETURNED, actor=self.manager, at=AT)
        batch.refresh_from_db()
        return batch

    def execute(self, batch: DispositionBatch, at: datetime = AT) -> DispositionBatch:
        job = batch_execute(batch_ref=batch.ref, actor=self.manager, at=at)
        claim = job_claim(job.pk, at=at)
        assert claim is not None
        execution_work(claim, now=lambda: at)
        batch.refresh_from_db()
        return batch


@pytest.fixture
def office() -> Office:
    return Office()


# --- the sweep ------------------------------------------------------------------------------------------------------


def test_a_sweep_freezes_what_is_due_and_its_digest_is_over_the_sorted_refs(office: Office) -> None:
    records = office.captured(5)
    scene.comments(office.page, {"new": "not due"}, posted=AT)
    batch = office.proposed()
    refs = sorted(Record.objects.filter(pk__in=records).values_list("ref", flat=True))
    assert bytes(batch.digest) == hashlib.sha256(b"".join(ref.bytes for ref in refs)).digest()
    assert (batch.count, batch.state, batch.series.code) == (5, BatchState.PROPOSED, "comments")
    assert (batch.first_on, batch.last_on) == (date(2020, 1, 1), date(2020, 1, 1))
    assert set(BatchItem.objects.values_list("holding_id", flat=True)) == set(records)


def test_a_second_sweep_proposes_nothing_twice(office: Office) -> None:
    office.captured(3)
    assert office.sweep().proposed == {"comments": 3}
    assert office.sweep().proposed == {}
    office.captured(2, first=10)
    assert office.sweep().proposed == {"comments": 2}


def test_a_dry_run_says_the_same_and_writes_nothing(office: Office) -> None:
    office.captured(3)
    audited = AuditEntry.objects.count()
    assert office.sweep(dry_run=True).proposed == {"comments": 3}
    assert not DispositionBatch.objects.exists()
    assert AuditEntry.objects.count() == audited


def test_held_unscheduled_and_permanent_records_are_counted_and_not_proposed(office: Office) -> None:
    records = office.captured(3)
    scene.comments(office.page, {"s": "x"}, posted=LONG_AGO, kind=Kind.STORY)
    scene.comments(office.page, {"p": "x"}, posted=LONG_AGO, kind=Kind.POST)
    hold_place(kind=HoldKind.LEGAL, reason="x", holdings=held(records[0]), actor=office.counsel, at=AT)
    swept = office.sweep()
    assert (swept.proposed, swept.kept, swept.unscheduled) == ({"comments": 2}, 1, 1)
    assert records[0] not in set(BatchItem.objects.values_list("holding_id", flat=True))


def test_a_guard_that_fails_proposes_nothing(office: Office, settings: Settings) -> None:
    office.captured(2)
    settings.DESTRUCTION_GUARDS = [*settings.DESTRUCTION_GUARDS, "tests.archive.destruction.scene.BROKEN"]
    swept = office.sweep()
    assert (swept.proposed, swept.refused) == ({}, {"guard.failed": 2})


def test_a_list_may_be_proposed_before_its_day_and_waits_for_it(office: Office) -> None:
    [record] = scene.comments(office.page, {"later": "x"}, posted=AT - timedelta(days=700))
    due_on = Assignment.objects.get(holding_id=record).due_on
    assert due_on is not None
    assert due_on > TODAY
    swept = sweep(as_of=due_on, actor=Actor(process="worker"), at=AT)
    batch = DispositionBatch.objects.get(ref=swept.batches[0])
    batch_endorse(batch_ref=batch.ref, digest=bytes(batch.digest), actor=office.clerk, at=AT)
    batch_approve(batch_ref=batch.ref, digest=bytes(batch.digest), actor=office.chief, at=AT)
    certificate_file(batch_ref=batch.ref, filed_on=FILED, disposal_on=FILED, actor=office.manager, at=AT)
    certificate = certificate_return(
        batch_ref=batch.ref, number="26-0117", approved_on=RETURNED, actor=office.manager, at=AT
    )
    assert certificate.eligible_on == due_on
    with pytest.raises(Refused) as caught:
        batch_execute(batch_ref=batch.ref, actor=office.manager, at=AT)
    assert caught.value.code == "disposition.too_early"


def test_the_sweep_never_destroys(office: Office) -> None:
    office.captured(2)
    office.sweep(as_of=date(2099, 1, 1))
    assert not Tombstone.objects.exists()
    assert not DestructionOrder.objects.exists()


# --- two persons ----------------------------------------------------------------------------------------------------


def test_nobody_approves_a_list_that_they_endorsed_not_even_past_the_service(office: Office) -> None:
    office.captured(1)
    batch = office.proposed()
    both = scene.person("both", "records-manager")
    batch_endorse(batch_ref=batch.ref, digest=bytes(batch.digest), actor=both, at=AT)
    with pytest.raises(Refused) as caught:
        batch_approve(batch_ref=batch.ref, digest=bytes(batch.digest), actor=both, at=AT)
    assert caught.value.code == "disposition.same_person"
    with pytest.raises(IntegrityError, match="disposition_not_self_approved"), transaction.atomic():
        DispositionBatch.objects.filter(pk=batch.pk).update(state="approved", approved_by=both.user)


def test_no_state_past_approval_is_reached_without_an_approver_not_even_past_the_service(office: Office) -> None:
    office.captured(1)
    batch = office.proposed()
    for state in ("approved", "filed", "certified", "executing", "executed", "finalised"):
        with pytest.raises(IntegrityError, match="disposition_approved_first"), transaction.atomic():
            DispositionBatch.objects.filter(pk=batch.pk).update(state=state)


def test_who_proposed_a_list_does_not_approve_it(office: Office) -> None:
    office.captured(1)
    [ref] = sweep(as_of=TODAY, actor=office.manager, at=AT).batches
    batch = batch_endorse(
        batch_ref=ref, digest=bytes(DispositionBatch.objects.get(ref=ref).digest), actor=office.clerk, at=AT
    )
    with pytest.raises(Refused) as caught:
        batch_approve(batch_ref=ref, digest=bytes(batch.digest), actor=office.manager, at=AT)
    assert caught.value.code == "disposition.same_person"


def test_only_the_list_that_was_seen_is_approved(office: Office) -> None:
    office.captured(2)
    batch = office.proposed()
    other = hashlib.sha256(uuid.uuid4().bytes).digest()
    with pytest.raises(Refused) as caught:
        batch_endorse(batch_ref=batch.ref, digest=other, actor=office.clerk, at=AT)
    assert caught.value.code == "disposition.list_changed"


def test_a_list_that_grew_past_the_service_is_refused(office: Office) -> None:
    office.captured(2)
    batch = office.proposed()
    BatchItem.objects.create(batch=batch, holding_kind="record", holding_id=1, holding_ref=uuid.uuid4(), due_on=TODAY)
    with pytest.raises(Refused) as caught:
        batch_endorse(batch_ref=batch.ref, digest=bytes(batch.digest), actor=office.clerk, at=AT)
    assert caught.value.code == "disposition.list_changed"


def test_a_hold_that_came_between_stops_the_approval_and_the_next_list_is_without_it(office: Office) -> None:
    records = office.captured(3)
    batch = office.proposed()
    hold_place(kind=HoldKind.AUDIT, reason="x", holdings=held(records[0]), actor=office.counsel, at=AT)
    with pytest.raises(Refused, match="1 of the list must stay") as caught:
        batch_endorse(batch_ref=batch.ref, digest=bytes(batch.digest), actor=office.clerk, at=AT)
    assert caught.value.code == "disposition.blocked"
    batch_withdraw(batch_ref=batch.ref, reason="a hold", actor=office.clerk, at=AT)
    assert office.sweep().proposed == {"comments": 2}


@pytest.mark.parametrize("step", ["endorse", "approve", "file", "return", "execute"])
@pytest.mark.parametrize("who", ["pio", "auditor", "administrator"])
def test_a_stranger_takes_no_step(office: Office, step: str, who: str) -> None:
    office.captured(1)
    stranger = scene.person("stranger", who)
    batch = {"endorse": office.proposed, "approve": office.proposed, "file": office.approved}.get(
        step, office.certified if step == "execute" else office.filed
    )()
    digest = bytes(batch.digest)
    acts: dict[str, Callable[[], Any]] = {
        "endorse": lambda: batch_endorse(batch_ref=batch.ref, digest=digest, actor=stranger, at=AT),
        "approve": lambda: batch_approve(batch_ref=batch.ref, digest=digest, actor=stranger, at=AT),
        "file": lambda: certificate_file(batch_ref=batch.ref, filed_on=FILED, disposal_on=FILED, actor=stranger, at=AT),
        "return": lambda: certificate_return(
            batch_ref=batch.ref, number="1", approved_on=RETURNED, actor=stranger, at=AT
        ),
        "execute": lambda: batch_execute(batch_ref=batch.ref, actor=stranger, at=AT),
    }
    state = batch.state
    with pytest.raises(policy.Denied):
        acts[step]()
    batch.refresh_from_db()
    assert batch.state == state


# --- the certificate ------------------------------------------------------------------------------------------------


def test_orders_are_written_only_when_the_certificate_has_come_back(office: Office) -> None:
    records = office.captured(3)
    batch = office.filed()
    assert not DestructionOrder.objects.exists()
    certificate_return(batch_ref=batch.ref, number="26-0117", approved_on=RETURNED, actor=office.manager, at=AT)
    orders = DestructionOrder.objects.all()
    assert set(orders.values_list("holding_id", flat=True)) == set(records)
    assert {order.not_before for order in orders} == {TODAY}


def test_the_first_eligible_day_is_the_latest_of_lead_approval_and_proposed_day(office: Office) -> None:
    office.captured(1)
    batch = office.approved()
    certificate_file(
        batch_ref=batch.ref, filed_on=date(2026, 2, 1), disposal_on=date(2026, 2, 10), actor=office.manager, at=AT
    )
    found = certificate_return(
        batch_ref=batch.ref, number="26-0117", approved_on=date(2026, 2, 20), actor=office.manager, at=AT
    )
    assert found.eligible_on == date(2026, 3, 3)
    with pytest.raises(Refused) as caught:
        batch_execute(batch_ref=batch.ref, actor=office.manager, at=AT)
    assert caught.value.code == "disposition.too_early"
    assert batch_execute(batch_ref=batch.ref, actor=office.manager, at=AT + timedelta(days=1))


def test_silence_approves_nothing(office: Office) -> None:
    office.captured(1)
    batch = office.filed()
    with pytest.raises(Refused) as caught:
        batch_execute(batch_ref=batch.ref, actor=office.manager, at=AT + timedelta(days=3_650))
    assert caught.value.code == "disposition.state"


@pytest.mark.parametrize(
    ("number", "approved_on", "code"),
    [
        ("", RETURNED, "certificate.number"),
        ("1", date(2026, 1, 14), "certificate.dates"),
        ("1", date(2026, 3, 3), "certificate.dates"),
    ],
)
def test_a_certificate_without_number_or_with_impossible_days_is_refused(
    office: Office, number: str, approved_on: date, code: str
) -> None:
    office.captured(1)
    batch = office.filed()
    with pytest.raises(Refused) as caught:
        certificate_return(batch_ref=batch.ref, number=number, approved_on=approved_on, actor=office.manager, at=AT)
    assert caught.value.code == code
    assert not DestructionOrder.objects.exists()


def test_a_denied_certificate_ends_the_list_and_frees_its_records(office: Office) -> None:
    office.captured(2)
    batch = office.filed()
    certificate_deny(batch_ref=batch.ref, reason="listed wrongly", actor=office.manager, at=AT)
    assert office.sweep().proposed == {"comments": 2}


def test_withdrawing_a_certified_list_takes_its_orders_back(office: Office) -> None:
    office.captured(2)
    batch = office.certified()
    assert DestructionOrder.objects.count() == 2
    batch_withdraw(batch_ref=batch.ref, reason="counsel asks", actor=office.clerk, at=AT)
    assert not DestructionOrder.objects.exists()


# --- execution ------------------------------------------------------------------------------------------------------


def test_an_executed_list_leaves_tombstones_and_its_whole_history(office: Office) -> None:
    records = office.captured(3)
    batch = office.execute(office.certified())
    assert batch.state == BatchState.EXECUTED
    assert set(Tombstone.objects.values_list("record_id", flat=True)) == set(records)
    assert not Assignment.objects.filter(holding_id__in=records).exists()
    assert batch.finalises_on == date(2026, 4, 6)
    kinds = list(batch.steps.order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        StepKind.PROPOSED,
        StepKind.ENDORSED,
        StepKind.APPROVED,
        StepKind.FILED,
        StepKind.RETURNED,
        StepKind.STARTED,
        StepKind.EXECUTED,
    ]
    events = LedgerEvent.objects.filter(subject=bytes(batch.subject)).order_by("n")
    schemas = [EventContent.objects.get(event_id=event.event_id).schema for event in events]
    assert schemas == ["approval/1", "approval/1", "disposition/1", "disposition/1", "disposition/1"]
    assert Job.objects.get(kind="retention.execute").result == {"destroyed": 3, "dropped": 0}


def test_what_was_held_after_the_certificate_is_dropped_with_its_reason_and_the_rest_goes(office: Office) -> None:
    records = office.captured(3)
    batch = office.certified()
    hold = hold_place(kind=HoldKind.AUDIT, reason="x", holdings=held(records[1]), actor=office.counsel, at=AT).hold
    office.execute(batch)
    [dropped] = dropped_of(batch)
    assert (dropped.item.holding_id, dropped.code) == (records[1], "hold.in_force")
    assert "A hold keeps this" in dropped.sentence
    assert set(Tombstone.objects.values_list("record_id", flat=True)) == {records[0], records[2]}
    assert not DestructionOrder.objects.exists()
    assert batches().get(pk=batch.pk).destroyed == 2  # type: ignore[attr-defined]
    hold_release(hold_ref=hold.ref, reason="done", actor=office.counsel, at=AT)
    assert office.sweep().proposed == {"comments": 1}


def test_a_blocker_alone_drops_a_record_whatever_the_guards_say(office: Office) -> None:
    [record] = office.captured(1)
    batch = office.certified()
    Blocker.objects.create(holding_kind="record", holding_id=record, reason_kind="case", reason_ref=uuid.uuid4())
    office.execute(batch)
    assert dropped_of(batch).get().code == "destruction.blocked"


def test_a_record_edited_after_the_approval_is_not_due_any_more_and_is_dropped(office: Office) -> None:
    [record] = office.captured(1)
    batch = office.certified()
    scene.comments(office.page, {"0": "edited"}, posted=LONG_AGO)
    office.execute(batch)
    assert dropped_of(batch).get().code == "series.not_due"
    assert not Tombstone.objects.filter(record_id=record).exists()


def test_a_guard_that_fails_stops_the_execution_and_drops_nothing(office: Office, settings: Settings) -> None:
    office.captured(2)
    batch = office.certified()
    guards = list(settings.DESTRUCTION_GUARDS)
    settings.DESTRUCTION_GUARDS = [*guards, "tests.archive.destruction.scene.BROKEN"]
    with pytest.raises(GuardsUnable):
        office.execute(batch)
    assert not ItemOutcome.objects.exists()
    assert not Tombstone.objects.exists()
    settings.DESTRUCTION_GUARDS = guards
    Job.objects.update(state=JobState.FAILED)
    assert office.execute(batch).state == BatchState.EXECUTED


def test_an_execution_can_be_cancelled_and_resumed_where_it_stopped(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retention.dispositions.execution.CHUNK", 2)
    office.captured(5)
    batch = office.certified()
    job = batch_execute(batch_ref=batch.ref, actor=office.manager, at=AT)
    claim = job_claim(job.pk, at=AT)
    assert claim is not None
    ticks: list[datetime] = []

    def now() -> datetime:
        ticks.append(AT)
        if ItemOutcome.objects.count() == 2:
            job_cancel(job.pk, at=AT)
        return AT

    with pytest.raises(Cancelled):
        execution_work(claim, now=now)
    batch.refresh_from_db()
    done = Tombstone.objects.count()
    assert 2 <= done < 5
    assert batch.state == BatchState.EXECUTING
    assert office.execute(batch).state == BatchState.EXECUTED
    assert Tombstone.objects.count() == 5
    assert ItemOutcome.objects.filter(outcome=Outcome.DESTROYED).count() == 5


def test_who_lost_the_office_meanwhile_executes_nothing_more(office: Office) -> None:
    office.captured(2)
    batch = office.certified()
    job = batch_execute(batch_ref=batch.ref, actor=office.manager, at=AT)
    Appointment.objects.filter(user=office.manager.user).update(until=AT)
    claim = job_claim(job.pk, at=AT)
    assert claim is not None
    with pytest.raises(policy.Denied):
        execution_work(claim, now=lambda: AT)
    assert not Tombstone.objects.exists()


def rewritten(at: datetime, left: Sequence[str] = ()) -> None:
    TableRewrite.objects.create(
        began_at=at, ended_at=at, tables=1, left=list(left), bytes_before=2, bytes_after=1, log_closed=True
    )


def test_a_disposition_is_finalised_only_when_the_last_backup_has_aged_out(office: Office) -> None:
    office.captured(1)
    batch = office.execute(office.certified())
    rewritten(AT - timedelta(hours=1))
    assert batches_finalise(at=AT + timedelta(days=36)) == [], "the files of the database still hold deleted rows"
    rewritten(AT + timedelta(days=1), left=["words"])
    assert batches_finalise(at=AT + timedelta(days=36)) == [], "one table was left"
    rewritten(AT + timedelta(days=1))
    assert batches_finalise(at=AT + timedelta(days=34)) == []
    assert batches_finalise(at=AT + timedelta(days=36)) == [batch.ref]
    assert batches_finalise(at=AT + timedelta(days=36)) == []
    batch.refresh_from_db()
    assert batch.state == BatchState.FINALISED


@pytest.mark.parametrize("state", ["proposed", "endorsed", "approved", "filed"])
def test_no_execution_before_the_certificate(office: Office, state: str) -> None:
    office.captured(1)
    batch = {"proposed": office.proposed, "approved": office.approved, "filed": office.filed}.get(
        state, office.proposed
    )()
    if state == "endorsed":
        batch_endorse(batch_ref=batch.ref, digest=bytes(batch.digest), actor=office.clerk, at=AT)
    with pytest.raises(Refused) as caught:
        batch_execute(batch_ref=batch.ref, actor=office.manager, at=AT + timedelta(days=365))
    assert caught.value.code == "disposition.state"


# --- reading --------------------------------------------------------------------------------------------------------


def test_the_list_can_be_shown_with_titles_and_its_volume(office: Office) -> None:
    office.captured(2)
    batch = office.proposed()
    items = list(items_of(batch))
    titles = {text.title for text in describe(items).values()}
    assert titles == {"Comment, bpd"}
    assert volume_of(batch).items == 2
    assert volume_of(batch).bytes > 20


def test_a_record_explains_itself_at_each_stage_of_its_life(office: Office) -> None:
    [record_id] = office.captured(1)
    record = Record.objects.get(pk=record_id)
    first = explain(record)
    assert (first.eligible_on, first.series_code) == (date(2022, 1, 1), "comments")
    assert "2 years after it was posted or last edited (2020-01-01)" in first.sentences[0]
    hold = hold_place(kind=HoldKind.AUDIT, reason="x", holdings=held(record_id), actor=office.counsel, at=AT).hold
    kept = explain(record)
    assert kept.eligible_on is None
    assert "audit hold of 2026-03-02" in kept.sentences[0]
    hold_release(hold_ref=hold.ref, reason="x", actor=office.counsel, at=AT)
    batch = office.certified()
    assert "which is certified" in explain(record).sentences[1]
    office.execute(batch)
    gone = explain(record)
    assert gone.destroyed
    assert "Destroyed on 2026-03-02 under certificate 26-0117, series comments" in gone.sentences[0]


def test_the_commands_sweep_and_explain_say_what_they_found(office: Office) -> None:
    [record] = office.captured(1)
    out = StringIO()
    call_command("sweep", "--as-of", "2026-03-02", "--dry-run", stdout=out)
    assert "comments: 1 would be proposed" in out.getvalue()
    call_command("explain", str(Record.objects.get(pk=record).ref), stdout=out)
    assert "Kept until 2022-01-01" in out.getvalue()
    with pytest.raises(CommandError) as caught:
        call_command("explain", str(uuid.uuid4()))
    assert caught.value.returncode == 2
