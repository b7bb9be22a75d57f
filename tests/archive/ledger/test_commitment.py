import hashlib
import hmac
import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from sd_jwt.common import SDJWTCommon
from sd_jwt.verifier import SDJWTVerifier

from archive.ledger.canonical import MAX_LEAF, view_text
from archive.ledger.commitment import (
    Disclosed,
    Value,
    check_disclosed,
    check_entry,
    check_fields,
    commit,
    disclose,
    padding,
)
from archive.ledger.encoding import base64url, base64url_bytes
from archive.ledger.errors import DisclosureError, FieldError, LedgerError, ParseError
from archive.ledger.merkle import leaf_hash, node_hash
from tests.archive.ledger.vector import CAPTURE, DISCLOSURE_TEXT_1, DISPOSITION, ROOT, SALT_TEXT_1, VectorEvent

NAME = st.from_regex(r"(/([!-.0-}]|~[01]){1,6}){1,3}", fullmatch=True)
VALUE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.text(max_size=40),
    st.text(st.characters(min_codepoint=0xD7F0, max_codepoint=0xE010), max_size=5).map(view_text),
)
FIELDS = st.dictionaries(NAME, VALUE, min_size=1, max_size=20)
KEY = st.binary(min_size=32, max_size=32)


def by_the_formulas(schema: str, fields: dict[str, Any], key: bytes) -> tuple[dict[str, str], list[str], bytes]:
    """The construction written down a second time, slowly, with rfc8785 and hmac."""
    shown: dict[str, str] = {}
    for name, value in fields.items():
        salt = base64url(hmac.new(key, b"daybook.salt/v1\x00" + name.encode(), "sha256").digest())
        shown[name] = base64url(rfc8785.dumps([salt, name, value]))
    sd = [base64url(hashlib.sha256(text.encode()).digest()) for text in shown.values()]
    decoys = 0
    while len(sd) % 8:
        mac = hmac.new(key, b"daybook.decoy/v1\x00" + str(decoys).encode(), "sha256").digest()
        sd.append(base64url(hashlib.sha256(mac).digest()))
        decoys += 1
    sd.sort()
    manifest = rfc8785.dumps({"schema": schema, "_sd": sd, "_sd_alg": "sha-256"})
    c = base64url(hashlib.sha256(b"daybook.commit/v1\n" + manifest).digest())
    return shown, sd, rfc8785.dumps({"c": c, "v": 1})


@pytest.mark.parametrize("event", [CAPTURE, DISPOSITION], ids=["capture", "disposition"])
def test_the_published_vector_holds(event: VectorEvent) -> None:
    made = commit(event.schema, event.fields, event.key)
    assert made.entry == f'{{"c":"{event.c}","v":1}}'.encode()
    assert len(made.entry) == 57
    assert made.leaf.hex() == event.leaf
    assert made.leaf == leaf_hash(made.entry)


def test_the_published_disclosure_salt_and_root_hold() -> None:
    shown = disclose(CAPTURE.schema, CAPTURE.fields, CAPTURE.key, ["/text/1"])
    assert shown.disclosures == (DISCLOSURE_TEXT_1,)
    assert json.loads(base64url_bytes(DISCLOSURE_TEXT_1)) == [SALT_TEXT_1, "/text/1", "555-0100"]
    assert len(shown.sd) == 16
    leaves = [commit(event.schema, event.fields, event.key).leaf for event in (CAPTURE, DISPOSITION)]
    assert node_hash(*leaves).hex() == ROOT


@settings(max_examples=200, deadline=None)
@given(fields=FIELDS, key=KEY, schema=st.sampled_from(["record/1", "disposition/1", "production.sealed/1", "a-b.c/12"]))
def test_the_fast_commitment_equals_the_formulas(fields: dict[str, Value], key: bytes, schema: str) -> None:
    shown, sd, entry = by_the_formulas(schema, fields, key)
    made = commit(schema, fields, key)
    assert made.entry == entry
    assert made.leaf == hashlib.sha256(b"\x00" + entry).digest()
    disclosed = disclose(schema, fields, key, list(fields))
    assert list(disclosed.sd) == sd
    assert list(disclosed.disclosures) == [shown[name] for name in sorted(shown)]


@settings(max_examples=100, deadline=None)
@given(fields=FIELDS, key=KEY, choice=st.randoms(use_true_random=False))
def test_any_choice_of_fields_proves_just_these(fields: dict[str, Value], key: bytes, choice: Any) -> None:
    names = [name for name in fields if choice.random() < 0.5]
    disclosed = disclose("record/1", fields, key, names)
    assert check_disclosed(disclosed) == {name: fields[name] for name in names}
    assert disclosed.entry.encode() == commit("record/1", fields, key).entry


def test_the_order_of_the_fields_does_not_matter() -> None:
    backwards = dict(reversed(list(CAPTURE.fields.items())))
    assert commit(CAPTURE.schema, backwards, CAPTURE.key) == commit(CAPTURE.schema, CAPTURE.fields, CAPTURE.key)


def test_sd_jwt_verifies_a_redacted_presentation_of_our_digests() -> None:
    """The digests of an event, signed as an SD-JWT, satisfy the off-the-shelf verifier with one field withheld."""
    from jwcrypto.jwk import JWK
    from jwcrypto.jws import JWS

    names = [name for name in CAPTURE.fields if name != "/text/1"]
    disclosed = disclose(CAPTURE.schema, CAPTURE.fields, CAPTURE.key, names)
    issuer = JWK.generate(kty="EC", crv="P-256")
    payload = {"_sd": list(disclosed.sd), "_sd_alg": "sha-256", "schema": disclosed.schema}
    token = JWS(payload=json.dumps(payload))
    token.add_signature(issuer, alg="ES256", protected=json.dumps({"alg": "ES256", "typ": "example+sd-jwt"}))
    separator = SDJWTCommon.COMBINED_SERIALIZATION_FORMAT_SEPARATOR
    presentation = separator.join([token.serialize(compact=True), *disclosed.disclosures, ""])
    seen = SDJWTVerifier(presentation, lambda *_: issuer).get_verified_payload()
    assert seen == {"schema": CAPTURE.schema} | {name: CAPTURE.fields[name] for name in names}
    assert "555-0100" not in presentation
    assert "/text/1" not in seen


def test_without_the_key_no_phone_ending_can_be_found_by_trying() -> None:
    disclosed = disclose(CAPTURE.schema, CAPTURE.fields, CAPTURE.key, ["/text/0"])
    salt = json.loads(base64url_bytes(disclosed.disclosures[0]))[0]
    for ending in range(10_000):
        guess = base64url(json.dumps([salt, "/text/1", f"555-{ending:04}"], separators=(",", ":")).encode())
        assert base64url(hashlib.sha256(guess.encode()).digest()) not in disclosed.sd


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_changed_character_of_a_disclosure_is_accepted(data: st.DataObject) -> None:
    disclosed = disclose(CAPTURE.schema, CAPTURE.fields, CAPTURE.key, list(CAPTURE.fields))
    part = data.draw(st.sampled_from(["schema", "entry", "disclosures", "sd"]))
    value = getattr(disclosed, part)
    place = data.draw(st.integers(0, len(value) - 1)) if isinstance(value, tuple) else None
    text = value if place is None else value[place]
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda char: char != text[at]))
    text = text[:at] + other + text[at + 1 :]
    changed = text if place is None else (*value[:place], text, *value[place + 1 :])
    with pytest.raises(LedgerError):
        check_disclosed(Disclosed(**{**disclosed._asdict(), part: changed}))


def test_a_disclosure_of_another_event_is_refused() -> None:
    mine = disclose(CAPTURE.schema, CAPTURE.fields, CAPTURE.key, ["/text/0"])
    other = disclose(CAPTURE.schema, CAPTURE.fields, DISPOSITION.key, ["/text/0"])
    with pytest.raises(DisclosureError, match="not what was committed"):
        check_disclosed(mine._replace(disclosures=other.disclosures))


def test_a_field_disclosed_twice_is_refused() -> None:
    mine = disclose(CAPTURE.schema, CAPTURE.fields, CAPTURE.key, ["/text/0"])
    with pytest.raises(DisclosureError, match="twice"):
        check_disclosed(mine._replace(disclosures=mine.disclosures * 2))


def test_digests_out_of_order_or_repeated_are_refused() -> None:
    mine = disclose(CAPTURE.schema, CAPTURE.fields, CAPTURE.key, ["/text/0"])
    for sd in (mine.sd[::-1], (mine.sd[0], *mine.sd)):
        with pytest.raises(DisclosureError):
            check_disclosed(mine._replace(sd=sd))


@pytest.mark.parametrize(
    "disclosure",
    [
        "",
        "W10",
        base64url(b'["a","b"]'),
        base64url(b'["a","/b",1.5]'),
        base64url(b'["a","/b",[1]]'),
        "é",
        "\ud800",
        "=",
    ],
)
def test_what_is_no_disclosure_becomes_a_typed_error(disclosure: str) -> None:
    mine = disclose(CAPTURE.schema, CAPTURE.fields, CAPTURE.key, [])
    with pytest.raises(LedgerError):
        check_disclosed(Disclosed(mine.schema, (disclosure,), mine.sd, mine.entry))


class Text(str):
    """A subclass, which the guard must not let slip through."""


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        float("nan"),
        2**53,
        -(2**53),
        Text("a"),
        b"a",
        ["a"],
        {},
        {"$utf16be": "AGE"},
        {"a": 1},
        "\ud800",
        "a" * 33_000,
    ],
    ids=repr,
)
def test_a_value_outside_the_profile_is_never_committed(value: Any) -> None:
    with pytest.raises(FieldError):
        commit("record/1", {"/a": value}, bytes(32))
    with pytest.raises(FieldError):
        check_fields({"/a": value})


def test_the_longest_field_is_the_same_before_and_in_the_commitment() -> None:
    fits = "a" * (MAX_LEAF - len('["","/a",""]') - 43)
    check_fields({"/a": fits})
    commit("record/1", {"/a": fits}, bytes(32))
    for write in (check_fields, lambda fields: commit("record/1", fields, bytes(32))):
        with pytest.raises(FieldError):
            write({"/a": fits + "a"})


@pytest.mark.parametrize("name", ["", "a", "/", "/a b", "/é", "/a~", "/a~2", "/a//b", "/a\n", 7, "/" + "a" * 600])
def test_a_name_that_is_no_pointer_is_never_committed(name: Any) -> None:
    with pytest.raises(FieldError):
        commit("record/1", {name: "x"}, bytes(32))
    with pytest.raises(FieldError):
        check_fields({name: "x"})


@pytest.mark.parametrize("schema", ["", "record", "record/0", "Record/1", "record/1\n", 'a"/1', "record/01"])
def test_a_schema_id_has_one_form(schema: str) -> None:
    with pytest.raises(FieldError):
        commit(schema, {"/a": "x"}, bytes(32))


def test_a_key_is_32_bytes_and_an_event_has_a_field() -> None:
    with pytest.raises(FieldError):
        commit("record/1", {"/a": "x"}, bytes(31))
    with pytest.raises(FieldError):
        commit("record/1", {}, bytes(32))
    with pytest.raises(FieldError):
        disclose("record/1", {"/a": "x"}, bytes(32), ["/b"])


def test_an_entry_has_exactly_one_spelling() -> None:
    entry = commit("record/1", {"/a": "x"}, bytes(32)).entry
    assert len(base64url_bytes(check_entry(entry))) == 32
    for other in (
        entry + b"\n",
        b" " + entry,
        entry.replace(b'"v":1', b'"v":2'),
        entry.replace(b'"v":1', b'"v":true'),
        entry.replace(b'"v":1', b'"v":1,"v":1'),
        entry[:-8] + b"B" + entry[-7:],
        b"{}",
        b"[]",
        b"",
        b"\xff",
    ):
        with pytest.raises(ParseError):
            check_entry(other)


def test_a_padding_leaf_looks_like_any_other() -> None:
    made = padding(bytes(range(32)))
    assert len(made.entry) == 57
    assert check_entry(made.entry) == base64url(bytes(range(32)))
    assert made.leaf == leaf_hash(made.entry)
