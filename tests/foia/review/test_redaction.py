"""What a reviewer marks grows to whole segments, is shown grown, and takes along whatever repeats it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.ledger import segments
from archive.ledger.commitment import Value
from foia.review.redaction import Ask, Decision, Withheld, hidden_texts, settle, show, shown_attachments
from retention.errors import Refused

TEXT = "Call me at 312-555-0142 about the café 🚧"
FIELDS: dict[str, Value] = {
    "/event/kind": "capture",
    "/event/n": 0,
    "/event/prev": None,
    "/event/subject": "AAECAwQFBgcICQoLDA0ODw",
    "/event/time": "2026-02-03T16:00:00.000000Z",
    "/account": "page",
    "/network": "mastodon",
    "/kind": "comment",
    "/id": "102938475610293847",
    "/url": "https://social.invalid/@resident/102938475610293847",
    "/author/id": "77001",
    "/author/handle": "resident",
    "/author/name": "A. Resident",
    "/author/url": "https://social.invalid/@resident",
    "/attachment/0/type": "Image",
    "/attachment/0/name": "A barrier",
    "/attachment/0/reference": "media-1",
    "/raw/slice/sha256": "digest",
    "/raw/exchange": "exchange",
    **segments.fields("/content", TEXT),
}


def ask(words: str, code: str = "7(1)(b)") -> Ask:
    start = TEXT.index(words)
    return Ask("/content", code, start, start + len(words))


def test_a_span_inside_a_word_hides_the_whole_word_and_says_so() -> None:
    [mark] = settle(FIELDS, [ask("555")])
    assert TEXT[mark.shown_start : mark.shown_stop] == "312-555-0142 "
    assert mark.segments == range(3, 4)
    shown = show(FIELDS, Decision.REDACT, ["7(1)(b)"], [mark])
    assert shown.runs("/content") == ["Call me at ", Withheld("/content", "7(1)(b)"), "about the café 🚧"]
    assert shown.withheld == (Withheld("/content/3", "7(1)(b)"),)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), text=st.text(min_size=1, max_size=120))
def test_no_marked_code_point_survives_and_every_other_segment_does(data: st.DataObject, text: str) -> None:
    fields: dict[str, Value] = {**FIELDS}
    for name in [name for name in fields if name.startswith("/content")]:
        del fields[name]
    fields |= segments.fields("/content", text)
    whole = segments.join("/content", fields) or ""
    start = data.draw(st.integers(0, len(whole) - 1))
    stop = data.draw(st.integers(start + 1, len(whole)))
    [mark, *_] = settle(fields, [Ask("/content", "7(1)(b)", start, stop)])
    assert mark.shown_start is not None
    assert mark.shown_stop is not None
    assert mark.shown_start <= start < stop <= mark.shown_stop
    shown = show(fields, Decision.REDACT, [], [mark])
    seen = "".join(run for run in shown.runs("/content") if isinstance(run, str))
    assert seen == whole[: mark.shown_start] + whole[mark.shown_stop :]


def test_neighbouring_marks_under_two_codes_are_two_places_and_overlapping_ones_name_both() -> None:
    marks = settle(FIELDS, [ask("Call me"), ask("me at", "7(1)(c)")])
    shown = show(FIELDS, Decision.REDACT, [], marks)
    assert [each.code for each in shown.withheld] == ["7(1)(b)", "7(1)(b); 7(1)(c)", "7(1)(c)"]
    assert len([run for run in shown.runs("/content") if isinstance(run, Withheld)]) == 3


@pytest.mark.parametrize("path", ["/author", "/author/name", "/author/handle"])
def test_hiding_any_part_of_the_author_hides_all_that_names_the_author(path: str) -> None:
    marks = settle(FIELDS, [Ask(path, "7(1)(c)")])
    assert [mark.path for mark in marks] == ["/author", "/url"]
    shown = show(FIELDS, Decision.REDACT, [], marks)
    assert not [name for name in shown.values if name.startswith("/author") or name == "/url"]
    assert not [value for value in shown.values.values() if "resident" in str(value)]
    assert {each.text for each in hidden_texts(FIELDS, Decision.REDACT, marks)} >= {"resident", "A. Resident", "77001"}


def test_a_withheld_version_shows_its_place_in_the_chain_and_no_word() -> None:
    shown = show(FIELDS, Decision.WITHHOLD, ["7(1)(a)"], [])
    assert set(shown.values) == {
        "/event/kind", "/event/n", "/event/prev", "/event/subject", "/account", "/kind", "/network"
    }  # fmt: skip
    assert shown.code("/content/3") == "7(1)(a)"
    assert shown.runs("/content") == [Withheld("/content", "7(1)(a)")]
    assert {each.text for each in hidden_texts(FIELDS, Decision.WITHHOLD, [])} == {TEXT, "A barrier"}
    assert show({**FIELDS, "/summary/#": 0}, Decision.WITHHOLD, ["7(1)(a)"], []).withheld == shown.withheld


def test_a_disclosed_version_shows_all_but_the_digest_of_its_raw_bytes() -> None:
    shown = show(FIELDS, Decision.DISCLOSE, [], [])
    assert set(FIELDS) - set(shown.values) == {"/raw/slice/sha256"}
    assert shown.runs("/content") == [TEXT]
    assert shown_attachments(shown) == {0}


def test_an_attachment_is_hidden_as_a_whole_or_only_its_words() -> None:
    whole = show(FIELDS, Decision.REDACT, [], settle(FIELDS, [Ask("/attachment/0", "7(1)(c)")]))
    words = show(FIELDS, Decision.REDACT, [], settle(FIELDS, [Ask("/attachment/0/name", "7(1)(c)")]))
    assert shown_attachments(whole) == frozenset()
    assert shown_attachments(words) == {0}
    assert "/attachment/0/name" not in words.values


@pytest.mark.parametrize(
    "bad",
    [
        Ask("/content", "7(1)(b)", 5, 5),
        Ask("/content", "7(1)(b)", 0, 10_000),
        Ask("/content", "7(1)(b)", -1, 4),
        Ask("/nowhere", "7(1)(b)", 0, 1),
        Ask("/author/handle", "7(1)(b)", 0, 2),
        Ask("/nowhere", "7(1)(b)"),
        Ask("/event/time", "7(1)(b)"),
        Ask("/raw/exchange", "7(1)(b)"),
        Ask("/content/3", "7(1)(b)"),
        Ask("/content/#", "7(1)(b)"),
        Ask("no pointer", "7(1)(b)"),
    ],
)
def test_what_is_not_there_cannot_be_marked(bad: Ask) -> None:
    with pytest.raises(Refused):
        settle(FIELDS, [bad])
