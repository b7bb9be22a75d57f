"""Hostile JSON is read strictly, and every range is where the part really lies."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.connectors.strict_json import Span, Unreadable, document, elements, members, read

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
FORMS = st.fixed_dictionaries(
    {"indent": st.sampled_from([None, 0, 3]), "ensure_ascii": st.booleans(), "separators": st.just((" ,", ": "))}
)


def code_of(body: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read(body, document(body))
    return caught.value.code


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, max_size=6), FORMS)
def test_every_element_lies_where_it_is_said_to_lie(values: list[Any], form: dict[str, Any]) -> None:
    body = b" " + json.dumps(values, **form).encode() + b"\n"
    spans, rest = elements(body)
    assert rest is None
    assert [json.loads(body[start:stop]) for start, stop in spans] == values
    assert [read(body, span) for span in spans] == values


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(WORDS, VALUES, max_size=6), FORMS)
def test_every_member_lies_where_it_is_said_to_lie(value: dict[str, Any], form: dict[str, Any]) -> None:
    body = b"\t" + json.dumps(value, **form).encode() + b" "
    spans = members(body, Span(1, len(body) - 1))
    assert {name: read(body, span) for name, span in spans.items()} == value
    assert list(spans.values()) == sorted(spans.values())


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=5), st.data())
def test_a_broken_list_gives_what_came_whole_and_the_rest(values: list[Any], data: st.DataObject) -> None:
    whole = json.dumps(values).encode()
    body = whole[: data.draw(st.integers(1, len(whole) - 1))]
    spans, rest = elements(body)
    assert rest is not None
    assert rest.stop == len(body)
    found = [json.loads(body[start:stop]) for start, stop in spans]
    assert found == values[: len(found)]


@pytest.mark.parametrize(
    "body,code",
    [
        (b'{"a":1,"a":1}', "duplicate-key"),
        (b'{"a":{"b":1,"\\u0062":2}}', "duplicate-key"),
        (b'{"a":"\\ud800"}', "lone-surrogate"),
        (b'{"\\udc00":1}', "lone-surrogate"),
        (b'{"a":"x\\u0000y"}', "nul"),
        (b'{"a":"\xff"}', "not-utf8"),
        (b'{"a":"\x01"}', "malformed"),
        (b'{"a":NaN}', "malformed"),
        (b'{"a":-Infinity}', "malformed"),
        (b'{"a":01}', "malformed"),
        (b'{"a":1}x', "malformed"),
        (b"{'a':1}", "malformed"),
        (b"", "malformed"),
        (b"9" * 5_000, "malformed"),
        (b"[" * 65 + b"]" * 65, "too-deep"),
        (b"[" * 100_000 + b"]" * 100_000, "too-deep"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "too-deep"),
        (b"\x00", "malformed"),
        (json.dumps({"a": 1}).encode("utf-16"), "not-utf8"),
    ],
)
def test_what_is_not_the_json_we_take_has_a_code(body: bytes, code: str) -> None:
    assert code_of(body) == code


def test_what_only_looks_odd_is_taken() -> None:
    for text in ('"\\ud83d\\ude00"', '"\\\\ud800"', '"\\\\u0000"', '"[[[["', "[" * 64 + "]" * 64, '"\\ud7ff"'):
        body = text.encode()
        assert read(body, document(body)) == json.loads(text)


def test_brackets_inside_words_do_not_count_as_depth() -> None:
    body = json.dumps({"a": "[{" * 500, 'b"': '\\"[[['}).encode()
    assert read(body, document(body))["a"] == "[{" * 500


@pytest.mark.parametrize("body", [b'{"a":1,"a":2}', b'{"a":1,"b":2,"a":3}', b'{"a":12,"a":1}', b'{"a":1,"\\u0061":1}'])
def test_a_repeated_name_is_found_while_walking(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        members(body, document(body))
    assert caught.value.code == "duplicate-key"


@pytest.mark.parametrize("body", [b'{"a"', b'{"a":', b'{"a":1', b'{"a":1,', b'{"a":1 "b":2}', b"{1:2}", b'{"a":1}}'])
def test_a_broken_object_is_malformed(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        members(body, document(body))
    assert caught.value.code == "malformed"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text('[]{},:"\\u0d8 \n123ae', max_size=60).map(str.encode))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    whole = document(body)
    for attempt in (lambda: read(body, whole), lambda: elements(body, whole), lambda: members(body, whole)):
        with suppress(Unreadable):
            attempt()
