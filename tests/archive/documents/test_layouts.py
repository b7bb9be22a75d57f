import dataclasses
from typing import Any

import pytest

from archive.documents.document import Cell, Column, Note, Table, plain
from archive.documents.errors import MalformedTable, MissingPart
from tests.archive.documents.reading import drawn, in_order, read, squeezed
from tests.archive.documents.samples import a_certificate, a_denial, a_letter, a_record_sheet, a_report


def text_of(document: Any) -> str:
    return squeezed("".join(read(drawn(document))))


def test_a_denial_letter_says_all_six_parts() -> None:
    denial = a_denial()
    parts = [
        denial.decision,
        denial.parts[0].code,
        denial.parts[0].authority,
        "Alex Moreno, Freedom of Information Officer",
        denial.counselor_review,
        *denial.counselor_contact,
        denial.judicial_review,
        "Sincerely,",
    ]
    assert in_order(parts, text_of(a_letter()))


@pytest.mark.parametrize("part", [f.name for f in dataclasses.fields(a_denial())])
def test_a_denial_with_an_empty_part_cannot_be_made(part: str) -> None:
    empty: Any = () if isinstance(getattr(a_denial(), part), tuple) else ""
    with pytest.raises(MissingPart) as refused:
        dataclasses.replace(a_denial(), **{part: empty})
    assert refused.value.parts == (part,)


def test_an_exemption_without_a_factual_basis_cannot_be_claimed() -> None:
    bare = dataclasses.replace(a_denial().parts[0], basis="  ")
    with pytest.raises(MissingPart) as refused:
        dataclasses.replace(a_denial(), parts=(bare,))
    assert refused.value.parts == ("parts[7(1)(b)].basis",)


def test_a_record_sheet_carries_its_bates_number_on_every_page() -> None:
    pages = read(drawn(a_record_sheet()))
    assert len(pages) > 1
    assert all("DEMO-000017" in page for page in pages)


def test_media_that_is_withheld_or_not_held_is_said_so() -> None:
    notes = [block.label for block in a_record_sheet().blocks if isinstance(block, Note)]
    assert notes == ["Media withheld", "Media not held", "Note"]


def test_a_certificate_has_a_place_to_sign_for_each_signer() -> None:
    assert in_order(["Sam Lee", "Signature", "March 2, 2026", "Kim Ortiz", "Signature"], text_of(a_certificate()))


def test_a_report_says_as_of_when_and_what_it_leaves_out() -> None:
    assert in_order(["As of February 17, 2026", "DEMO-000001", "Not shown:"], text_of(a_report(3)))
    assert "Thereisnothingtolist." in text_of(a_report(0))


def test_a_table_with_a_missing_cell_is_refused() -> None:
    with pytest.raises(MalformedTable):
        Table((Column("a"), Column("b")), ((Cell(plain("x")),),))
    with pytest.raises(MalformedTable):
        Table(tuple(Column("a") for _ in range(25)), ())
