"""Two persons: the one who reviews does not confirm, and the database itself holds them apart."""

import json

import pytest
from django.db import Error, IntegrityError, connection, transaction

from archive.access.models import AuditEntry, Words
from archive.access.policy import Denied
from archive.ledger.models import EventContent
from foia.collections.models import CollectionItem
from foia.requests.models import RecordsRequest, RequestState
from foia.review.models import Approval, ApprovedDecision, Redaction, ReviewDecision
from foia.review.redaction import Ask
from foia.review.services import redaction_preview, review_confirm, review_disclose, review_redact, review_withhold
from retention.errors import Refused
from tests.foia import scene
from tests.foia.scene import PHONE, RECEIVED, REDACTED_TEXT

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> tuple[scene.Staff, CollectionItem]:
    people = scene.staff()
    scene.year_2026(people.officer)
    [record] = scene.captured(scene.page(), scene.Said(REDACTED_TEXT))
    request = scene.request_of(people.clerk)
    collection = scene.collected(request, people.officer)
    return people, scene.item_of(collection, record)


def test_the_preview_shows_what_will_be_stored(case: tuple[scene.Staff, CollectionItem]) -> None:
    people, item = case
    asks = [scene.span_of(item, "555", REDACTED_TEXT)]
    [seen] = redaction_preview(item=item, asks=asks, actor=people.clerk, at=RECEIVED)
    decision = review_redact(item=item, asks=asks, basis="A telephone number.", actor=people.clerk, at=RECEIVED)
    stored = Redaction.objects.get(decision=decision)
    assert (stored.asked_start, stored.asked_stop) == (REDACTED_TEXT.index("555"), REDACTED_TEXT.index("555") + 3)
    assert (stored.shown_start, stored.shown_stop) == (seen.shown_start, seen.shown_stop)
    assert REDACTED_TEXT[stored.shown_start : stored.shown_stop] == f"{PHONE} "
    assert not ReviewDecision.objects.filter(decision="redact", codes=[]).exists()


def test_evidence_of_a_redaction_holds_offsets_and_no_words(case: tuple[scene.Staff, CollectionItem]) -> None:
    people, item = case
    decision = review_redact(
        item=item, asks=[scene.span_of(item, PHONE, REDACTED_TEXT)], basis="Private.", actor=people.clerk, at=RECEIVED
    )
    fields = json.loads(bytes(EventContent.objects.get(event_id=decision.event_id).fields))
    assert fields["/redaction/0/path"] == "/content"
    assert PHONE not in json.dumps(fields)
    assert decision.basis_ref is not None
    assert Words.objects.get(ref=decision.basis_ref).text == "Private."
    assert AuditEntry.objects.filter(action="review.redact").count() == 1


def test_the_latest_decision_counts(case: tuple[scene.Staff, CollectionItem]) -> None:
    people, item = case
    review_disclose(items=[item], actor=people.clerk, at=RECEIVED)
    review_withhold(items=[item], codes=["7(1)(c)"], basis="Privacy.", actor=people.clerk, at=RECEIVED)
    approval = review_confirm(collection=item.collection, actor=people.officer, at=RECEIVED)
    [line] = approval.lines.all()
    assert line.decision.decision == "withhold"
    assert [each.n for each in item.decisions.order_by("n")] == [0, 1]


def test_no_exemption_no_basis_no_unknown_code(case: tuple[scene.Staff, CollectionItem]) -> None:
    people, item = case
    for codes, basis in (([], "x"), (["7(1)(c)"], " "), (["7(99)"], "x")):
        with pytest.raises(Refused):
            review_withhold(items=[item], codes=codes, basis=basis, actor=people.clerk, at=RECEIVED)
    with pytest.raises(Refused):
        review_redact(item=item, asks=[], basis="x", actor=people.clerk, at=RECEIVED)
    with pytest.raises(Refused):
        review_redact(item=item, asks=[Ask("/author", "because")], basis="x", actor=people.clerk, at=RECEIVED)
    assert not ReviewDecision.objects.exists()


def test_nothing_is_confirmed_while_something_is_undecided(case: tuple[scene.Staff, CollectionItem]) -> None:
    people, item = case
    with pytest.raises(Refused, match="1 records are not decided"):
        review_confirm(collection=item.collection, actor=people.officer, at=RECEIVED)


def test_who_reviewed_does_not_confirm_and_who_may_not_decide_does_not_either(
    case: tuple[scene.Staff, CollectionItem],
) -> None:
    people, item = case
    review_disclose(items=[item], actor=people.officer, at=RECEIVED)
    with pytest.raises(Refused, match="Another person has to confirm"):
        review_confirm(collection=item.collection, actor=people.officer, at=RECEIVED)
    for actor in (people.clerk, people.stranger):
        with pytest.raises(Denied):
            review_confirm(collection=item.collection, actor=actor, at=RECEIVED)
    with pytest.raises(Denied):
        review_disclose(items=[item], actor=people.stranger, at=RECEIVED)
    colleague = scene.person("second", "foia-officer")
    review_confirm(collection=item.collection, actor=colleague, at=RECEIVED)


def test_the_database_refuses_a_self_confirmation_and_one_that_lies_about_its_persons(
    case: tuple[scene.Staff, CollectionItem],
) -> None:
    people, item = case
    [decision] = review_disclose(items=[item], actor=people.clerk, at=RECEIVED)
    approval = review_confirm(collection=item.collection, actor=people.officer, at=RECEIVED)
    ApprovedDecision.objects.get(approval=approval, decision=decision)
    clerk, officer, other = people.clerk.person, people.officer.person, people.manager.person
    own = Approval.objects.create(
        collection=item.collection,
        decisions=1,
        decisions_sha256=b"",
        by=clerk,
        at=RECEIVED,
        event_id=decision.ref,
    )
    for reviewed, approved, constraint in (
        (clerk, clerk, "review_not_self_approved"),
        (other, clerk, "approved_decision_reviewer"),
        (clerk, officer, "approved_decision_approver"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            ApprovedDecision.objects.create(approval=own, decision=decision, reviewed_by=reviewed, approved_by=approved)


def test_decisions_and_redactions_cannot_be_changed_in_sql(case: tuple[scene.Staff, CollectionItem]) -> None:
    people, item = case
    review_redact(
        item=item, asks=[scene.span_of(item, PHONE, REDACTED_TEXT)], basis="Private.", actor=people.clerk, at=RECEIVED
    )
    for statement in ("UPDATE review_decision SET decision = 'disclose'", "DELETE FROM redaction"):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_redaction_that_shrinks_is_refused_by_the_database(case: tuple[scene.Staff, CollectionItem]) -> None:
    people, item = case
    decision = review_redact(
        item=item, asks=[scene.span_of(item, PHONE, REDACTED_TEXT)], basis="Private.", actor=people.clerk, at=RECEIVED
    )
    with pytest.raises(IntegrityError, match="redaction_grows_outward"), transaction.atomic():
        Redaction.objects.create(
            decision=decision,
            place=9,
            path="/content",
            code="7(1)(b)",
            asked_start=0,
            asked_stop=9,
            first=0,
            stop=1,
            shown_start=0,
            shown_stop=5,
        )


def test_confirming_moves_the_request_on(case: tuple[scene.Staff, CollectionItem]) -> None:
    people, item = case
    review_disclose(items=[item], actor=people.clerk, at=RECEIVED)
    review_confirm(collection=item.collection, actor=people.officer, at=RECEIVED)
    request = RecordsRequest.objects.get(ref=item.collection.purpose_ref)
    assert request.state == RequestState.DECIDED
