"""The difference of two versions: exact both ways, readable, and bounded whatever the texts are."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.records.difference import difference

TEXT = st.text(alphabet="ab \n\té😀", max_size=60)


def before_of(stretches: object) -> str:
    return "".join(s.text for s in stretches if s.change != "added")  # type: ignore[attr-defined]


def after_of(stretches: object) -> str:
    return "".join(s.text for s in stretches if s.change != "removed")  # type: ignore[attr-defined]


@settings(max_examples=200)
@given(TEXT, TEXT)
def test_without_the_added_it_is_the_text_before_and_without_the_removed_the_text_after(
    before: str, after: str
) -> None:
    found = difference(before, after)
    assert before_of(found.stretches) == before
    assert after_of(found.stretches) == after
    assert found.changed == (before != after)


def test_a_changed_word_stands_alone() -> None:
    found = difference("one lane form Monday on", "one lane from Monday on")
    assert [(s.change, s.text) for s in found.stretches] == [
        ("same", "one lane "),
        ("removed", "form "),
        ("added", "from "),
        ("same", "Monday on"),
    ]


def test_words_added_at_the_end_leave_the_last_word_as_it_was() -> None:
    found = difference("The road is open", "The road is open again")
    assert [(s.change, s.text) for s in found.stretches] == [("same", "The road is open"), ("added", " again")]


@pytest.mark.parametrize(
    ("before", "after", "unit"),
    [
        ("a b " * 2_000, "b a " * 2_000, "lines"),
        ("a\n" * 3_000 + "x\n" * 3_000, "b\n" * 3_000 + "y\n" * 3_000, "text"),
        ("x " * 2_000_000, "y " * 2_000_000, "text"),
    ],
)
def test_texts_that_differ_too_much_are_compared_in_larger_pieces_and_quickly(
    before: str, after: str, unit: str
) -> None:
    begun = time.process_time()
    found = difference(before, after)
    assert found.unit == unit
    assert time.process_time() - begun < 1
    assert before_of(found.stretches) == before
