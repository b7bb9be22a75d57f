"""The letter of a production says all that the law asks for, or it is not issued."""

from datetime import date, timedelta

import pytest

from archive.access.models import Appointment
from archive.access.policy import Denied
from archive.documents.errors import MissingPart
from archive.documents.layouts import DeniedPart
from archive.records.search import Filters
from foia.collections.models import Collection
from foia.production.answer import answer_letter_issue
from foia.production.drawn import texts_of
from foia.production.models import Production
from foia.production.services import production_build_request, production_number
from foia.requests.letters import denial_of, letter_document, letter_text
from foia.requests.models import Letter, LetterKind, RecordsRequest, RequestState
from foia.requests.no_records import request_answer_none
from foia.requests.review_office import review_office_adopt, review_office_propose
from foia.review.services import review_confirm, review_disclose, review_withhold
from retention.errors import Refused
from tests.foia import scene
from tests.foia.scene import RECEIVED, Said, Staff

pytestmark = pytest.mark.django_db
AT = RECEIVED + timedelta(hours=3)


def said(letter: Letter) -> str:
    return "\n".join(texts_of(letter_document(letter_text(letter))))


def withheld(people: Staff, *, codes: tuple[str, ...] = ("7(1)(a)",), open_ones: int = 0) -> Collection:
    """Return a confirmed collection with one withheld record and some disclosed ones."""
    scene.year_2026(people.officer)
    records = scene.captured(scene.page(), *[Said(f"Words number {n}") for n in range(open_ones + 1)])
    collection = scene.collected(scene.request_of(people.clerk), people.officer)
    items = [scene.item_of(collection, record) for record in records]
    review_withhold(items=items[:1], codes=codes, basis="The reason in full.", actor=people.clerk, at=AT)
    review_disclose(items=items[1:], actor=people.clerk, at=AT)
    review_confirm(collection=collection, actor=people.officer, at=AT)
    return collection


def production_of(collection: Collection, people: Staff) -> Production:
    return production_number(collection=collection, prefix="LETTER", actor=people.officer, at=AT)


def test_a_partial_denial_names_everything_that_the_law_asks_for() -> None:
    case = scene.reviewed()
    production = production_number(collection=case.collection, prefix="DEMO", actor=case.staff.officer, at=AT)
    letter = answer_letter_issue(production=production, actor=case.staff.officer, at=AT)
    assert letter.kind == LetterKind.PARTIAL
    text = said(letter)
    for part in (
        "granted in part and denied in part",
        "7(1)(a)", "5 ILCS 140/7(1)(a)", "A juvenile law-enforcement record.",
        "7(1)(b)", "A private telephone number.",
        "Clerk", "Records Clerk", "Officer", "FOIA Officer",
        "Public Access Counselor", "500 South 2nd Street", "217-555-0100",
        "judicial review", "5 ILCS 140/11", "60 days",
        "R. Equester", "PO Box 9", case.request.number, "February 6, 2026", "DEMO-000001", "DEMO-000003",
    ):  # fmt: skip
        assert part in text, part
    denial = letter_text(letter).denial
    assert denial is not None
    assert [(part.code, part.occurrences) for part in denial.parts] == [("7(1)(a)", 1), ("7(1)(b)", 1)]
    production.refresh_from_db()
    assert production.letter_ref == letter.ref


def test_everything_withheld_is_a_denial_and_nothing_withheld_a_grant() -> None:
    people = scene.staff()
    scene.office_known(people.officer)
    letter = answer_letter_issue(production=production_of(withheld(people), people), actor=people.officer, at=AT)
    assert letter.kind == LetterKind.DENIAL
    assert "None of them can be released" in said(letter)


def test_a_duplicate_left_out_denies_nothing() -> None:
    people = scene.staff()
    collection = withheld(people, codes=("DUPLICATE",), open_ones=1)
    letter = answer_letter_issue(production=production_of(collection, people), actor=people.officer, at=AT)
    assert letter.kind == LetterKind.GRANT
    assert letter_text(letter).denial is None


def test_a_denial_without_the_counselors_address_and_telephone_is_not_issued() -> None:
    people = scene.staff()
    production = production_of(withheld(people), people)
    with pytest.raises(Refused, match="Adopt them first"):
        answer_letter_issue(production=production, actor=people.officer, at=AT)
    candidate = review_office_propose()
    assert candidate["phone"] == ""
    review_office_adopt(**candidate, verified_on=None, actor=people.officer, at=AT)
    with pytest.raises(Refused, match="address and telephone"):
        answer_letter_issue(production=production, actor=people.officer, at=AT)
    assert not Letter.objects.exists()
    with pytest.raises(Refused, match="future"):
        review_office_adopt(**candidate, verified_on=date(2030, 1, 1), actor=people.officer, at=AT)


def test_an_unverified_address_is_printed_only_in_a_demonstration_and_marked() -> None:
    people = scene.staff()
    scene.office_known(people.officer, verified_on=None)
    production = production_of(withheld(people), people)
    assert "address not verified" in said(answer_letter_issue(production=production, actor=people.officer, at=AT))
    scene.staff(demonstration=False)
    with pytest.raises(Refused, match="Nobody has verified"):
        answer_letter_issue(production=production, actor=people.officer, at=AT)


def test_a_letter_names_no_person_without_a_title() -> None:
    people = scene.staff()
    scene.office_known(people.officer)
    production = production_of(withheld(people), people)
    Appointment.objects.filter(user=people.clerk.person).update(until=AT - timedelta(minutes=1))
    with pytest.raises(Refused, match="Clerk held no office"):
        answer_letter_issue(production=production, actor=people.officer, at=AT)


@pytest.mark.parametrize("missing", ["authority", "basis", "decision", "persons", "contact", "parts"])
def test_no_denial_exists_with_a_mandatory_part_empty(missing: str) -> None:
    people = scene.staff()
    part = DeniedPart(
        code="7(1)(a)",
        authority="" if missing == "authority" else "5 ILCS 140/7(1)(a)",
        basis=" " if missing == "basis" else "Because.",
        occurrences=1,
    )
    with pytest.raises(MissingPart):
        denial_of(
            decision="" if missing == "decision" else "Denied.",
            parts=() if missing == "parts" else (part,),
            persons=[] if missing == "persons" else [people.officer.person],
            contact=() if missing == "contact" else ("Counselor", "Street", "Phone"),
            at=AT,
        )


def test_who_may_not_decide_issues_no_letter_and_without_one_nothing_is_built() -> None:
    people = scene.staff()
    scene.office_known(people.officer)
    production = production_of(withheld(people), people)
    for actor in (people.clerk, people.manager, people.stranger):
        with pytest.raises(Denied):
            answer_letter_issue(production=production, actor=actor, at=AT)
    with pytest.raises(Refused, match="Issue the letter first"):
        production_build_request(production=production, actor=people.officer, at=AT)


def test_that_nothing_was_found_is_an_answer_that_states_its_search() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    scene.captured(scene.page(), Said("the café opens"))
    request = scene.request_of(people.clerk)
    with pytest.raises(Refused, match="found 1 records"):
        request_answer_none(request=request, words="café", filters=Filters(), actor=people.officer, at=AT)
    letter = request_answer_none(request=request, words="zeppelin", filters=Filters(), actor=people.officer, at=AT)
    assert "It looked for: zeppelin" in said(letter)
    assert "Public Access Counselor" in said(letter)
    assert RecordsRequest.objects.get(pk=request.pk).state == RequestState.ANSWERED


def test_a_drawn_letter_says_the_same_in_every_language_of_the_reader() -> None:
    from django.utils import translation

    case = scene.reviewed()
    production = production_number(collection=case.collection, prefix="DEMO", actor=case.staff.officer, at=AT)
    letter = answer_letter_issue(production=production, actor=case.staff.officer, at=AT)
    with translation.override("de"):
        german = said(letter)
    assert german == said(letter)
