"""What was found is what is marked, on the text as it was captured."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.records.highlight import excerpt, highlights, matches
from archive.records.query import QueryError, parse_query
from archive.records.tokens import tokenize

PIECES = [
    "road",
    "Closed",
    "ROAD.",
    "cafe\u0301",
    "zero\u200bwidth",
    "@city_pd",
    "#Snow",
    "https://www.etsy.com/x",
    "O'Brien",
    "303-555-0142",
]
PIECES += ["中文字", "字", "🔥", "👍🏽", "ﬁne", "(303) 555.0142", "&", "-", "don't", "한글", "\n"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)


def marked(typed: str, text: str) -> list[str]:
    return [text[span.start : span.stop] for span in highlights(parse_query(typed), text)]


@pytest.mark.parametrize(
    "typed, text, expected",
    [
        ("road", "The Road, the road.", ["Road", "road"]),
        ('"road closed"', "road closed, closed road", ["road closed"]),
        ("road -closed", "road closed", ["road"]),
        ("clos*", "closed closing close", ["closed", "closing", "close"]),
        ("cafe", "Cafe\u0301!", ["Cafe\u0301"]),
        ("zerowidth", "a zero\u200bwidth b", ["zero\u200bwidth"]),
        ("❤", "I ❤️ it", ["❤️"]),
        ("etsy.com", "at https://www.etsy.com/x", ["etsy.com"]),
        ("303-555-0142", "call (303) 555 0142 now", ["(303) 555 0142"]),
        ("文", "中文字文", ["文", "文"]),
        ("文字", "中文字", ["文字"]),
        ("中文字", "中文字", ["中文字"]),
        ("@city_pd", "by @City_PD and city pd", ["@City_PD"]),
        ("snow OR ice", "ice", ["ice"]),
    ],
)
def test_hits_are_marked_where_they_stand(typed: str, text: str, expected: list[str]) -> None:
    assert marked(typed, text) == expected


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(0, 11), st.integers(1, 4))
def test_every_stretch_of_words_of_a_text_finds_the_text(text: str, first: int, count: int) -> None:
    """Index and query agree: no word, phrase or number that stands in a text can miss it."""
    phrase = " ".join(text.split()[first : first + count])
    for typed in (phrase, f'"{phrase}"'):
        try:
            query = parse_query(typed)
        except QueryError:
            return
        if query.only_minuses:
            return
        assert matches(query, [text])
        assert highlights(query, text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.integers(0, 59))
def test_every_word_of_any_text_finds_the_text(text: str, number: int) -> None:
    tokens = tokenize(text)
    if not tokens:
        return
    token = tokens[number % len(tokens)]
    piece = text[token.start : token.stop]
    # One character may stand for parts of two words ("¼0" reads 1 and 40); it is no word of its own then.
    if [found.text for found in tokenize(piece)] == [token.text] and not set(piece) & set('"*＊“”„‟«»＂'):
        assert matches(parse_query(f'"{piece}"'), [text])


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.sampled_from(["road", "clos*", "字", "@city_pd", '"road closed"', "fine OR don't"]))
def test_marks_are_in_order_inside_the_text_and_apart(text: str, typed: str) -> None:
    stop = -1
    for span in highlights(parse_query(typed), text):
        assert stop < span.start < span.stop <= len(text)
        stop = span.stop


def test_no_phrase_matches_across_two_texts() -> None:
    assert matches(parse_query("road closed"), ["road", "closed"])
    assert not matches(parse_query('"road closed"'), ["road", "closed"])


def test_an_excerpt_shows_the_first_hit_with_its_marks() -> None:
    text = "word " * 200 + "needle " + "word " * 200
    shown = excerpt(text, highlights(parse_query("needle"), text), width=120)
    assert shown.cut_before
    assert shown.cut_after
    assert len(shown.text) <= 120
    assert [shown.text[span.start : span.stop] for span in shown.spans] == ["needle"]
    assert not shown.text.startswith("ord")


def test_a_short_text_is_shown_whole() -> None:
    assert excerpt("all of it", []) == ("all of it", (), False, False)
