"""From the moment of capture a record has a series and a day, or waits unscheduled and is never destroyed."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from archive.access import policy
from archive.accounts.models import Account
from archive.capture.listeners import CapturedBatch, StateChange, tell
from archive.connectors.contract import Kind
from archive.destruction.guards import refusals
from archive.destruction.holdings import Holding
from archive.records.models import SearchDocument
from retention.errors import Refused
from retention.rules.schedule import SCHEDULES
from retention.rules.series import Trigger
from retention.schedules.assigning import Facts, basis_of
from retention.schedules.computing import Decider, recompute
from retention.schedules.listener import records_backfill
from retention.schedules.models import Assignment, Series, SeriesVersion
from retention.schedules.services import (
    holding_assign,
    schedule_adopt,
    schedules_apply,
    series_assign,
    shortening_approve,
    trigger_state,
)
from tests.archive.destruction import scene
from tests.archive.destruction.scene import AT
from tests.retention.scene import adopt, assigned, held, manager, schedule_text

pytestmark = pytest.mark.django_db

POSTED = datetime(2024, 2, 29, 18, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def only_schedules(settings: Settings) -> None:
    settings.DESTRUCTION_GUARDS = settings.REQUIRED_GUARDS = ["retention.schedules.guards.GUARD"]
    settings.CAPTURE_LISTENERS = ["retention.schedules.listener.LISTENER"]


def one(account: Account, network_id: str = "1", **more: object) -> int:
    [record] = scene.comments(account, {network_id: "hello"}, **({"posted": POSTED} | more))  # type: ignore[arg-type]
    return record


def removed(account: Account, record: int, at: datetime, state: str = "removed") -> None:
    tell(CapturedBatch(account.pk, "mastodon", 0, at, states=[StateChange(record, state)]))


def code_and_day(record: int) -> tuple[str | None, date | None]:
    row = assigned(record)
    return (row.series.code if row.series else None, row.due_on)


def test_a_captured_comment_is_due_by_its_posting_rounded_late() -> None:
    adopt(manager())
    assert code_and_day(one(scene.page())) == ("comments", date(2026, 3, 1))


def test_the_day_of_posting_is_that_of_the_departments_zone() -> None:
    adopt(manager())
    record = one(scene.page(), posted=datetime(2024, 7, 1, 3, 0, tzinfo=UTC))
    assert assigned(record).created_on == date(2024, 6, 30)


def test_without_a_zone_of_the_network_no_clock_starts_until_a_person_states_the_day() -> None:
    clerk = manager()
    adopt(clerk)
    record = one(scene.page())
    Assignment.objects.update(created_on=None, due_on=None)
    assert recompute() == 0
    assert code_and_day(record) == ("comments", None)
    assert refusals("record", [record], AT)[record][0].code == "series.not_ended"
    assert trigger_state(holdings=held(record), day=date(2024, 3, 1), actor=clerk, at=AT) == 1
    assert code_and_day(record) == ("comments", date(2026, 3, 1))


def test_what_no_line_fits_waits_unscheduled_and_is_refused_by_the_guard_for_ever() -> None:
    adopt(manager())
    record = one(scene.page(), kind=Kind.STORY)
    assert code_and_day(record) == (None, None)
    century = AT + timedelta(days=36_500)
    assert refusals("record", [record], century)[record][0].code == "series.unscheduled"
    with pytest.raises(IntegrityError, match="unscheduled_is_never_due"), transaction.atomic():
        Assignment.objects.filter(holding_id=record).update(due_on=date(2020, 1, 1))


def test_what_has_no_assignment_at_all_is_refused_as_unscheduled(settings: Settings) -> None:
    adopt(manager())
    settings.CAPTURE_LISTENERS = []
    record = one(scene.page())
    assert refusals("record", [record], AT)[record][0].code == "series.unscheduled"
    assert records_backfill(at=AT) == 1
    assert records_backfill(at=AT) == 0
    assert code_and_day(record) == ("comments", date(2026, 3, 1))


def test_the_search_row_knows_the_series() -> None:
    adopt(manager())
    record = one(scene.page())
    assert SearchDocument.objects.get(record_id=record).series_id == Series.objects.get(code="comments").pk


def test_a_permanent_series_has_no_day_and_another_action_than_destroy_is_refused() -> None:
    adopt(manager())
    account = scene.page()
    post, message = one(account, "1", kind=Kind.POST), one(account, "2", kind=Kind.MESSAGE)
    assert code_and_day(post) == ("posts", None)
    # captured 2026-03-02: the fiscal year ends on 2026-04-30, a year more; but two years from the capture are later
    assert code_and_day(message) == ("messages", date(2028, 3, 2))
    answers = refusals("record", [post, message], AT + timedelta(days=2_000))
    assert [answers[post][0].code, answers[message][0].code] == ["series.not_ended", "series.other_action"]


def test_a_removal_moves_a_comment_to_the_removed_series_and_the_longer_of_both_wins() -> None:
    adopt(manager(), comments="P9Y")
    account = scene.page()
    record = one(account)
    removed(account, record, AT)
    row = assigned(record)
    assert (row.series.code, row.beside.series.code) == ("removed", "comments")  # type: ignore[union-attr]
    assert (row.removed_on, row.due_on) == (date(2026, 3, 2), date(2033, 3, 1))


def test_a_comment_hidden_when_first_seen_is_in_the_removed_series() -> None:
    adopt(manager())
    assert code_and_day(one(scene.page(), hidden=frozenset({"1"}))) == ("removed", date(2031, 3, 2))


def test_a_comment_that_comes_back_keeps_the_longer_life() -> None:
    adopt(manager())
    account = scene.page()
    record = one(account)
    removed(account, record, AT)
    removed(account, record, AT + timedelta(days=1), state="live")
    assert code_and_day(record) == ("removed", date(2031, 3, 2))


def test_a_second_removal_starts_the_clock_again() -> None:
    adopt(manager())
    account = scene.page()
    record = one(account)
    removed(account, record, AT)
    removed(account, record, AT + timedelta(days=365))
    assert code_and_day(record) == ("removed", date(2032, 3, 2))


def test_an_edit_starts_the_clock_again() -> None:
    adopt(manager())
    account = scene.page()
    record = one(account)
    scene.comments(account, {"1": "edited"}, at=AT + timedelta(days=10), posted=POSTED)
    row = assigned(record)
    assert (row.created_on, row.captured_on) == (date(2026, 3, 12), date(2026, 3, 12))
    assert row.due_on == date(2028, 3, 12)


def test_a_longer_version_applies_at_once_a_shorter_one_only_when_another_person_approves() -> None:
    adopter, chief = manager(), scene.person("chief", "chief")
    adopt(adopter, "1", comments="P2Y")
    record = one(scene.page())
    adopt(adopter, "2", "2021-01-01", comments="P4Y")
    assert code_and_day(record) == ("comments", date(2028, 2, 29))
    adopt(adopter, "3", "2022-01-01", comments="P1Y")
    assert code_and_day(record) == ("comments", date(2028, 2, 29))
    assert schedules_apply(at=AT) == 0
    with pytest.raises(Refused) as caught:
        shortening_approve(series_code="comments", actor=adopter, at=AT)
    assert caught.value.code == "schedule.same_person"
    assert shortening_approve(series_code="comments", actor=chief, at=AT).count == 1
    assert code_and_day(record) == ("comments", date(2025, 3, 1))


def test_what_is_captured_after_an_adoption_follows_the_new_version_only() -> None:
    adopter = manager()
    adopt(adopter, "1", comments="P4Y")
    adopt(adopter, "2", "2021-01-01", comments="P1Y")
    assert code_and_day(one(scene.page())) == ("comments", date(2025, 3, 1))


def test_a_version_that_is_not_in_effect_yet_changes_nothing_until_its_day() -> None:
    adopter = manager()
    adopt(adopter, "1", comments="P2Y")
    record = one(scene.page())
    adopt(adopter, "2", "2026-06-01", comments="P4Y")
    assert code_and_day(record) == ("comments", date(2026, 3, 1))
    assert schedules_apply(at=AT + timedelta(days=120)) == 1
    assert code_and_day(record) == ("comments", date(2028, 2, 29))


def test_adoption_schedules_what_waited_and_fits_a_line_now() -> None:
    record = one(scene.page())
    assert code_and_day(record) == (None, None)
    adopt(manager())
    assert code_and_day(record) == ("comments", date(2026, 3, 1))
    assert SearchDocument.objects.get(record_id=record).series_id is not None


def test_a_person_moves_a_record_and_can_lengthen_but_not_shorten_its_life() -> None:
    clerk = manager()
    adopt(clerk)
    record = one(scene.page())
    assert series_assign(holdings=held(record), series_code="acted-on", actor=clerk, at=AT) == 1
    assert code_and_day(record) == ("acted-on", None)
    trigger_state(holdings=held(record), day=date(2024, 6, 1), actor=clerk, at=AT)
    assert code_and_day(record) == ("acted-on", date(2027, 6, 1))
    series_assign(holdings=held(record), series_code="comments", actor=clerk, at=AT)
    assert code_and_day(record) == ("comments", date(2027, 6, 1))
    assert series_assign(holdings=held(record), series_code="comments", actor=clerk, at=AT) == 0


def test_a_day_to_come_cannot_be_stated() -> None:
    clerk = manager()
    with pytest.raises(Refused) as caught:
        trigger_state(holdings=[], day=date(2026, 3, 3), actor=clerk, at=AT)
    assert caught.value.code == "trigger.future"


def test_another_kind_of_holding_waits_for_its_event() -> None:
    adopt(manager())
    request = Holding("request", 77)
    ref = Assignment._meta.get_field("holding_ref").to_python("8d0e3c12-7d5b-4f0e-9a43-0c8f5bb9b101")
    holding_assign(holding=request, ref=ref, at=AT)
    row = Assignment.objects.get(holding_kind="request")
    assert (row.series.code if row.series else "", row.due_on) == ("acted-on", None)
    holding_assign(holding=request, ref=ref, at=AT, event_on=date(2026, 3, 2))
    row.refresh_from_db()
    assert row.due_on == date(2029, 3, 2)


@pytest.mark.parametrize("office", ["records-clerk", "pio", "chief", "counsel", "administrator"])
def test_only_who_adopts_schedules_adopts_one(office: str) -> None:
    scene.department()
    with pytest.raises(policy.Denied):
        adopt(scene.person("one", office))


def test_a_version_is_adopted_once() -> None:
    adopter = manager()
    adopt(adopter)
    with pytest.raises(Refused) as caught:
        adopt(adopter)
    assert caught.value.code == "schedule.again"


@pytest.mark.parametrize("content", [b"", b"code = 1", b"\xff", schedule_text() + b"surprise = 1\n"])
def test_a_broken_file_is_refused_and_adopts_nothing(content: bytes) -> None:
    with pytest.raises(Refused) as caught:
        schedule_adopt(content=content, name="broken.toml", actor=manager(), at=AT)
    assert caught.value.code == "schedule.file"
    assert not Series.objects.exists()


def test_the_shipped_schedule_can_be_adopted() -> None:
    content = (SCHEDULES / "starter.toml").read_bytes()
    schedule_adopt(content=content, name="starter.toml", actor=manager(), at=AT)
    assert code_and_day(one(scene.page())) == ("comments-no-action", date(2026, 3, 1))


def test_sql_and_python_read_the_same_day_for_every_trigger() -> None:
    adopter = manager()
    adopt(adopter)
    series = Series.objects.get(code="comments")
    version = SeriesVersion.objects.get(series=series)
    days = {"created_on": date(2021, 1, 1), "captured_on": date(2022, 1, 1)}
    more = {"removed_on": date(2023, 1, 1), "event_on": date(2024, 1, 1)}
    for trigger, known in product(Trigger, (True, False)):
        facts = Facts(
            holding=Holding("record", 1),
            ref=version.schedule.ref,
            applied_id=version.pk,
            captured_on=days["captured_on"],
            created_on=days["created_on"] if known else None,
            removed_on=more["removed_on"] if known else None,
            event_on=more["event_on"] if known else None,
        )
        book = dict(Decider.load().book)
        object.__setattr__(book[version.pk].rule, "trigger", trigger)
        basis = basis_of(facts, book)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT daybook_trigger_day(%s, %s, %s, %s, %s)",
                [trigger.value, facts.created_on, facts.captured_on, facts.removed_on, facts.event_on],
            )
            assert basis is not None
            assert cursor.fetchone() == (basis.day,), trigger
