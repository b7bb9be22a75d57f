import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents.typesetting.latin import plain_characters
from archive.documents.typesetting.lines import Line, Run, Typesetter
from archive.documents.typesetting.paragraphs import Paragraph
from archive.documents.typesetting.plain_lines import UNSURE_SPACES, plain_lines
from archive.documents.typesetting.used import Used
from archive.documents.visible import browser_draws
from benchmarks.hostile import broken_rule
from tests.archive.documents.typesetting.hostile import HOSTILE_TEXT


def set_in(text: str, *, width: float = 200, language: str | None = None) -> list[Line]:
    return Typesetter().lines([Run(text, language=language)], size=10, width=width)


def texts(lines: list[Line]) -> list[str]:
    return ["".join(fragment.text for fragment in line.fragments) for line in lines]


def fonts_of(text: str, *, language: str | None = None) -> set[str]:
    typesetter = Typesetter()
    typesetter.lines([Run(text, language=language)], size=10, width=400)
    return set(typesetter.used)


@given(HOSTILE_TEXT, st.booleans(), st.sampled_from([40.0, 200.0, 468.0]))
@settings(max_examples=300, deadline=None)
def test_whatever_is_given_is_drawn_or_named_and_nothing_raises(text: str, bold: bool, width: float) -> None:
    typesetter = Typesetter()
    lines = typesetter.lines([Run(text, bold=bold), Run(text[:5], key=1)], size=10, width=width)
    assert broken_rule(text + text[:5], lines, typesetter, width) is None


@given(
    st.text(st.sampled_from("abc DEF.,;:!?()[]-–—/%$'’”“«» 12é_&="), max_size=200),
    st.sampled_from([2_500, 9_000, 20_000]),
)
@settings(max_examples=200, deadline=None)
def test_the_fast_path_breaks_lines_where_the_careful_one_does(text: str, limit: int) -> None:
    if UNSURE_SPACES.search(text) is not None:
        return
    fast = [text[begin:end] for begin, end, _ in plain_lines(text, bold=False, limit=limit, first_limit=limit / 2)]
    careful = Paragraph([Run(text)], automatic=True).lines(limit=limit, first_limit=limit / 2)
    assert fast == ["".join(piece.shape.text for piece in line.pieces) for line in careful]


def test_what_a_browser_draws_as_nothing_is_named() -> None:
    for character in "\u202e\u2066\u200b\u00ad\ufeff\x00\x85\ufffe\ud800\ue000\U000e0041":
        (line,) = set_in(f"a{character}b")
        assert [ord(character)] == [code for fragment in line.fragments for code in fragment.named], hex(ord(character))


def test_a_plain_character_is_one_that_a_browser_draws() -> None:
    assert all(browser_draws(character) for character in plain_characters())


def test_a_letter_of_a_script_without_a_face_is_named_and_still_read_as_itself() -> None:
    (line,) = set_in("ཀ")
    (fragment,) = line.fragments
    assert (fragment.text, fragment.actual, fragment.named) == ("ཀ", True, (0x0F40,))


def test_mathematical_letters_are_drawn_as_letters_and_stand_for_themselves() -> None:
    typesetter = Typesetter()
    (line,) = typesetter.lines([Run("B𝗕𝐁𝓼𝚡")], size=10, width=200)
    assert [fragment.named for fragment in line.fragments] == [()]
    assert sorted(text for glyphs in typesetter.used.values() for text in glyphs.values()) == sorted("B𝗕𝐁𝓼𝚡")
    assert not line.fragments[0].actual


def test_marks_beyond_the_sixth_stay_in_the_text_and_are_counted() -> None:
    typesetter = Typesetter()
    (line,) = typesetter.lines([Run("z" + "\u0301" * 200)], size=10, width=200)
    (fragment,) = line.fragments
    assert fragment.text == "z" + "\u0301" * 200
    assert fragment.actual
    assert typesetter.not_drawn == {"\u0301": 194}
    assert line.ascent < 60


@pytest.mark.parametrize(
    "sequence", ["👨‍👩‍👧‍👦", "👩🏽‍🚒", "🇺🇸", "1️⃣", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🧑🏻‍🤝‍🧑🏿", "\U0001fac8"], ids=ascii
)
def test_an_emoji_sequence_is_one_glyph_that_stands_for_all_of_it(sequence: str) -> None:
    typesetter = Typesetter()
    typesetter.lines([Run(sequence)], size=10, width=200)
    ((name, glyphs),) = typesetter.used.items()
    assert name[0] == "E"
    assert list(glyphs.values()) == [sequence]


def test_a_joined_family_that_no_face_has_is_drawn_by_its_members() -> None:
    (line,) = set_in("😀\u200d😀")
    (fragment,) = line.fragments
    assert (fragment.text, fragment.actual, fragment.named) == ("😀\u200d😀", True, ())


def test_the_text_selector_asks_for_an_outline_and_the_emoji_selector_for_colour() -> None:
    assert fonts_of("❤\ufe0e") == {"F26"}
    assert {name[0] for name in fonts_of("❤\ufe0f")} == {"E"}


def test_han_characters_are_drawn_as_the_language_writes_them() -> None:
    def glyph(text: str, language: str | None) -> set[int]:
        typesetter = Typesetter()
        typesetter.lines([Run(text, language=language)], size=10, width=200)
        return set(typesetter.used["C0"])

    assert glyph("骨", "ja") != glyph("骨", "zh-Hans") != glyph("骨", "zh-TW")
    assert glyph("骨", "ja") < glyph("骨です", None)


def test_a_hebrew_line_reads_from_the_right_and_its_brackets_and_numbers_keep_their_sense() -> None:
    (line,) = set_in("שלום (12) עולם")
    assert line.rtl
    assert [fragment.text for fragment in line.fragments] == [") עולם", "12", "שלום ("]
    assert not any(fragment.actual for fragment in line.fragments)


def test_an_override_turns_its_own_paragraph_and_not_the_next() -> None:
    first, second = set_in("\u202eabc\nabc")
    assert {fragment.text for fragment in first.fragments} == {"abc", "[U+202E]"}
    assert b"<004600450044>" in b"".join(fragment.operators for fragment in first.fragments)
    assert b"<004400450046>" in second.fragments[0].operators


def test_direction_ltr_keeps_a_hebrew_paragraph_on_the_left() -> None:
    (line,) = Typesetter().lines([Run("שלום")], size=10, width=200, direction="ltr")
    assert not line.rtl


def test_thai_breaks_between_words_and_chinese_not_before_a_full_stop() -> None:
    assert texts(set_in("ภาษาไทยง่ายนิดเดียว", width=45))[0] in {"ภาษาไทย", "ภาษา"}
    assert all(line[0] != "。" for line in texts(set_in("你好世界你好世界。你好世界。", width=41)))


def test_each_run_keeps_its_key_and_language_also_within_a_word() -> None:
    (line,) = Typesetter().lines(
        [Run("foo", key=1), Run("bar", key=2, bold=True, language="de"), Run(" baz", key=3)], size=10, width=200
    )
    assert [(each.key, each.text, each.language) for each in line.fragments] == [
        (1, "foo", None),
        (2, "bar", "de"),
        (3, " baz", None),
    ]
    assert line.fragments[1].x == pytest.approx(line.fragments[0].width)
    assert line.fragments[2].x == pytest.approx(line.fragments[1].x + line.fragments[1].width)


def test_runs_of_one_weight_are_broken_as_one_text_and_keep_their_keys() -> None:
    text = "Read more at https://example.org/a-page and at the desk, or do not."
    runs = [Run(text[:13], key=1), Run(text[13:39], key=2), Run(text[39:], key=3)]
    parted = Typesetter().lines(runs, size=10, width=110)
    assert texts(parted) == texts(set_in(text, width=110))
    assert "".join(f.text for line in parted for f in line.fragments if f.key == 2) == "https://example.org/a-page"
    for line in parted:
        assert sum(fragment.width for fragment in line.fragments) == pytest.approx(line.width)


def test_each_kind_of_line_end_is_one_break_and_an_empty_line_has_a_height() -> None:
    lines = set_in("a\r\nb\rc\n\nd")
    assert texts(lines) == ["a", "b", "c", "", "d"]
    assert all(line.ends_paragraph and line.ascent > 0 for line in lines)


def test_the_first_line_leaves_room_for_its_indent() -> None:
    narrow = Typesetter().lines([Run("some words that go on")], size=10, width=100, first_indent=60)
    assert texts(narrow)[0] == "some "
    assert texts(narrow)[1] == "words that go on"


def test_spaces_at_a_lines_end_are_drawn_and_not_measured() -> None:
    typesetter = Typesetter()
    first, _ = typesetter.lines([Run("אבג word word")], size=10, width=50)
    assert first.width == pytest.approx(typesetter.width("אבג word", size=10))
    one, *_ = set_in("word word", width=40)
    assert one.width == pytest.approx(typesetter.width("word", size=10))
    assert one.fragments[0].text == "word "


@pytest.mark.parametrize("unit", ["W", "ش", "漢", "é\u0301", " ", "\u0f40"], ids=ascii)
def test_a_word_without_end_takes_time_in_proportion(unit: str) -> None:
    text = unit * 5_000
    set_in(text[:100])

    def seconds(times: int) -> float:
        begun = time.process_time()
        assert set_in(text * times, width=468)
        return time.process_time() - begun

    seconds(1)
    once = seconds(1)
    assert seconds(6) < 18 * max(once, 0.01)


def test_glyphs_and_their_texts_do_not_depend_on_who_set_what_first() -> None:
    posts = ["日本 ·", "⽇曜 •", "ی کتابی", "على ي", "fi ❤️", "❤ x̂"]
    whole, parts = Typesetter(), [Typesetter() for _ in posts]
    for post in posts:
        whole.lines([Run(post)], size=10, width=200)
    for part, post in zip(parts, posts, strict=True):
        part.lines([Run(post)], size=10, width=200)
    merged = Used()
    for part in reversed(parts):
        merged.merge(part.used)
    assert merged == whole.used


def test_the_same_text_gives_the_same_operators_under_any_hash_seed() -> None:
    program = (
        "from archive.documents.typesetting.lines import Run, Typesetter\n"
        "from archive.documents.typesetting.embedding import fonts\n"
        "import hashlib\n"
        "t = Typesetter()\n"
        "lines = t.lines([Run('Hi 😀 مرحبا नमस्ते 日本 x\u0301\u0302')], size=10, width=60)\n"
        "print(hashlib.sha256(repr((lines, list(fonts(t.used)))).encode()).hexdigest())\n"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(["."])},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(seen) == 1
