"""Every copy is read again in its turn; what is bad is repaired from the other copy, or stays an alarm."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from archive.access.models import AuditEntry
from archive.access.policy import Denied
from archive.jobs.models import Job, JobState
from archive.jobs.services import Cancelled, Claim, job_cancel
from archive.storage.alarms import AlarmRefused, fixity_acknowledge, fixity_alarms
from archive.storage.contract import EvidenceStore
from archive.storage.fixity import FIXITY, LOST, TURN, Limits, Round
from archive.storage.models import (
    Finding,
    FixityFinding,
    FixityRound,
    ObjectIntent,
    Outcome,
    StoredCopy,
    StoredObject,
)
from archive.storage.pacing import Pace
from archive.storage.reading import object_bytes
from archive.storage.repair import PATIENCE
from archive.storage.s3_store import S3EvidenceStore
from archive.storage.selection import stores
from archive.storage.selectors import fixity_report, storage_levels
from archive.storage.services import SWEEP_AFTER, intents_sweep
from archive.storage.summary import SPAN, SUMMARY, summary_count, summary_latest
from tests.archive.destruction.scene import person
from tests.archive.storage.scene import AT, Flaky, claim_of, copied, copy_in, flip, kept, path_in

pytestmark = pytest.mark.django_db
HOUR, PERIOD = timedelta(hours=1), timedelta(days=90)
LIMITS = Limits(period=PERIOD, bytes_per_second=1 << 40, round_bytes=1 << 40)
TROUBLES = ["failed", "failed but happened"]


@pytest.fixture(autouse=True)
def _folders(two_folders: tuple[Path, Path]) -> None:
    """Two stores."""


def work(
    at: datetime = AT,
    *,
    known: dict[str, EvidenceStore] | None = None,
    limits: Limits = LIMITS,
    now: Callable[[], datetime] | None = None,
    claim: Claim | None = None,
) -> Round:
    """Do one round, to the end of its turn."""
    one = Round(
        claim or claim_of(FIXITY, at),
        known=known or stores(),
        limits=limits,
        now=now or (lambda: at),
        clock=lambda: 0.0,
        pause=lambda _seconds: None,
    )
    one.work()
    return one


def codes() -> list[str]:
    return list(FixityFinding.objects.order_by("pk").values_list("code", flat=True))


def harmed(stored: StoredObject, name: str, harm: str) -> None:
    path = path_in(stored, name)
    if harm == "flipped":
        flip(path)
    else:
        path.unlink()


def test_every_copy_is_read_and_then_not_again_within_the_period() -> None:
    stored = copied()
    assert (work().counts.checked, work(AT + HOUR).counts.checked) == (2, 0)
    assert set(StoredCopy.objects.values_list("outcome", "checked_at")) == {("good", AT)}
    assert work(AT + PERIOD).counts.checked == 0
    assert work(AT + PERIOD + HOUR).counts.checked == 2
    assert codes() == []
    assert object_bytes(stored) == b"evidence"


def test_what_was_never_checked_comes_first_and_then_the_oldest() -> None:
    ages = {kept().pk: age for age in (AT - 2 * PERIOD, None, AT - 3 * PERIOD)}
    for pk, age in ages.items():
        StoredCopy.objects.filter(object_id=pk).update(checked_at=age)
    one_each = Limits(PERIOD, 1 << 40, round_bytes=1)
    order = []
    for n in range(3):
        before = dict(StoredCopy.objects.values_list("object_id", "checked_at"))
        work(AT + n * HOUR, limits=one_each)
        after = dict(StoredCopy.objects.values_list("object_id", "checked_at"))
        order += [ages[pk] for pk in ages if before[pk] != after[pk]]
    assert order == [None, AT - 3 * PERIOD, AT - 2 * PERIOD]


def test_a_round_reads_its_share_and_no_more() -> None:
    for _ in range(5):
        kept(bytes(100))
    assert work(limits=Limits(PERIOD, 1 << 40, round_bytes=250)).counts.checked == 3
    assert StoredCopy.objects.filter(checked_at=None).count() == 2


def test_reading_never_goes_faster_than_the_rate() -> None:
    time, pauses = [0.0], list[float]()

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        time[0] += seconds

    pace = Pace(100, clock=lambda: time[0], pause=pause)
    for passed, _ in enumerate(pace.watch(iter([bytes(50)] * 10)), 1):
        assert passed * 50 / 100 <= time[0]
    assert sum(pauses) == pytest.approx(5.0)
    time[0] += 100
    pauses.clear()
    list(pace.watch(iter([bytes(50)])))
    assert pauses == []


def test_a_round_gives_the_process_back_after_a_turn_and_goes_on_where_it_was() -> None:
    for _ in range(4):
        kept(bytes(100))
    time = [AT]

    def now() -> datetime:
        time[0] += TURN / 6
        return time[0]

    claim = claim_of(FIXITY)
    first = work(claim=claim, now=now)
    job = Job.objects.get(kind=FIXITY)
    assert job.state == JobState.WAITING
    assert 0 < job.done < 4
    assert not FixityRound.objects.exists()
    second = work(claim=claim_of(FIXITY, AT + HOUR), at=AT + HOUR)
    assert (second.counts.checked, second.counts.started) == (4, first.counts.started)
    assert FixityRound.objects.get().bytes == 400


def test_a_killed_round_goes_on_without_reading_twice() -> None:
    for _ in range(3):
        kept(bytes(100))
    claim = claim_of(FIXITY)
    dying = Round(claim, known=stores(), limits=LIMITS, now=lambda: AT, clock=lambda: 0.0, pause=lambda _: None)
    dying._check(dying._next()[0])
    dying._progress()
    claim.fail(at=AT, sentence="killed", retry=True)
    assert work(claim=claim_of(FIXITY, AT + HOUR), at=AT + HOUR).counts.checked == 3
    assert FixityRound.objects.get().bytes == 300


def test_a_round_that_a_person_stops_says_what_it_read() -> None:
    kept()
    claim = claim_of(FIXITY)
    job_cancel(claim.job.pk, at=AT)
    with pytest.raises(Cancelled):
        work(claim=claim)
    assert FixityRound.objects.get().checked == 1


@pytest.mark.parametrize("name", ["file", "file-copy"])
@pytest.mark.parametrize("harm", ["flipped", "missing"])
def test_a_bad_copy_is_put_anew_from_the_good_one_and_its_old_bytes_are_swept(
    name: str, harm: str, two_folders: tuple[Path, Path]
) -> None:
    stored = copied()
    old, other = copy_in(stored, name), {"file": "file-copy", "file-copy": "file"}[name]
    harmed(stored, name, harm)
    assert work().counts.repaired == 1
    new = copy_in(stored, name)
    assert new.key != old.key
    assert (new.outcome, new.checked_at) == (Outcome.GOOD, AT)
    assert path_in(stored, name).read_bytes() == b"evidence"
    repaired = FixityFinding.objects.get(code=Finding.REPAIRED)
    assert (repaired.store, repaired.repaired_from, repaired.object_key) == (name, other, stored.key)
    assert codes() == ["damaged" if harm == "flipped" else "missing", "repaired"]
    assert AuditEntry.objects.get(action="storage.repair").object_ref == str(stored.key)
    intents_sweep(at=AT + timedelta(seconds=1))
    assert len([path for folder in two_folders for path in folder.rglob("*") if path.is_file()]) == 2
    assert not ObjectIntent.objects.exists()
    assert not fixity_alarms().exists()


@pytest.mark.parametrize("second", ["none", "flipped", "missing"])
def test_what_nothing_can_repair_is_one_alarm_a_copy_until_a_person_acknowledges_it(second: str) -> None:
    stored = kept() if second == "none" else copied()
    harmed(stored, "file", "flipped")
    if second != "none":
        harmed(stored, "file-copy", second)
    for n in range(3):
        work(AT + n * HOUR)
    work(AT + timedelta(days=2))
    alarms = list(fixity_alarms())
    assert [alarm.code for alarm in alarms] == ["irreparable"] * (1 if second == "none" else 2)
    manager, clerk = person("manager", "records-manager"), person("clerk", "records-clerk")
    with pytest.raises(Denied):
        fixity_acknowledge(actor=clerk, finding_ref=alarms[0].ref, reason="Seen.", at=AT)
    with pytest.raises(AlarmRefused, match="Say"):
        fixity_acknowledge(actor=manager, finding_ref=alarms[0].ref, reason="  ", at=AT)
    done = fixity_acknowledge(actor=manager, finding_ref=alarms[0].ref, reason="The disk is replaced.", at=AT)
    assert alarms[0] not in fixity_alarms()
    assert AuditEntry.objects.get(action="storage.acknowledge").object_ref == str(alarms[0].ref)
    assert done.by == manager.user
    with pytest.raises(AlarmRefused) as refusal:
        fixity_acknowledge(actor=manager, finding_ref=alarms[0].ref, reason="Again.", at=AT)
    assert refusal.value.code == "fixity.acknowledged"
    with pytest.raises(FixityFinding.DoesNotExist):
        fixity_acknowledge(actor=manager, finding_ref=uuid.uuid4(), reason="Which?", at=AT)


def test_a_finding_that_is_no_alarm_needs_no_person() -> None:
    harmed(copied(), "file", "flipped")
    work()
    with pytest.raises(AlarmRefused) as refusal:
        fixity_acknowledge(
            actor=person("admin", "administrator"),
            finding_ref=FixityFinding.objects.get(code="damaged").ref,
            reason="Seen.",
            at=AT,
        )
    assert refusal.value.code == "fixity.no_alarm"


def test_what_a_person_put_right_is_found_good_again() -> None:
    stored = kept()
    path = path_in(stored, "file")
    flip(path)
    work()
    flip(path)
    work(AT + timedelta(days=2))
    assert codes() == ["damaged", "irreparable", "recovered"]
    assert copy_in(stored, "file").outcome == Outcome.GOOD


def test_a_store_that_does_not_answer_proves_nothing_about_its_copies_and_the_other_is_read(
    two_folders: tuple[Path, Path],
) -> None:
    copied()
    two_folders[1].rename(two_folders[1].with_name("away"))
    assert work().counts.unanswered == ["file-copy"]
    assert codes() == []
    assert set(StoredCopy.objects.filter(checked_at=AT).values_list("store", flat=True)) == {"file"}
    assert FixityRound.objects.get().unanswered == "file-copy"


def test_a_disk_that_is_not_mounted_is_left_alone_after_a_few(two_folders: tuple[Path, Path]) -> None:
    for _ in range(LOST + 5):
        kept()
    two_folders[0].rename(two_folders[0].with_name("away"))
    two_folders[0].mkdir()  # the empty mount point
    assert work().counts.unanswered == ["file"]
    assert FixityFinding.objects.filter(code="missing").count() == LOST - 1
    assert StoredCopy.objects.filter(checked_at=None).count() == 6


def test_a_repair_waits_a_day_for_the_other_store_and_then_becomes_an_alarm(two_folders: tuple[Path, Path]) -> None:
    stored = copied()
    harmed(stored, "file", "flipped")
    two_folders[1].rename(two_folders[1].with_name("away"))
    work()
    work(AT + HOUR)
    assert codes() == ["damaged"]
    work(AT + PATIENCE + HOUR)
    assert codes() == ["damaged", "irreparable"]
    two_folders[1].with_name("away").rename(two_folders[1])
    work(AT + 3 * PATIENCE)
    assert codes() == ["damaged", "irreparable", "repaired"]
    assert path_in(stored, "file").read_bytes() == b"evidence"
    assert fixity_alarms().count() == 1  # it was an alarm: a person closes it


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize(
    ("name", "step"),
    [("file", "put"), ("file", "open"), ("file", "hold"), ("file", "standing"), ("file-copy", "open")],
)
def test_a_repair_whose_step_failed_or_failed_but_happened_is_finished_by_a_later_round(
    name: str, step: str, trouble: str, two_folders: tuple[Path, Path]
) -> None:
    stored = copied()
    StoredCopy.objects.update(held=True)
    StoredCopy.objects.filter(store="file-copy").update(checked_at=AT)
    harmed(stored, "file", "missing")
    known: dict[str, EvidenceStore] = {**stores()}
    known[name] = Flaky(known[name], **{step: trouble})
    for n in range(3):
        work(AT + n * HOUR, known=known)
    assert codes() == ["missing", "repaired"]
    assert path_in(stored, "file").read_bytes() == b"evidence"
    for n in range(3):
        intents_sweep(at=AT + SWEEP_AFTER + n * HOUR + timedelta(hours=9))
    assert [path.name for path in two_folders[0].rglob("*") if path.is_file() and path.name[0] != "."] == [
        str(copy_in(stored, "file").key)
    ]


def test_an_object_destroyed_while_it_is_read_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = copied()
    round_ = Round(
        claim_of(FIXITY), known=stores(), limits=LIMITS, now=lambda: AT, clock=lambda: 0.0, pause=lambda _: None
    )
    [first, _] = round_._next()
    StoredObject.objects.filter(pk=stored.pk).update(doomed_at=AT)
    path_in(stored, "file").unlink()
    round_._check(first)
    assert codes() == []


def test_the_report_of_a_period_counts_what_was_done_in_it_and_how_things_stand() -> None:
    good, bad, lost = copied(bytes(10)), copied(bytes(20)), kept(bytes(30), AT + HOUR)
    harmed(bad, "file", "flipped")
    harmed(lost, "file", "missing")
    work(AT + HOUR)
    kept(bytes(40), AT + HOUR)
    report = fixity_report(since=AT, until=AT + 2 * HOUR, at=AT + 2 * HOUR)
    assert (report.rounds, report.checked) == (1, 5)
    assert (report.damaged, report.missing, report.irreparable, report.open_alarms) == (1, 1, 1, 1)
    assert report.repaired == {"file-copy": 1}
    assert (report.objects, report.bytes, report.copies) == (4, 100, 6)
    assert (report.never_checked, report.overdue, report.oldest_check) == (1, 0, AT + HOUR)
    later = fixity_report(since=AT + 2 * HOUR, until=AT + 3 * HOUR, at=AT + 2 * PERIOD)
    assert (later.rounds, later.damaged, later.repaired, later.overdue) == (0, 0, {}, 6)
    assert object_bytes(good) == bytes(10)


def test_the_level_is_what_the_stores_showed_and_no_more() -> None:
    copied()
    kept()
    first, second = storage_levels(at=AT)
    assert (first.name, first.level, first.copies, first.uncopied, first.unseen) == ("file", None, 2, 0, 2)
    assert (second.name, second.copies, second.uncopied) == ("file-copy", 1, 1)
    work()
    first, second = storage_levels(at=AT)
    assert (first.level, first.unseen, first.smallest_lock, first.alarm) == ("advisory", 0, None, False)


def test_what_was_counted_last_is_read_from_the_job_that_counted_it() -> None:
    assert summary_latest() is None
    copied()
    work()
    claim = claim_of(SUMMARY)
    claim.finish(at=AT, result=summary_count(at=AT))
    found = summary_latest()
    assert found is not None
    assert (found.at, found.levels) == (AT, storage_levels(at=AT))
    assert found.report == fixity_report(since=AT - SPAN, until=AT, at=AT)


@pytest.fixture
def second_on_s3(settings: Settings, locking: S3EvidenceStore) -> Any:
    """Locked S3 as the second store; what the client is asked through is returned."""
    settings.STORAGE_COPY_URL = f"s3://{locking.bucket_name}?endpoint={locking.endpoint_url}&region=us-east-1"
    return locking.connection.meta.client


def test_on_s3_the_level_and_the_shortest_lock_are_those_that_the_server_shows(second_on_s3: Any) -> None:
    copied()
    at = copy_in(StoredObject.objects.get(), "s3-copy").lock_until
    assert at is not None
    at -= timedelta(days=35)
    work(at)
    line = storage_levels(at=at)[1]
    assert (line.level, line.asked, line.smallest_lock, line.alarm) == (
        "compliance",
        "compliance",
        timedelta(days=35),
        False,
    )
    late = storage_levels(at=at + timedelta(days=18))[1]
    assert (late.short, late.alarm) == (1, True)
    assert storage_levels(at=at + timedelta(days=36))[1].level == "advisory"  # a lock that is over protects nothing


def test_on_s3_a_lock_that_was_made_shorter_behind_our_back_is_an_alarm(second_on_s3: Any, settings: Settings) -> None:
    settings.STORAGE_COPY_URL += "&lock=governance"
    stored = copied()
    copy = copy_in(stored, "s3-copy")
    assert copy.lock_until is not None
    at = copy.lock_until - timedelta(days=35)
    second_on_s3.put_object_retention(
        Bucket=stores()["s3-copy"].bucket_name,  # type: ignore[attr-defined]
        Key=str(copy.key),
        VersionId=copy.version_id,
        Retention={"Mode": "GOVERNANCE", "RetainUntilDate": at + timedelta(days=2)},
        BypassGovernanceRetention=True,
    )
    work(at)
    assert [alarm.code for alarm in fixity_alarms()] == ["unlocked"]
    assert storage_levels(at=at)[1].smallest_lock == timedelta(days=2)
    work(at + PERIOD + HOUR)
    assert fixity_alarms().count() == 1


def test_on_s3_a_damaged_first_copy_is_repaired_from_the_locked_one(second_on_s3: Any) -> None:
    stored = copied(bytes(9 << 20))
    harmed(stored, "file", "flipped")
    work()
    assert codes() == ["damaged", "repaired"]
    assert FixityFinding.objects.get(code="repaired").repaired_from == "s3-copy"


def test_on_s3_a_hidden_version_is_read_and_a_lost_one_is_put_anew(second_on_s3: Any, settings: Settings) -> None:
    settings.STORAGE_COPY_URL += "&lock=none"
    stored = copied()
    key, bucket = str(copy_in(stored, "s3-copy").key), stores()["s3-copy"].bucket_name  # type: ignore[attr-defined]
    second_on_s3.delete_object(Bucket=bucket, Key=key)  # a marker: it hides, and deletes nothing
    work()
    assert codes() == []
    second_on_s3.delete_object(Bucket=bucket, Key=key, VersionId=copy_in(stored, "s3-copy").version_id)
    work(AT + PERIOD + HOUR)
    assert codes() == ["missing", "repaired"]
    assert str(copy_in(stored, "s3-copy").key) != key
