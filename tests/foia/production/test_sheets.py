"""The sheet of a produced version: its thread, its states and its files, and of all that only what may be shown."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from archive.accounts.models import Account
from archive.documents.document import Furniture, Link, Redaction, Text, plain
from archive.documents.html import render
from archive.documents.layouts import RecordSheet, StateShown, ThreadItem, record_sheet
from archive.ledger import segments
from archive.packages.records import ShownEvent
from archive.records.models import Media, Record, Version
from archive.storage.models import StoredObject
from foia.production.context import ABOVE, ANSWERS, Threads
from foia.production.produced import HistoryEvent, MediaFile, Produced
from foia.production.sheets import EXCERPT, sheet_of
from foia.production.wording import Wording
from foia.review.redaction import Decision, Mark, show
from tests.archive.documents.samples import photo
from tests.archive.documents.test_films import a_film

WORDING = Wording(ZoneInfo("America/Chicago"))
ACCOUNT = Account(pk=1, name="Bloomington PD", handle="bpd")


def said(
    n: int, words: str, *, answers: int = 0, marks: tuple[Mark, ...] = (), withheld: bool = False, **more: Any
) -> Produced:
    fields: dict[str, Any] = {
        "/network": "mastodon",
        "/kind": "comment" if answers else "post",
        "/id": f"id-{n}",
        "/url": f"https://social.example/@a/{n}",
        "/published": "2026-02-02T14:00:00.000000Z",
        "/author/name": f"Author {n}",
        "/language": "en",
        **segments.fields("/content", words),
        **({"/inReplyTo": f"id-{answers}"} if answers else {}),
        **more.get("fields", {}),
    }
    decision = Decision.WITHHOLD if withheld else Decision.REDACT if marks else Decision.DISCLOSE
    codes = ("7(1)(c)",) if withheld else ()
    record = Record(pk=n, account=ACCOUNT, kind=fields["/kind"])
    return Produced(
        bates=f"DEMO-{n:06d}",
        version=Version(pk=n, record=record),
        decision=decision,
        codes=codes,
        basis="",
        shown=show(fields, decision, codes, marks),
        marks=marks,
        event=_event(n),
        history=more.get("history", ()),
        files=more.get("files", ()),
    )


def _event(n: int) -> ShownEvent:
    return ShownEvent(UUID(int=n), {})  # type: ignore[arg-type]


def sheet(each: Produced, *batch: Produced, load: Any = None) -> RecordSheet:
    return sheet_of(
        each,
        wording=WORDING,
        load=load or (lambda media, limit: b""),
        furniture=Furniture(),
        threads=Threads.of([each, *batch]),
    )


def marked(context: tuple[ThreadItem, ...]) -> list[tuple[str, int, str, bool]]:
    return [(item.mark, item.depth, item.answers, item.this) for item in context]


def test_a_sheet_shows_what_leads_to_it_and_what_answers_it() -> None:
    post, comment, reply = said(1, "Road closed"), said(2, "Why?", answers=1), said(3, "Works", answers=2)
    made = sheet(comment, post, reply)
    assert marked(made.context) == [
        ("DEMO-000001", 0, "", False),
        ("DEMO-000002", 1, "DEMO-000001", True),
        ("DEMO-000003", 2, "DEMO-000002", False),
    ]
    assert made.in_reply_to == plain("DEMO-000001 (id-1)")
    assert "Its words stand above." in "".join(render(record_sheet(made)))
    assert sheet(said(9, "alone")).context == ()


def test_of_the_thread_only_what_may_be_shown_is_shown() -> None:
    hidden = Mark("/content", "7(1)(b)", 0, 4, 0, 1, 0, 4)
    post = said(1, "Zelda Quux was here", marks=(hidden, Mark("/author", "7(1)(b)")))
    comment = said(2, "Was she?", answers=1)
    above = sheet(comment, post).context[0]
    assert above.author == (Redaction("7(1)(b)"),)
    assert above.words[0] == Redaction("7(1)(b)")
    assert "Zelda" not in str(sheet(comment, post))


def test_a_withheld_item_is_part_of_no_thread() -> None:
    post, comment = said(1, "secret", withheld=True), said(2, "Was she?", answers=1)
    assert sheet(comment, post).context == ()
    assert sheet(comment, post).in_reply_to == plain("id-1")
    assert sheet(post, comment).context == ()


def test_rings_end_and_long_threads_are_bounded() -> None:
    ring = [said(1, "a", answers=2), said(2, "b", answers=1)]
    assert len(sheet(*ring).context) == 2
    chain = [said(1, "a"), *(said(n, "b", answers=n - 1) for n in range(2, 40))]
    assert len(sheet(chain[-1], *chain[:-1]).context) == ABOVE + 1
    many = [said(n, "yes", answers=1) for n in range(2, 40)]
    made = sheet(said(1, "a"), *many)
    assert len(made.context) == 1 + ANSWERS
    assert made.notes == ("28 more answers to this record have pages of their own and are not repeated here.",)


def test_words_shown_for_context_are_cut_and_say_so() -> None:
    above = sheet(said(2, "x", answers=1), said(1, "word " * 200)).context[0]
    (words,) = above.words
    assert isinstance(words, Text)
    assert len(words.value) <= EXCERPT + 1
    assert words.value.endswith("…")


def test_what_became_of_a_record_is_said_with_hand_and_day() -> None:
    gone: dict[str, Any] = {
        "/event/time": "2026-02-07T14:02:00.000000Z",
        "/observation/kind": "removed",
        "/observation/who": "us",
    }
    edited = {**gone, "/observation/kind": "edited"}
    made = sheet(said(1, "x", history=tuple(HistoryEvent(_event(1), values) for values in (gone, edited, {}))))
    when = "2026-02-07 08:02:00 CST (2026-02-07 14:02:00 UTC)"
    assert made.states == (StateShown("removed", when, "us"),)
    assert f"Removed by the department, noticed on {when}." in "".join(render(record_sheet(made)))


@pytest.mark.parametrize("language", ["ar", "zh-TW", "x'; DROP", ""])
def test_words_carry_the_language_that_the_network_gave_if_it_is_one(language: str) -> None:
    html = "".join(render(record_sheet(sheet(said(1, "مرحبا", fields={"/language": language})))))
    assert ('lang="' + language + '" dir="auto"' in html) is (language in {"ar", "zh-TW"})


@pytest.mark.parametrize(
    ("url", "live"),
    [("https://social.example/@a/1", True), ("javascript:x()", False), ("mailto:a@b.example", False), ("", False)],
)
def test_only_an_address_of_the_web_is_a_permalink(url: str, live: bool) -> None:
    made = sheet(said(1, "see https://evil.example/", fields={"/url": url}))
    assert made.address == ((Link(url, url),) if live else plain(url))
    assert ("<a " in "".join(render(record_sheet(made)))) is live


def test_what_was_taken_down_by_hand_is_named_so() -> None:
    html = "".join(render(record_sheet(sheet(said(1, "x", fields={"/kind": "by-hand"})))))
    assert "<strong>Captured by hand:</strong> A person took this down by hand" in html


def a_file(media_type: str, *, size: int = 1_500_000) -> MediaFile:
    media = Media(n=0, media_type=media_type, stored=StoredObject(size=size))
    return MediaFile(media, "/attachment/0/sha256")


def test_a_film_is_a_still_and_a_slip() -> None:
    fields = {"/attachment/0/mediaType": "video/mp4", "/attachment/0/name": "Sirens"}
    film = said(1, "x", fields=fields, files=(a_file("video/mp4"),))
    (media,) = sheet(film, load=lambda media, limit: a_film(cover=photo())[:limit]).media
    assert (media.size, media.seconds, media.place) == (1_500_000, 72.4, "data/media/DEMO-000001-1.mp4")
    html = "".join(render(record_sheet(sheet(film, load=lambda media, limit: a_film(cover=photo())))))
    assert "Still of Attachment 1, DEMO-000001-1" in html
    assert "(video/mp4, 1.5 MB, 1,500,000 bytes, 1:12 long). It is described as: Sirens" in html


def test_a_picture_is_of_the_type_that_came_with_its_bytes() -> None:
    webp = said(1, "x", fields={"/attachment/0/mediaType": "image/jpeg"}, files=(a_file("image/webp"),))
    assert sheet(webp).media[0].media_type == "image/webp"
    vague = said(1, "x", fields={"/attachment/0/mediaType": "image/jpeg"}, files=(a_file("application/octet-stream"),))
    assert sheet(vague).media[0].media_type == "image/jpeg"
