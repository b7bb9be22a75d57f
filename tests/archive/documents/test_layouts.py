import dataclasses
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents.charting import scale_of
from archive.documents.document import (
    Cell,
    Chart,
    Column,
    Figure,
    Heading,
    Link,
    Note,
    Paragraph,
    Part,
    Redaction,
    Role,
    Table,
    Text,
    plain,
)
from archive.documents.errors import MalformedTable, MissingPart
from archive.documents.languages import language_tag
from archive.documents.layouts import MediaShown, StateShown, ThreadItem, chart_blocks, moment_text
from archive.documents.layouts.media import media_blocks
from archive.documents.layouts.states import state_words
from archive.documents.layouts.thread import thread_part
from tests.archive.documents.reading import drawn, in_order, read, squeezed
from tests.archive.documents.samples import (
    a_certificate,
    a_charted_report,
    a_denial,
    a_letter,
    a_record_sheet,
    a_report,
    a_thread,
)

BY_HAND = "Sam Lee, Records Supervisor, typed this from a phone; the network gives it to no program."


def text_of(document: Any) -> str:
    return squeezed("".join(read(drawn(document))))


def test_a_denial_letter_says_all_six_parts() -> None:
    denial = a_denial()
    parts = [
        denial.decision,
        denial.parts[0].code,
        denial.parts[0].authority,
        "Alex Moreno, Freedom of Information Officer",
        denial.counselor_review,
        *denial.counselor_contact,
        denial.judicial_review,
        "Sincerely,",
    ]
    assert in_order(parts, text_of(a_letter()))


@pytest.mark.parametrize("part", [f.name for f in dataclasses.fields(a_denial())])
def test_a_denial_with_an_empty_part_cannot_be_made(part: str) -> None:
    empty: Any = () if isinstance(getattr(a_denial(), part), tuple) else ""
    with pytest.raises(MissingPart) as refused:
        dataclasses.replace(a_denial(), **{part: empty})
    assert refused.value.parts == (part,)


def test_an_exemption_without_a_factual_basis_cannot_be_claimed() -> None:
    bare = dataclasses.replace(a_denial().parts[0], basis="  ")
    with pytest.raises(MissingPart) as refused:
        dataclasses.replace(a_denial(), parts=(bare,))
    assert refused.value.parts == ("parts[7(1)(b)].basis",)


def test_a_record_sheet_carries_its_bates_number_on_every_page() -> None:
    pages = read(drawn(a_record_sheet()))
    assert len(pages) > 1
    assert all("DEMO-000017" in page for page in pages)


def test_media_that_is_withheld_or_not_held_is_said_so() -> None:
    notes = [block.label for block in a_record_sheet().blocks if isinstance(block, Note)]
    assert notes == ["Media not drawn", "Media withheld", "Media not held", "Note"]


def test_a_slip_names_type_size_length_and_place_of_what_is_not_drawn() -> None:
    (slip,) = (each for each in a_record_sheet().blocks if isinstance(each, Note) and each.label == "Media not drawn")
    assert slip.spans == plain(
        "DEMO-000017-2.mp4 (video/mp4, 18.4 MB, 18,400,123 bytes, 1:12 long). The file is data/media/DEMO-000017-2.mp4."
    )


def test_a_withheld_file_gives_away_neither_its_size_nor_its_length() -> None:
    hidden = MediaShown("a", "video/mp4", "a face", b"x", withheld="7(1)(c)", size=77_777, seconds=61.0, still=b"x")
    said = str(list(media_blocks(hidden)))
    assert "77" not in said
    assert "1:01" not in said
    assert "face" not in said


def test_a_film_with_a_still_has_it_before_its_slip() -> None:
    film = MediaShown("a.mp4", "video/mp4", content=b"", still=b"jpeg")
    figure, slip = media_blocks(film)
    assert isinstance(figure, Figure)
    assert (figure.content, figure.media_type, figure.caption) == (b"jpeg", "image/jpeg", "Still of a.mp4")
    assert isinstance(slip, Note)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (("removed", "Monday", "us", "R04"), "Removed by the department on Monday under R04."),
        (("removed", "Monday", "author"), "Removed by its author, noticed on Monday."),
        (("removed", "Monday", "unknown"), "Removed, by whom is not known, noticed on Monday."),
        (("hidden", "Monday", "us"), "Hidden by the department, noticed on Monday."),
        (
            ("absent", "Monday", "unknown", "", "A listing lacked it."),
            "No longer listed by the network, noticed on Monday. A listing lacked it.",
        ),
        (("odd", "", "them"), "odd them."),
    ],
)
def test_a_state_is_a_sentence(state: tuple[str, ...], words: str) -> None:
    assert state_words(StateShown(*state)) == words


def test_a_thread_gives_each_item_its_depth_and_says_who_took_it_by_hand() -> None:
    parts = [block for block in a_thread().blocks if isinstance(block, Part)]
    assert [part.depth for part in parts] == [0, 1, 2, 3, 1, 1]
    assert Note("Captured by hand", plain(BY_HAND)) in parts[4].blocks
    assert parts[5].blocks[1:] == (Paragraph((Text("This item is withheld. "), Redaction("7(1)(c)"))),)


def test_no_depth_sets_an_item_in_beyond_the_paper() -> None:
    deep = ThreadItem(kind="Reply", author=(), posted="", words=plain("x"), depth=4_000)
    part = thread_part(deep, level=2)
    assert part.depth == 12
    assert part.blocks[0] == Heading("Reply, level 4000", 2)


def test_captured_words_have_no_link_in_them_and_only_a_language_that_is_one() -> None:
    words = (Link("a", "https://a.example/"),)
    item = ThreadItem(kind="Post", author=(), posted="", words=words, language="zh_hant_TW")
    paragraph = thread_part(item, level=2).blocks[-1]
    assert paragraph == Paragraph(plain("a"), Role.CAPTURED, "zh-Hant-TW")


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("en", "en"),
        ("EN_us", "en-US"),
        ("sr-cyrl-RS", "sr-Cyrl-RS"),
        ("de-1996", "de-1996"),
        *((odd, None) for odd in ("", None, "und", "english", "e", "x-klingon", 'en"', "en-", "en-US-" + "a" * 40)),
    ],
)
def test_a_language_is_a_tag_or_nothing(said: str | None, tag: str | None) -> None:
    assert language_tag(said) == tag


def test_a_chart_has_its_values_in_a_table_right_behind_it() -> None:
    blocks = a_charted_report().blocks
    for place, block in enumerate(blocks):
        if isinstance(block, Chart):
            table = blocks[place + 1]
            assert isinstance(table, Table)
            assert [row[0].spans for row in table.rows] == [plain(name) for name in block.categories]
            assert len(table.columns) == len(block.series) + 1
            assert block.alternative.endswith("The table beside it has every value.")
    assert sum(isinstance(block, Chart) for block in blocks) == 2


def test_a_chart_of_nothing_is_no_chart() -> None:
    assert chart_blocks("t", "Month", (), ()) == ()


@given(st.lists(st.one_of(st.none(), st.floats(-1e12, 1e12).filter(lambda v: v == 0 or abs(v) > 1e-6)), max_size=20))
@settings(max_examples=100)
def test_every_value_stands_on_its_scale(values: list[float | None]) -> None:
    scale = scale_of(values)
    assert 0.0 in scale.ticks
    assert 2 <= len(scale.ticks) <= 12
    assert all(-1e-9 <= scale.place(value) <= 1 + 1e-9 for value in values if value is not None)


def test_an_instant_is_given_in_the_zone_and_in_utc() -> None:
    instant = datetime(2026, 7, 1, 3, 30, 5, tzinfo=UTC)
    assert moment_text(instant, ZoneInfo("America/Chicago")) == "2026-06-30 22:30:05 CDT (2026-07-01 03:30:05 UTC)"


def test_a_certificate_has_a_place_to_sign_for_each_signer() -> None:
    assert in_order(["Sam Lee", "Signature", "March 2, 2026", "Kim Ortiz", "Signature"], text_of(a_certificate()))


def test_a_report_says_as_of_when_and_what_it_leaves_out() -> None:
    assert in_order(["As of February 17, 2026", "DEMO-000001", "Not shown:"], text_of(a_report(3)))
    assert "Thereisnothingtolist." in text_of(a_report(0))


def test_a_table_with_a_missing_cell_is_refused() -> None:
    with pytest.raises(MalformedTable):
        Table((Column("a"), Column("b")), ((Cell(plain("x")),),))
    with pytest.raises(MalformedTable):
        Table(tuple(Column("a") for _ in range(25)), ())
