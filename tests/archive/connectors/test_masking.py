"""Credentials are masked at equal length, in every spelling and place."""

import json
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.connectors.contract import Secrets
from archive.connectors.masking import Masker

SECRET = "s3cret/Key+with=odd&parts"
SECRETS = Secrets(
    headers=("X-Api-Key",),
    query=("access_token", "code"),
    body=(r'"(?:access_token|client_secret)"\s*:\s*"(?P<secret>(?:[^"\\]|\\.)*)',),
)
MASKER = Masker(SECRETS, [SECRET])


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=50),
    st.sampled_from([SECRET, quote(SECRET, safe=""), SECRET.replace("/", "\\/")]),
    st.binary(max_size=50),
)
def test_a_known_secret_goes_and_no_byte_moves(before: bytes, spelling: str, after: bytes) -> None:
    body = before + spelling.encode() + after
    masked, count = MASKER.body(body)
    assert len(masked) == len(body)
    assert spelling.encode() not in masked
    assert count >= 1


def test_declared_places_are_masked_whatever_their_value() -> None:
    body = b'{"access_token" : "un\\"known","next":"https://x/?a=1\\u0026access_token=abc\\u0026b=2","code":"kept"}'
    masked, count = MASKER.body(body)
    assert (
        masked
        == b'{"access_token" : "*********","next":"https://x/?a=1\\u0026access_token=***\\u0026b=2","code":"kept"}'
    )
    assert count == 2


def test_masked_json_is_still_json_with_the_same_ranges() -> None:

    body = json.dumps([{"access_token": 'ab\\c"d'}, {"u": f"?access_token={SECRET}&x=1"}, {"v": 1}]).encode()
    masked, _ = MASKER.body(body)
    assert [set(one) for one in json.loads(masked)] == [{"access_token"}, {"u"}, {"v"}]
    assert masked.index(b'"v"') == body.index(b'"v"')


def test_headers_and_addresses_keep_their_length_and_lose_their_secrets() -> None:
    headers = [
        ("Authorization", f"Bearer {SECRET}"),
        ("Set-Cookie", "session=1234"),
        ("x-api-key", "short"),
        ("Link", f'<https://x/?access_token=zz&max_id=5>; rel="next", <https://x/?k={SECRET}>'),
        ("Content-Type", "text/plain"),
    ]
    masked = MASKER.headers(headers)
    assert [(name.lower(), len(value)) for name, value in headers] == [(name, len(value)) for name, value in masked]
    assert SECRET not in repr(masked)
    assert dict(masked)["authorization"] == "*" * len(f"Bearer {SECRET}")
    assert dict(masked)["link"].startswith('<https://x/?access_token=**&max_id=5>; rel="next"')
    assert dict(masked)["content-type"] == "text/plain"
    assert MASKER.url("https://x/?CODE=abc&page=2#code=1") == "https://x/?CODE=***&page=2#code=1"


def test_a_body_that_ends_inside_a_secret_keeps_no_part_of_it() -> None:
    for length in range(4, len(SECRET)):
        body = b"word " + SECRET[:length].encode()
        assert MASKER.body(body, whole=False) == (b"word " + b"*" * length, 1)
        assert MASKER.body(body) == (body, 0), "a whole body ends where it ends"


def test_words_that_are_no_secret_stay() -> None:
    body = b"The code is on the door: code=open, s3cret/Ke"
    assert MASKER.body(body) == (body, 0)
