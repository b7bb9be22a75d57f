"""Holds keep: now, for what is captured later, and until every reason is gone."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from archive.access import policy
from archive.access.models import AuditEntry, Words
from archive.connectors.contract import Kind
from archive.destruction.errors import Refused as NotDestroyed
from archive.destruction.guards import refusals
from archive.destruction.holdings import Holding
from archive.destruction.models import Blocker
from archive.destruction.services import destroy_record
from archive.ledger.models import EventContent, LedgerEvent
from archive.records.models import SearchDocument
from retention.errors import Refused
from retention.holds.models import Hold, HoldItem, HoldKind
from retention.holds.services import Scope, hold_extend, hold_place, hold_release, standing_catch_up
from tests.archive.destruction import scene
from tests.archive.destruction.scene import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def only_holds(settings: Settings) -> None:
    settings.DESTRUCTION_GUARDS = settings.REQUIRED_GUARDS = ["retention.holds.guards.GUARD"]
    settings.CAPTURE_LISTENERS = ["retention.holds.listener.LISTENER"]


def held(*ids: int) -> list[Holding]:
    return [Holding("record", one) for one in ids]


def test_a_held_record_is_not_destroyed_and_one_beside_it_is() -> None:
    counsel, manager = scene.person("counsel", "counsel"), scene.person("manager", "records-manager")
    one, other = scene.comments(scene.page(), {"1": "a", "2": "b"})
    warrants = {record: scene.order(record) for record in (one, other)}
    hold_place(kind=HoldKind.LEGAL, reason="Doe v. City", holdings=held(one), actor=counsel, at=AT)
    with pytest.raises(NotDestroyed, match="A hold keeps this"):
        destroy_record(record_id=one, warrant=warrants[one], actor=manager, at=AT)
    assert not destroy_record(record_id=other, warrant=warrants[other], actor=manager, at=AT).again


def test_placing_writes_blocker_search_mark_event_step_audit_and_the_reason_as_content() -> None:
    counsel = scene.person("counsel", "counsel")
    one, other = scene.comments(scene.page(), {"1": "a", "2": "b"})
    placed = hold_place(kind=HoldKind.LEGAL, reason="Doe v. City", holdings=held(one), actor=counsel, at=AT)
    hold = placed.hold
    assert placed.held == 1
    assert list(Blocker.objects.values_list("holding_id", "reason_ref")) == [(one, hold.ref)]
    assert SearchDocument.objects.get(record_id=one).on_hold
    assert not SearchDocument.objects.get(record_id=other).on_hold
    assert LedgerEvent.objects.filter(subject=bytes(hold.subject)).count() == 1
    step = hold.steps.get()
    assert b"Doe" not in bytes(EventContent.objects.get(event_id=step.event_id).fields)
    assert Words.objects.get(ref=hold.reason_ref).text == "Doe v. City"
    assert AuditEntry.objects.filter(action="hold.place", object_ref=str(hold.ref)).count() == 1


def test_lifting_one_hold_leaves_what_another_keeps() -> None:
    counsel, foia = scene.person("counsel", "counsel"), scene.person("foia", "foia-officer")
    one, other = scene.comments(scene.page(), {"1": "a", "2": "b"})
    first = hold_place(kind=HoldKind.AUDIT, reason="audit", holdings=held(one, other), actor=counsel, at=AT).hold
    hold_place(kind=HoldKind.REQUEST, reason="request", holdings=held(one), actor=foia, at=AT)
    hold_release(hold_ref=first.ref, reason="audit closed", actor=counsel, at=AT + timedelta(days=1))
    assert set(refusals("record", [one, other], AT)) == {one}
    assert list(SearchDocument.objects.filter(on_hold=True).values_list("record_id", flat=True)) == [one]
    assert list(Blocker.objects.values_list("holding_id", flat=True)) == [one]


def test_a_hold_without_scope_does_not_reach_what_is_captured_later() -> None:
    counsel = scene.person("counsel", "counsel")
    account = scene.page()
    [one] = scene.comments(account, {"1": "a"})
    hold_place(kind=HoldKind.LEGAL, reason="x", holdings=held(one), actor=counsel, at=AT)
    [later] = scene.comments(account, {"2": "b"})
    assert set(refusals("record", [one, later], AT)) == {one}


def test_a_standing_hold_covers_what_is_there_and_what_is_captured_later_of_its_page_and_kind() -> None:
    counsel = scene.person("counsel", "counsel")
    account, elsewhere = scene.page("bpd"), scene.page("parks")
    [before] = scene.comments(account, {"1": "a"})
    hold = hold_place(kind=HoldKind.LEGAL, reason="x", scopes=[Scope(account.pk, "comment")], actor=counsel, at=AT).hold
    [after] = scene.comments(account, {"2": "b"})
    [post] = scene.comments(account, {"3": "c"}, kind=Kind.POST)
    [other] = scene.comments(elsewhere, {"4": "d"})
    assert set(refusals("record", [before, after, post, other], AT)) == {before, after}
    assert set(HoldItem.objects.filter(hold=hold).values_list("holding_id", flat=True)) == {before, after}
    assert set(Blocker.objects.values_list("holding_id", flat=True)) == {before, after}
    assert SearchDocument.objects.get(record_id=after).on_hold


def test_what_slipped_past_a_standing_hold_is_refused_at_once_and_taken_in_by_the_catch_up(settings: Settings) -> None:
    counsel = scene.person("counsel", "counsel")
    account = scene.page()
    hold_place(kind=HoldKind.LEGAL, reason="x", scopes=[Scope(account.pk)], actor=counsel, at=AT)
    settings.CAPTURE_LISTENERS = []
    [slipped] = scene.comments(account, {"1": "a"})
    assert set(refusals("record", [slipped], AT)) == {slipped}
    assert not HoldItem.objects.exists()
    assert standing_catch_up(at=AT) == 1
    assert standing_catch_up(at=AT) == 0
    assert list(Blocker.objects.values_list("holding_id", flat=True)) == [slipped]


def test_a_lifted_standing_hold_takes_in_nothing_more() -> None:
    counsel, manager = scene.person("counsel", "counsel"), scene.person("manager", "records-manager")
    account = scene.page()
    hold = hold_place(kind=HoldKind.LEGAL, reason="x", scopes=[Scope(account.pk)], actor=counsel, at=AT).hold
    hold_release(hold_ref=hold.ref, reason="settled", actor=manager, at=AT)
    [later] = scene.comments(account, {"1": "a"})
    assert refusals("record", [later], AT) == {}
    assert not HoldItem.objects.exists()


def test_what_was_destroyed_before_is_named_as_gone_and_not_held() -> None:
    counsel, manager = scene.person("counsel", "counsel"), scene.person("manager", "records-manager")
    account = scene.page()
    one, other = scene.comments(account, {"1": "a", "2": "b"})
    destroy_record(record_id=one, warrant=scene.order(one), actor=manager, at=AT)
    placed = hold_place(
        kind=HoldKind.LEGAL, reason="x", holdings=held(one, other), scopes=[Scope(account.pk)], actor=counsel, at=AT
    )
    assert (placed.held, placed.gone) == (1, frozenset(held(one)))
    assert list(HoldItem.objects.values_list("holding_id", flat=True)) == [other]


def test_nobody_lifts_a_legal_hold_of_their_own_not_even_past_the_service() -> None:
    counsel = scene.person("counsel", "counsel")
    [one] = scene.comments(scene.page(), {"1": "a"})
    hold = hold_place(kind=HoldKind.LEGAL, reason="x", holdings=held(one), actor=counsel, at=AT).hold
    with pytest.raises(Refused) as caught:
        hold_release(hold_ref=hold.ref, reason="done", actor=counsel, at=AT)
    assert caught.value.code == "hold.same_person"
    with pytest.raises(IntegrityError, match="legal_hold_not_self_released"), transaction.atomic():
        Hold.objects.filter(pk=hold.pk).update(released_by=counsel.user, released_at=AT)
    assert Blocker.objects.count() == 1


def test_a_lifted_hold_can_be_neither_lifted_again_nor_widened() -> None:
    counsel = scene.person("counsel", "counsel")
    [one] = scene.comments(scene.page(), {"1": "a"})
    hold = hold_place(kind=HoldKind.AUDIT, reason="x", holdings=held(one), actor=counsel, at=AT).hold
    hold_release(hold_ref=hold.ref, reason="done", actor=counsel, at=AT)
    for again in (
        lambda: hold_release(hold_ref=hold.ref, reason="done", actor=counsel, at=AT),
        lambda: hold_extend(hold_ref=hold.ref, holdings=held(one), actor=counsel, at=AT),
    ):
        with pytest.raises(Refused) as caught:
            again()
        assert caught.value.code == "hold.released"


@pytest.mark.parametrize("office", ["chief", "pio", "records-clerk", "auditor", "administrator"])
def test_who_may_not_place_holds_is_refused(office: str) -> None:
    [one] = scene.comments(scene.page(), {"1": "a"})
    with pytest.raises(policy.Denied):
        hold_place(kind=HoldKind.LEGAL, reason="x", holdings=held(one), actor=scene.person("one", office), at=AT)
    assert not Hold.objects.exists()


def test_who_takes_requests_places_the_hold_of_a_request() -> None:
    [one] = scene.comments(scene.page(), {"1": "a"})
    clerk = scene.person("clerk", "records-clerk")
    assert hold_place(kind=HoldKind.REQUEST, reason="x", holdings=held(one), actor=clerk, at=AT).held == 1


@pytest.mark.parametrize("reason", ["", "   ", "x" * 4_001])
def test_a_hold_needs_a_reason_of_bearable_length(reason: str) -> None:
    [one] = scene.comments(scene.page(), {"1": "a"})
    with pytest.raises(Refused) as caught:
        hold_place(kind=HoldKind.LEGAL, reason=reason, holdings=held(one), actor=scene.person("c", "counsel"), at=AT)
    assert caught.value.code == "hold.words"


def test_a_hold_on_nothing_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        hold_place(kind=HoldKind.LEGAL, reason="x", actor=scene.person("c", "counsel"), at=AT)
    assert caught.value.code == "hold.empty"
