"""A typed search says what it looks for, and what cannot be understood says why."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.records.query import (
    MAX_CHARACTERS,
    DanglingOperator,
    EmptyQuery,
    MisplacedStar,
    QueryError,
    QueryTooLong,
    UnbalancedParenthesis,
    UnclosedPhrase,
    parse_query,
)

PIECES = ["fire", "ROAD", "O'Brien", "@city_pd", "#Snow", "etsy.com", "303-555-0142", "(303) 555-0142", "clos*"]
PIECES += ["中文字", "中", "🔥", '"road closed"', '"thanks @bob"', "OR", "AND", "NOT", "-", "-ice", "(", ")", "&"]
PIECES += ["...", "x" * 300, "\u200b", "\x00"]
TYPED = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)


@pytest.mark.parametrize(
    "typed, expected",
    [
        ("road closed", "('road' & 'closed')"),
        ('"Road Closed"', "('road' <-> 'closed')"),
        ("“road closed”", "('road' <-> 'closed')"),
        ("snow OR ice road", "('snow' | ('ice' & 'road'))"),
        ("(snow OR ice) AND road", "(('snow' | 'ice') & 'road')"),
        ("or and not", "('or' & 'and' & 'not')"),
        ("snow -ice", "('snow' & !'ice')"),
        ("snow NOT ice", "('snow' & !'ice')"),
        ("snow –ice", "('snow' & !'ice')"),
        ("snow -(ice OR rain)", "('snow' & !('ice' | 'rain'))"),
        ("well-known", "('well' <-> 'known')"),
        ("snow - ice", "('snow' & 'ice')"),
        ("clos*", "'clos':*"),
        ('"road clos*"', "('road' <-> 'clos':*)"),
        ("don't", "('don' <-> 't')"),
        ("@CityPD", "'@citypd'"),
        ("@city*", "'@city':*"),
        ("@alice@city.social", "'@alice@city.social'"),
        ('"thanks @bob"', "('thanks' <-> '@bob')"),
        ("#SnowDay,", "'#snowday'"),
        ("etsy.com", "'etsy.com'"),
        ("https://www.etsy.com/", "'www.etsy.com'"),
        ("etsy.com/listing", "('etsy' <-> 'com' <-> 'listing')"),
        ("the.end", "('the' <-> 'end')"),
        ("303-555-0142", "('+3035550142' | ('303' <-> '555' <-> '0142'))"),
        ("(303) 555 0142", "('+3035550142' | ('303' <-> '555' <-> '0142'))"),
        ("3035550142", "('+3035550142' | '3035550142')"),
        ("911", "'911'"),
        ("中文字", "('中文' <-> '文字')"),
        ("中", "'中':*"),
        ('"手机 case"', "('手机' <2> 'case')"),
        ("🔥", "'🔥'"),
        ("❤️", "'❤'"),
        ("CAFÉ", "'cafe'"),
        ("a & b", "('a' & 'b')"),
    ],
)
def test_a_typed_search_becomes_these_words(typed: str, expected: str) -> None:
    assert parse_query(typed).tsquery == expected


@pytest.mark.parametrize(
    "typed, error",
    [
        ("", EmptyQuery),
        ("   ", EmptyQuery),
        ("!!! ...", EmptyQuery),
        ("()", EmptyQuery),
        ("- -", EmptyQuery),
        ('"road closed', UnclosedPhrase),
        ("(snow", UnbalancedParenthesis),
        ("snow)", UnbalancedParenthesis),
        ("*", MisplacedStar),
        ("*ing", MisplacedStar),
        ("f*re", MisplacedStar),
        ("a*", MisplacedStar),
        ("@a*", MisplacedStar),
        ("OR snow", DanglingOperator),
        ("snow OR", DanglingOperator),
        ("snow OR ...", DanglingOperator),
        ("snow AND", DanglingOperator),
        ("snow AND AND ice", DanglingOperator),
        ("NOT", DanglingOperator),
        ("(" * 30 + "a", QueryTooLong),
        ("-" + "(-" * 30 + "a", QueryTooLong),
        ("a " * 201, QueryTooLong),
        ("a" * (MAX_CHARACTERS + 1), QueryTooLong),
    ],
)
def test_what_cannot_be_understood_tells_the_clerk_what_to_change(typed: str, error: type[QueryError]) -> None:
    with pytest.raises(error) as caught:
        parse_query(typed)
    assert caught.value.sentence.endswith(".")
    assert caught.value.code == error.code


@pytest.mark.parametrize(
    "typed, expected",
    [
        ("-ice", True),
        ("-ice -snow", True),
        ("snow OR -ice", True),
        ("snow -ice", False),
        ("-(-ice)", False),
        ("ice", False),
    ],
)
def test_a_search_that_matches_records_without_its_words_is_flagged(typed: str, expected: bool) -> None:
    assert parse_query(typed).only_minuses is expected


def test_pieces_without_words_are_ignored_by_name() -> None:
    assert parse_query("fire & ... smoke").ignored == ("&", "...")


@settings(max_examples=300, deadline=None)
@given(st.one_of(TYPED, st.text(max_size=40)))
def test_what_was_understood_reads_back_as_the_same_search(typed: str) -> None:
    try:
        query = parse_query(typed)
    except QueryError:
        return
    again = parse_query(query.canonical)
    assert again.tsquery == query.tsquery
    assert again.canonical == query.canonical
