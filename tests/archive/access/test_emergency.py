"""A closed compartment opened in an emergency: for hours, with a reason, reviewed by another; sealed ones never."""

from datetime import timedelta

import pytest

from archive.access.actor import Actor
from archive.access.emergency.selectors import opening_shown, openings_visible, openings_waiting
from archive.access.emergency.services import OpeningRefused, glass_break, glass_close, glass_review, openable
from archive.access.models import AuditEntry, Compartment, Words
from archive.access.oversight_models import BrokenGlass
from archive.access.policy import Denied, closed_counts, open_compartments, sees, visible
from tests.archive.capture.world import AT, person

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def opened(actor: Actor, code: str = "restricted", hours: int = 2) -> BrokenGlass:
    compartment = Compartment.objects.get(code=code)
    return glass_break(compartment=compartment, reason="A threat against a school.", hours=hours, actor=actor, at=AT)


@pytest.fixture
def lieutenant() -> Actor:
    return Actor(person("lieutenant", "ciu-lieutenant"))


def test_what_is_opened_is_open_for_its_hours_to_that_person_alone(lieutenant: Actor) -> None:
    row = Words.objects.create(text="x", compartment="restricted", created_at=AT)
    opened(lieutenant)
    for moment, expected in ((AT - HOUR, False), (AT, True), (AT + HOUR, True), (AT + 2 * HOUR, False)):
        assert sees(lieutenant, row, moment) is expected
        assert visible(lieutenant, Words.objects.filter(pk=row.pk), moment).exists() is expected
    assert "restricted" not in open_compartments(Actor(person("other", "ciu-lieutenant")), AT)


def test_a_sealed_compartment_cannot_be_opened_and_is_not_offered(lieutenant: Actor) -> None:
    Compartment.objects.create(code="intel", name="Sealed", sealed=True)
    assert [one.code for one in openable(lieutenant, AT)] == ["messages", "restricted"]
    with pytest.raises(OpeningRefused, match="cannot be opened"):
        opened(lieutenant, "intel")


def test_nothing_is_opened_without_a_reason_or_for_longer_than_hours_or_without_the_authority(
    lieutenant: Actor,
) -> None:
    with pytest.raises(OpeningRefused, match="hours"):
        opened(lieutenant, hours=5)
    with pytest.raises(OpeningRefused, match="why"):
        glass_break(
            compartment=Compartment.objects.get(code="restricted"), reason=" ", hours=1, actor=lieutenant, at=AT
        )
    with pytest.raises(Denied):
        opened(Actor(person("clerk", "records-clerk")))


def test_others_are_asked_to_review_from_the_first_moment_and_nobody_reviews_their_own(lieutenant: Actor) -> None:
    auditor = Actor(person("auditor", "auditor"))
    found = opened(lieutenant)
    assert [item.title for item in openings_waiting(auditor, AT)] == ["Review: Lieutenant opened “Restricted”"]
    with pytest.raises(OpeningRefused, match="open still"):
        glass_review(ref=found.ref, justified=True, words="Yes.", actor=auditor, at=AT)
    glass_close(ref=found.ref, actor=lieutenant, at=AT + HOUR)
    assert "restricted" not in open_compartments(lieutenant, AT + HOUR)
    with pytest.raises(Denied):
        glass_review(ref=found.ref, justified=True, words="Yes.", actor=lieutenant, at=AT + HOUR)
    glass_review(ref=found.ref, justified=False, words="It could wait.", actor=auditor, at=AT + HOUR)
    assert openings_waiting(auditor, AT + HOUR) == []
    shown = opening_shown(openings_visible(auditor, AT).get(ref=found.ref), AT + HOUR)
    assert (shown.reason, shown.found) == ("A threat against a school.", "It could wait.")
    assert set(AuditEntry.objects.filter(action__startswith="glass.").values_list("action", "outcome")) == {
        ("glass.break", "done"),
        ("glass.close", "done"),
        ("glass.review", "not-justified"),
    }


def test_what_lies_in_an_opened_compartment_is_not_counted_as_closed(lieutenant: Actor) -> None:
    Words.objects.create(text="x", compartment="messages", created_at=AT)
    rows = Words.objects.filter(text="x")
    assert closed_counts(lieutenant, rows, AT) == {"messages": 1}
    opened(lieutenant, "messages")
    assert closed_counts(lieutenant, rows, AT) == {}
