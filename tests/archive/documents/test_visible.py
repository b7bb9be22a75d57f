from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents.visible import Kind, browser_pieces, pieces


def drawable(character: str) -> bool:
    """A small typeface: Latin-1, without the soft hyphen."""
    return (0x20 <= ord(character) < 0x7F or 0xA0 <= ord(character) < 0x100) and character != "\u00ad"


# Surrogates and every plane: what a network can deliver, and what it should not.
ANY_TEXT = st.text(st.characters(codec=None), max_size=60)


def shown(text: str) -> str:
    return "".join("\n" if piece.kind is Kind.BREAK else piece.text for piece in pieces(text, drawable))


def test_a_character_that_the_typeface_lacks_is_named() -> None:
    assert shown("a😀b") == "a[U+1F600]b"
    assert shown("Ж\u0000\u202e") == "[U+0416][U+0000][U+202E]"


def test_every_kind_of_line_end_is_one_break_and_other_separators_are_named() -> None:
    assert shown("a\r\nb\rc\nd\u2028e\u0085") == "a\nb\nc\nd[U+2028]e[U+0085]"


def test_a_soft_hyphen_is_named_because_its_glyph_would_claim_a_hyphen() -> None:
    assert shown("co\u00adop") == "co[U+00AD]op"


def test_a_combining_mark_joins_its_letter_only_when_the_result_can_be_drawn() -> None:
    assert shown("e\u0301") == "é"
    assert shown("x\u0301") == "x[U+0301]"
    assert shown("\u0301") == "[U+0301]"


@given(ANY_TEXT)
@settings(max_examples=200)
def test_drawn_and_named_together_are_what_was_given(text: str) -> None:
    back = ""
    for piece in pieces(text, lambda c: drawable(c) and not (0x300 <= ord(c) < 0x370)):
        if piece.kind is Kind.NAMED:
            back += chr(int(piece.text[3:-1], 16))
        else:
            assert all(drawable(c) for c in piece.text)
            back += piece.text or "\n"
    given_text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    # Composed letters are canonically the same text.
    import unicodedata

    assert unicodedata.normalize("NFC", back) == unicodedata.normalize("NFC", given_text)


def test_a_browser_is_given_emoji_and_flags_but_no_hidden_direction() -> None:
    text = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f \u202egnp.exe 👩‍👩‍👧"
    assert "".join(p.text for p in browser_pieces(text)) == text.replace("\u202e", "[U+202E]")
    assert [p.text for p in browser_pieces("a\U000e0041b")] == ["a", "[U+E0041]", "b"]
