import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.served import POLICY, captured_answer


@pytest.mark.parametrize(
    ("told", "sent"),
    [
        ("image/jpeg", "image/jpeg"),
        ("IMAGE/PNG; charset=x", "image/png"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("application/pdf", "application/octet-stream"),
        ("text/plain\r\nSet-Cookie: a=b", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_only_types_in_which_nothing_runs_are_named_to_the_browser(told: str, sent: str) -> None:
    answer = captured_answer([b"ab", b"c"], name="x.bin", media_type=told, size=3)
    assert answer.headers["Content-Type"] == sent
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Length"] == "3"
    assert b"".join(answer.streaming_content) == b"abc"  # type: ignore[arg-type]


@given(st.text(st.characters(codec=None), max_size=200))
@settings(max_examples=100)
def test_no_name_breaks_the_header_or_holds_a_path(name: str) -> None:
    told = captured_answer([], name=name, media_type="image/png").headers["Content-Disposition"]
    assert told.startswith("attachment")
    assert not any(mark in told for mark in ("/", "\\", "\r", "\n", "%2F", "%5C"))
