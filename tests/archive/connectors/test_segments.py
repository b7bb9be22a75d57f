"""Text is cut into segments that join to the same text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.connectors.contract import Fields
from archive.connectors.segments import SEGMENT_LIMIT, put_text, segments


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(" \n\t\u3000\x85\x1c"), max_size=200))
def test_joined_segments_are_the_text(text: str) -> None:
    cut = segments(text)
    assert "".join(cut) == text
    assert all(cut)


def test_a_segment_is_a_word_with_the_space_behind_it() -> None:
    assert segments("  Call 309-555-0142\n\nnow ") == ["  ", "Call ", "309-555-0142\n\n", "now "]


def test_a_long_text_is_cut_at_lines_and_a_very_long_one_at_groups_of_lines() -> None:
    by_line = "a b c d\n" * 1_000
    by_group = "a b\n" * 9_999
    assert segments(by_line) == ["a b c d\n"] * 1_000
    assert len(segments(by_group)) <= SEGMENT_LIMIT
    assert "".join(segments(by_group)) == by_group
    one_line = "a " * 10_000
    assert segments(one_line) == [one_line]


def test_fields_name_each_segment_and_their_number() -> None:
    fields: Fields = {}
    put_text(fields, "/content", "two words")
    assert fields == {"/content/0": "two ", "/content/1": "words", "/content/#": 2}
