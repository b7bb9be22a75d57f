"""The fast way into the index finds the very words that the tokenizer finds."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.records import marked
from archive.records.folding import fold, fold_text
from archive.records.tokens import FIELD_GAP, MARKED_KINDS, tokenize_fields, tsvector_literal
from archive.records.vectors import indexed_words

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
PLAUSIBLE_TEXT = st.text(
    st.sampled_from(
        " .,-@#:/_*'\"\\()+0123456789abcXYZéÉßﬁ½①中文字かがカﾞ한글ㅎกินहिन्दी\u0301\u3099\u200b\u00ad\ufe0f🔥👍🏽\n"
    ),
    max_size=80,
)
ODDITIES = [
    "@a_b @a_b #Snow www.etsy.com etsy.com 303-555-0142 +44 20 7946 0958",
    "@bob.Great @alice@city.social é #雪の日 警察",
    "x" * 5_000 + " www." + "y" * 300 + ".com #" + "z" * 200,
    "again " * 300,
    " ".join(f"w{n}" for n in range(17_000)),
    " ".join(f"{n:0>200}" for n in range(9_000)),
    "字" * 20_000,
    "",
    "-- !!",
]


def check_same(texts: Sequence[str], first: int) -> None:
    tokens = tokenize_fields(texts, first)
    expected = tsvector_literal(tokens)
    found = indexed_words(texts, first)
    assert sorted(found.vector.text.split(" ")) == sorted(expected.text.split(" "))
    assert found.vector.truncated == expected.truncated
    assert found.named == sorted(
        {(str(t.kind), marked.value(t.text, t.kind)) for t in tokens if t.kind in MARKED_KINDS}
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(ANY_TEXT, PLAUSIBLE_TEXT), max_size=3), st.sampled_from([1, 1 + FIELD_GAP]))
def test_the_index_gets_the_words_of_the_tokenizer_at_their_positions(texts: list[str], first: int) -> None:
    check_same(texts, first)


@pytest.mark.parametrize("text", ODDITIES)
def test_limits_and_oddities_are_indexed_alike(text: str) -> None:
    check_same(["a first text", text, "the last"], 1)


@settings(max_examples=300, deadline=None)
@given(st.one_of(ANY_TEXT, PLAUSIBLE_TEXT))
def test_folding_for_the_index_is_folding(text: str) -> None:
    assert fold_text(text) == fold(text).text
