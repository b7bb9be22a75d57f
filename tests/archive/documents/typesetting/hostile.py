"""Random texts such as networks deliver and attackers write, and the rule that every one of them has to keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import strategies as st

from archive.documents.typesetting.lines import Line, Typesetter

_EMOJI = [
    "😀",
    "❤️",
    "❤︎",
    "👨‍👩‍👧‍👦",
    "👩🏽‍🚒",
    "🇺🇸",
    "🇺",
    "1️⃣",
    "#⃣",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "🏴󠁸󠁿",
    "😀‍😀",
    "🏽",
    "\ufe0f",
    "\u200d",
    "\U0001fac8",
]
_CONTROLS = ["\u202e", "\u202d", "\u2066", "\u2069", "\u200f", "\u061c", "\u200b", "\u00ad", "\ufeff", "\x00", "\x1b"]
_SCRIPTS = ["שלום", "مرحبا", "مَدْرَسَة", "می‌خواهم", "नमस्ते", "ไทยง่าย", "ខ្មែរ", "日本", "한글", "Ελλ", "ཀཁ", "𝗕", "(x)"]
_ENDS = ["\n", "\r\n", "\r", "\t", "  ", " ", "https://example.org/a-b?c=d&e_f", "—", "\u2028", "\u00a0"]

HOSTILE_TEXT = st.lists(
    st.one_of(
        st.sampled_from(_EMOJI),
        st.sampled_from(_CONTROLS),
        st.sampled_from(_SCRIPTS),
        st.sampled_from(_ENDS),
        st.characters(codec=None),
        st.characters(codec="ascii"),
        st.characters(categories=["Mn", "Me", "Mc"]).map(lambda mark: mark * 9),
        st.sampled_from(["\ud800", "\udfff", "\ufffe", "\ufdd0", "\U0010ffff", "\ue000"]),
    ),
    max_size=40,
).map("".join)


def shown(lines: Sequence[Line]) -> Counter[str]:
    """What the lines say they stand for, names turned back into what they name."""
    counted: Counter[str] = Counter()
    for line in lines:
        for fragment in line.fragments:
            counted.update(map(chr, fragment.named) if fragment.named else fragment.text)
    return counted


def given_as(text: str) -> Counter[str]:
    """What has to be shown of a text: all but its line ends, tabs as four spaces."""
    return Counter(text.replace("\r\n", "").replace("\r", "").replace("\n", "").replace("\t", "    "))


def broken_rule(text: str, lines: Sequence[Line], typesetter: Typesetter, width: float) -> str | None:
    """The rule that the lines break, in words; None for none."""
    if shown(lines) != given_as(text):
        return f"not what was given: {given_as(text) - shown(lines)} {shown(lines) - given_as(text)}"
    if any(0 in glyphs for name, glyphs in typesetter.used.items() if name[0] != "E"):
        return "glyph 0 is drawn"
    for line in lines:
        if line.width > width + 0.01 and sum(len(fragment.text) for fragment in line.fragments) > 40:
            return f"a line of {line.width} is wider than {width}"
        if any(not fragment.operators.isascii() for fragment in line.fragments):
            return "operators are not ASCII"
    return None
