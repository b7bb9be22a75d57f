"""A frozen search beside now: every difference has its reason, and the list that was kept is held to its digest."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from archive.access import policy
from archive.access.actor import Actor
from archive.ledger.services import EventDraft, append_events
from archive.records.models import Current, Record, SearchDocument, SearchRun, SearchRunHit, Tombstone
from archive.records.search import Filters
from archive.records.search_compare import Comparison, search_run_compare
from archive.records.search_run import search_freeze
from archive.records.search_run_shown import search_run_shown
from archive.records.visibility import SEARCH_RUNS
from tests.web.captured import a_page, a_thread, captured
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return world_make()


def clerk(world: World) -> Actor:
    return Actor(user=world.holders["records-clerk"])


def frozen(world: World, words: str = "", **filters: object) -> SearchRun:
    return search_freeze(actor=clerk(world), words=words, filters=Filters(**filters), at=world.at)  # type: ignore[arg-type]


def compare(world: World, run: SearchRun) -> Comparison:
    return search_run_compare(run, actor=clerk(world), at=world.at + timedelta(hours=1))


def reasons(comparison: Comparison) -> tuple[dict[str, int], dict[str, int]]:
    return (
        {change.reason: change.count for change in comparison.only_now},
        {change.reason: change.count for change in comparison.only_then},
    )


def destroy(record: Record, certificate: str, at: datetime) -> None:
    """Leave of a record what destruction leaves, as far as search sees it."""
    with transaction.atomic():
        [event] = append_events(
            [
                EventDraft(
                    kind="disposition.executed",
                    schema="disposition/1",
                    subject=bytes(record.subject),
                    fields={"/disposition/certificate": certificate},
                    compartment="public",
                    at=at,
                )
            ]
        )
    SearchDocument.objects.filter(record=record).delete()
    Current.objects.filter(record=record).delete()
    Tombstone.objects.create(
        record=record,
        at=at,
        series_code="comments",
        certificate_ref=uuid.uuid5(uuid.NAMESPACE_OID, certificate),
        versions=1,
        bytes=1,
        event_id=event.event_id,
        finalises_on=at.date(),
    )


def test_with_nothing_changed_nothing_differs(world: World) -> None:
    a_thread(world)
    comparison = compare(world, frozen(world, "main OR bus"))
    assert (comparison.total_now, comparison.kept, reasons(comparison)) == (2, 2, ({}, {}))
    assert comparison.intact


def test_each_reason_is_told_apart(world: World) -> None:
    records = a_thread(world)
    account = records["p"].account
    SearchDocument.objects.filter(record=records["c"]).update(on_hold=True)
    run = frozen(world, "-zebra", states=("live", "hidden", "removed"))
    later = world.at + timedelta(minutes=1)
    captured(account, [{"id": "new", "text": "Just now", "published": later}], at=later)
    captured(account, [{"id": "a", "text": "a zebra", "parent": "p", "author": "ann", "published": later}], at=later)
    destroy(records["b"], "DC-2026-17", later)
    SearchDocument.objects.filter(record=records["c"]).update(state="absent")
    now, then = reasons(compare(world, run))
    assert now == {"captured": 1}
    assert then == {"words": 1, "destroyed": 1, "state": 1}


def test_a_destroyed_record_is_explained_by_the_number_of_its_certificate(world: World) -> None:
    records = a_thread(world)
    run = frozen(world)
    destroy(records["a"], "DC-2026-17", world.at)
    destroy(records["b"], "DC-2026-18", world.at)
    found = [(change.certificate, change.count) for change in compare(world, run).only_then]
    assert sorted(found) == [("DC-2026-17", 1), ("DC-2026-18", 1)]


def test_a_hold_or_series_that_changed_is_named(world: World) -> None:
    records = a_thread(world)
    SearchDocument.objects.update(on_hold=True, series_id=7)
    held, in_series = frozen(world, on_hold=True), frozen(world, series_ids=(7,))
    SearchDocument.objects.filter(record=records["a"]).update(on_hold=False, series_id=8)
    assert reasons(compare(world, held))[1] == {"hold": 1}
    assert reasons(compare(world, in_series))[1] == {"series": 1}


def test_a_later_version_or_a_changed_value_that_makes_a_record_fit_is_told_apart(world: World) -> None:
    records = a_thread(world)
    run = frozen(world, "zebra OR works", states=("live",))
    later = world.at + timedelta(minutes=1)
    captured(
        records["p"].account,
        [{"id": "b", "text": "a zebra", "parent": "p", "author": "bob", "published": later}],
        at=later,
    )
    assert reasons(compare(world, run)) == ({"edited": 1}, {})
    hidden = frozen(world, states=("removed",))
    SearchDocument.objects.filter(record=records["c"]).update(state="removed")
    assert reasons(compare(world, hidden)) == ({"filter": 1}, {})


def test_examples_name_only_what_the_reader_may_see(world: World) -> None:
    records = a_thread(world)
    run = frozen(world)
    SearchDocument.objects.filter(record=records["a"]).delete()
    [change] = compare(world, run).only_then
    assert change.examples == (records["a"].ref,)


def test_a_search_of_compartments_that_the_reader_may_not_enter_is_not_compared(world: World) -> None:
    a_thread(world, a_page(world, compartment="restricted"))
    counsel = Actor(user=world.holders["counsel"])
    run = search_freeze(actor=counsel, words="", filters=Filters(), at=world.at)
    assert run.total == 5
    auditor = Actor(user=world.holders["auditor"])
    comparison = search_run_compare(run, actor=auditor, at=world.at)
    assert comparison.closed == ("messages", "restricted")
    assert comparison.total_now == 0


def test_a_list_that_lacks_a_record_no_longer_gives_its_digest(world: World) -> None:
    records = a_thread(world)
    run = frozen(world, "main OR bus")
    SearchRunHit.objects.create(run=run, record=records["b"])
    assert not compare(world, run).intact


def test_those_without_the_authority_are_refused(world: World) -> None:
    a_thread(world)
    run = frozen(world)
    with pytest.raises(policy.Denied):
        search_run_compare(run, actor=Actor(user=world.holders["pio"]), at=world.at)
    with pytest.raises(policy.Denied):
        search_run_compare(run, actor=Actor(user=world.holders["chief"]), at=world.at)


def test_who_sees_a_frozen_search_is_the_same_for_rows_and_for_one(world: World) -> None:
    a_thread(world)
    run = frozen(world)
    for user in [*world.holders.values(), *world.colleagues.values(), world.stranger]:
        actor = Actor(user=user)
        listed = SearchRun.objects.filter(SEARCH_RUNS.condition(actor, world.at)).exists()
        assert listed == SEARCH_RUNS.allows(actor, run, world.at), user
    process = Actor(process="worker")
    assert not SearchRun.objects.filter(SEARCH_RUNS.condition(process, world.at)).exists()


def test_a_frozen_search_names_its_filters_and_leaves_out_what_is_closed(world: World) -> None:
    records = a_thread(world)
    closed = a_page(world, name="Tip line", compartment="restricted")
    counsel = Actor(user=world.holders["counsel"])
    filters = Filters(
        account_ids=(records["p"].account_id, closed.pk),
        author_id=records["a"].current.author_id,
        kinds=("comment",),
        years=(2026,),
        since=world.at.date(),
        on_hold=True,
    )
    run = search_freeze(actor=counsel, words="road", filters=filters, at=world.at)
    mine = search_run_shown(run, actor=counsel, at=world.at)
    assert "Account: Riverton Police, Tip line" in mine.filters
    assert "Author: Ann (@ann)" in mine.filters
    assert "Only what was on hold" in mine.filters
    assert mine.words == "road"
    other = search_run_shown(run, actor=Actor(user=world.holders["auditor"]), at=world.at)
    assert "Account: Riverton Police, an account that is closed to you" in other.filters
    assert "author=mastodon%3Aid-ann" in mine.again
