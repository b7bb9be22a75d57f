from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents.typesetting.embedding import EmbeddedFont, fonts
from archive.documents.typesetting.faces import FACES, face_digests
from archive.documents.typesetting.latin import plain_characters
from archive.documents.typesetting.lines import Line, Run, Typesetter

PLAIN_TEXT = st.text(st.sampled_from("abcdefgh WIx.,-/?&=_—é  "), max_size=300)


def set_in(text: str, *, width: float = 120) -> list[Line]:
    return Typesetter().lines([Run(text)], size=10, width=width)


def texts(lines: list[Line]) -> list[str]:
    return ["".join(fragment.text for fragment in line.fragments) for line in lines]


def test_words_stay_whole_and_the_space_between_lines_ends_the_first() -> None:
    assert texts(set_in("a few plain words on more than one line")) == ["a few plain words on ", "more than one line"]


def test_an_address_is_parted_at_its_joints_before_it_is_parted_between_letters() -> None:
    lines = texts(set_in("https://example.org/a-long-address/of?several=parts&which_go=on"))
    assert len(lines) > 1
    assert all(line[-1] in "/?&=-_." for line in lines[:-1])


def test_a_word_wider_than_the_line_is_parted_between_letters_and_nothing_is_lost() -> None:
    lines = set_in("W" * 10_000)
    assert "".join(texts(lines)) == "W" * 10_000
    assert all(line.width <= 120 for line in lines)


@given(PLAIN_TEXT)
@settings(max_examples=150, deadline=None)
def test_no_line_is_wider_than_asked_and_the_lines_together_are_the_text(text: str) -> None:
    lines = set_in(text)
    assert "".join(texts(lines)) == text
    assert all(line.width <= 120.001 for line in lines)
    assert [line.ends_paragraph for line in lines] == [False] * (len(lines) - 1) + [True]


def test_ordinary_letters_of_latin_greek_and_cyrillic_are_plain_and_marks_and_hebrew_are_not() -> None:
    plain = plain_characters()
    assert set("Zażółć gęślą jaźń Ελληνικά Русский — “quotes” €5½") <= plain
    assert not {"\u0301", "א", "ا", "\u00ad", "\u200b", "中", "\u202e"} & plain


def embedded(words: str, bold: str = "") -> list[EmbeddedFont]:
    typesetter = Typesetter()
    typesetter.lines([Run(words), Run(bold, bold=True)], size=10, width=400)
    return list(fonts(typesetter.used))


def test_a_font_holds_the_used_glyphs_alone_with_their_texts_and_the_same_bytes_each_time() -> None:
    bold, regular = embedded("aéb", bold="abé")
    assert (bold.resource, regular.resource) == ("B0", "F0")
    assert set(regular.to_unicode.values()) == {"a", "b", "é"}
    assert regular.name[6:] == "+NotoSans-Regular"
    assert bold.name[6:] == "+NotoSans-Bold"
    assert bold.widths[min(bold.widths)] > regular.widths[min(regular.widths)]
    assert regular.program == embedded("aéb", bold="abé")[1].program


def test_a_font_of_common_letters_is_the_same_whichever_of_them_are_drawn() -> None:
    [few], [many] = embedded("abc"), embedded("The quick “brown” fox — 1–2…")
    assert few == many
    assert set("abcXYZ019 ~“”…") <= set(few.to_unicode.values())
    assert "é" not in few.to_unicode.values()


def test_the_digests_name_every_font_file_that_may_draw_a_document() -> None:
    digests = face_digests()
    assert list(digests) == sorted({face.file for face in FACES})
    assert all(len(digest) == 64 for digest in digests.values())
    assert len(set(digests.values())) == len(digests)
