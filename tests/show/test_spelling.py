"""The search for hidden text finds it, so that finding nothing means something."""

import base64

import pytest

from tests.show.spelling import holds

SECRET = "309-555-0142"


@pytest.mark.parametrize("before", range(5))
@pytest.mark.parametrize("after", range(3))
def test_base64_is_seen_through_at_every_phase(before: int, after: int) -> None:
    whole = b"x" * before + SECRET.encode() + b"y" * after
    assert holds(base64.b64encode(whole), SECRET)
    assert holds(base64.urlsafe_b64encode(whole), SECRET)


@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be", "utf-16"])
def test_encodings_and_hex_are_seen_through(encoding: str) -> None:
    assert holds(b"..." + SECRET.encode(encoding), SECRET)
    assert holds(SECRET.encode().hex().encode(), SECRET)
    assert not holds(b"309-555-0143", SECRET)
