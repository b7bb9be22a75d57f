import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.ledger.commitment import commit
from archive.ledger.errors import FieldError
from archive.ledger.segments import MAX_SEGMENT, MAX_SEGMENTS, MAX_TEXT, fields, join, snap, span, split

TEXT = st.text(st.sampled_from("ab é\u0301\U0001f6a7\n\t\u3000\u00a0\x00漢"), max_size=60) | st.text(max_size=60)


@settings(max_examples=300, deadline=None)
@given(text=TEXT)
def test_the_segments_joined_are_the_text(text: str) -> None:
    pieces = split(text)
    assert "".join(pieces) == text
    assert all(pieces)
    assert join("/content", fields("/content", text)) == text


def test_a_segment_is_a_word_with_the_space_after_it() -> None:
    assert split("  Call me\n at 555-0100 ") == ["  ", "Call ", "me\n ", "at ", "555-0100 "]
    assert split("") == []
    assert split(" ") == [" "]
    assert fields("/summary", "") == {"/summary/#": 0}


def test_a_text_with_too_many_words_is_cut_into_lines() -> None:
    text = "one two three\n" * 1_000
    assert split(text) == ["one two three\n"] * 1_000


@pytest.mark.parametrize("text", ["a " * 9_000, "\n" * 9_000 + "x", "漢" * 50_000, "a\n" * 20_000, "é\u0301" * 9_000])
def test_no_text_has_too_many_or_too_long_segments(text: str) -> None:
    pieces = split(text)
    assert "".join(pieces) == text
    assert len(pieces) <= MAX_SEGMENTS
    assert max(map(len, pieces)) <= MAX_SEGMENT


def test_a_long_run_is_not_cut_between_a_letter_and_its_mark() -> None:
    pieces = split("a" * (MAX_SEGMENT - 1) + "e\u0301" + "b" * 10)
    assert not any(unicodedata.combining(piece[0]) for piece in pieces)
    assert pieces[1].startswith("be\u0301"[1:])


def test_the_longest_segment_of_the_worst_characters_can_be_committed() -> None:
    for text in ("\x01" * MAX_SEGMENT * 2, "\U0001f6a7" * MAX_SEGMENT * 2, "\ud800" * MAX_SEGMENT * 2):
        commit("record/1", fields("/content", text), bytes(32))


def test_a_text_beyond_the_limit_is_refused() -> None:
    with pytest.raises(FieldError):
        split("a" * (MAX_TEXT + 1))


@settings(max_examples=300, deadline=None)
@given(text=TEXT.filter(bool), data=st.data())
def test_a_redaction_grows_to_whole_segments_and_by_no_more(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    pieces = split(text)
    chosen = snap(pieces, start, end)
    left, right = span(pieces, chosen)
    assert left <= start < end <= right
    assert start - left < len(pieces[chosen.start])
    assert right - end < len(pieces[chosen.stop - 1])


def test_the_span_of_a_phone_number_takes_its_segment_only() -> None:
    pieces = split("Call me at 555-0100 about it")
    assert snap(pieces, 11, 19) == range(3, 4)
    assert snap(pieces, 13, 22) == range(3, 5)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (-1, 2), (3, 2), (0, 99), (99, 100)])
def test_an_empty_or_foreign_span_is_refused(start: int, end: int) -> None:
    with pytest.raises(FieldError):
        snap(["ab ", "c"], start, end)


def test_joining_needs_every_segment() -> None:
    values = fields("/content", "a b c")
    del values["/content/1"]
    with pytest.raises(FieldError):
        join("/content", values)
    assert join("/summary", values) is None
