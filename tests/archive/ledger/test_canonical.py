import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.ledger.canonical import (
    MAX_DEPTH,
    canonical_bytes,
    check_utf16,
    format_time,
    parse_time,
    text_of,
    view,
    view_text,
)
from archive.ledger.errors import CanonicalError, ParseError
from archive.ledger.parsing import parse, parse_canonical, parse_network

LIMIT = 1 << 20
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.text(max_size=30))
ASCII_KEY = st.text(st.characters(max_codepoint=127), max_size=10).filter(lambda key: key != "$utf16be")
JSON = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(ASCII_KEY, inner, max_size=5),
    max_leaves=20,
)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20) | st.text(
    st.characters(min_codepoint=0xD700, max_codepoint=0xE100), max_size=8
)


@settings(max_examples=500, deadline=None)
@given(value=JSON)
def test_lj1_bytes_equal_rfc_8785(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@settings(max_examples=200, deadline=None)
@given(value=JSON)
def test_what_was_encoded_parses_back_and_is_canonical(value: Any) -> None:
    octets = canonical_bytes(value)
    assert parse_canonical(octets, max_bytes=LIMIT) == value
    assert parse_network(octets, max_bytes=LIMIT) == value


class Whole(int):
    """An int subclass, which the guard must not let slip through."""


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        float("inf"),
        -0.0,
        2**53,
        -(2**53),
        Whole(1),
        {"é": 1},
        {1: 1},
        "\ud83d",
        {"a": ["\udfff"]},
        (1,),
        b"a",
        datetime(2024, 1, 1, tzinfo=UTC),
        {"$utf16be": "AGE"},
        {"$utf16be": "2D0", "b": 1},
    ],
    ids=repr,
)
def test_the_guard_refuses_what_is_outside_the_profile(value: Any) -> None:
    with pytest.raises(CanonicalError):
        canonical_bytes(value)


def test_depth_64_is_the_deepest() -> None:
    value: Any = []
    for _ in range(MAX_DEPTH - 1):
        value = [value]
    text = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert canonical_bytes(value) == text.encode()
    assert parse(text.encode(), max_bytes=LIMIT) == value
    with pytest.raises(CanonicalError):
        canonical_bytes([value])
    with pytest.raises(ParseError):
        parse(f"[{text}]".encode(), max_bytes=LIMIT)


@pytest.mark.parametrize("unit", ["[", '{"a":', '[{"a":['])
def test_a_flood_of_brackets_is_a_typed_error(unit: str) -> None:
    with pytest.raises(ParseError):
        parse(unit.encode() * 100_000, max_bytes=LIMIT)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a":1,"a":1}', "ledger.parse.duplicate"),
        ('{"a":1,"\\u0061":2}', "ledger.parse.duplicate"),
        ('[{"b":{"a":1,"a":2}}]', "ledger.parse.duplicate"),
        ("NaN", "ledger.parse.number"),
        ("-Infinity", "ledger.parse.number"),
        ("1.0", "ledger.parse.number"),
        ("1e3", "ledger.parse.number"),
        ("-0", "ledger.parse.number"),
        ("9007199254740992", "ledger.parse.number"),
        ("9" * 5_000, "ledger.parse.number"),
        ("", "ledger.parse.json"),
        ("{} {}", "ledger.parse.json"),
        ("{'a':1}", "ledger.parse.json"),
        ('"a\tb"', "ledger.parse.json"),
        ("\ufeff{}", "ledger.parse.json"),
        ("[1,]", "ledger.parse.json"),
    ],
)
def test_strict_parsing_names_what_is_wrong(text: str, code: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text.encode(), max_bytes=LIMIT)
    assert caught.value.code == code


def test_bad_utf8_and_a_body_beyond_the_limit_are_typed_errors() -> None:
    with pytest.raises(ParseError, match="UTF-8"):
        parse(b'"\xff"', max_bytes=LIMIT)
    with pytest.raises(ParseError, match="limit"):
        parse(b'"aaaa"', max_bytes=5)


def test_a_networks_decimals_and_huge_numbers_keep_their_text() -> None:
    sent = b'{"id":109382475610293847561,"lat":41.10,"ok":[true,null,-0,12]}'
    assert parse_network(sent, max_bytes=LIMIT) == {
        "id": "109382475610293847561",
        "lat": "41.10",
        "ok": [True, None, "-0", 12],
    }


@pytest.mark.parametrize("octets", [b'{"b":1,"a":1}', b"[1, 2]", b'"\\u0061"', b"[1]\n"])
def test_json_in_another_spelling_is_not_canonical(octets: bytes) -> None:
    with pytest.raises(ParseError):
        parse_canonical(octets, max_bytes=LIMIT)


@settings(max_examples=300, deadline=None)
@given(text=ANY_TEXT)
def test_every_text_has_one_canonical_view_that_gives_it_back(text: str) -> None:
    seen = view_text(text)
    assert canonical_bytes(seen)
    assert text_of(seen).encode("utf-16-be", "surrogatepass") == text.encode("utf-16-be", "surrogatepass")
    sent = json.loads(json.dumps(text))
    assert view_text(sent) == seen


def test_a_lone_surrogate_deep_inside_takes_the_utf16_form() -> None:
    received = parse_network(b'{"a":["x\\ud83d",{"b":"\\ud83d\\ude00"}]}', max_bytes=LIMIT)
    assert view(received) == {"a": [{"$utf16be": "AHjYPQ"}, {"b": "\U0001f600"}]}
    assert check_utf16({"$utf16be": "AHjYPQ"}) == "x\ud83d"


def test_a_network_cannot_forge_the_utf16_form() -> None:
    with pytest.raises(CanonicalError, match="reserved"):
        view({"a": {"$utf16be": "AHjYPQ"}})


@settings(max_examples=100, deadline=None)
@given(instant=st.datetimes(timezones=st.just(UTC)))
def test_times_are_written_and_read_in_one_spelling(instant: datetime) -> None:
    text = format_time(instant)
    assert len(text) == 27
    assert parse_time(text) == instant


def test_a_time_in_another_zone_is_written_in_utc() -> None:
    chicago = timezone(timedelta(hours=-6))
    assert format_time(datetime(2024, 3, 1, 6, 35, 0, 250_000, chicago)) == "2024-03-01T12:35:00.250000Z"
    with pytest.raises(CanonicalError):
        format_time(datetime(2024, 3, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-01T12:35:00Z",
        "2024-03-01T12:35:00.25Z",
        "2024-03-01T12:35:60.000000Z",
        "2024-02-30T12:35:00.000000Z",
        "2024-03-01 12:35:00.000000Z",
        "2024-03-01T12:35:00.000000+00:00",
        " 2024-03-01T12:35:00.000000Z",
        "２024-03-01T12:35:00.000000Z",
        "",
    ],
)
def test_any_other_time_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_time(text)
