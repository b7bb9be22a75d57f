"""Texts such as networks deliver and attackers write, at random, and the rule that typesetting keeps for each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random

from archive.documents.typesetting.lines import Line, Typesetter

EMOJI = (
    *("😀", "❤️", "❤︎", "👨‍👩‍👧‍👦", "👩🏽‍🚒", "🇺🇸", "🇺", "1️⃣", "#⃣"),
    *("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁸󠁿", "😀‍😀", "🏽", "\ufe0f", "\u200d", "\U0001fac8", "©", "™️"),
)
CONTROLS = (
    *("\u202e", "\u202d", "\u202c", "\u2066", "\u2069", "\u200f", "\u061c", "\u200b", "\u00ad"),
    *("\ufeff", "\x00", "\x1b", "\x7f", "\x85", "\u2028", "\u2060", "\U000e0041"),
)
SCRIPTS = (
    *("שלום", "שָׁלוֹם", "مرحبا", "مَدْرَسَة", "می‌خواهم", "नमस्ते", "ไทยง่าย", "ខ្មែរ", "မြန်မာ", "සිංහල"),
    *("日本", "한글", "Ελλ", "ཀཁ", "𝗕", "(x)", "「」", "ᚠᛇ", "⠃", "\u1100\u1161\u11a8"),
)
ENDS = (*("\n", "\r\n", "\r", "\t", "  ", " ", "—", "\u00a0"), "https://example.org/a-b?c=d&e_f")
NO_CHARACTERS = ("\ud800", "\udfff", "\ufffe", "\ufdd0", "\U0010ffff", "\ue000", "\U0003ffff")
_MARKS = (range(0x300, 0x370), range(0x591, 0x5C8), range(0x64B, 0x660), range(0x93A, 0x94E), range(0x20D0, 0x20F1))
_LONG = 25_000


def hostile_texts(count: int, *, seed: int) -> Iterator[str]:
    """So many texts, most of them short, each five-hundredth of 25,000 characters. The same for the same seed."""
    random = Random(seed)
    for number in range(count):
        length = _LONG if number % 500 == 499 else random.randrange(0, 120)
        kept: list[str] = []
        while length > 0:
            kept.append(_piece(random))
            length -= len(kept[-1])
        yield "".join(kept)


def _piece(random: Random) -> str:
    kind = random.randrange(9)
    if kind < 5:
        return random.choice((EMOJI, CONTROLS, SCRIPTS, ENDS, NO_CHARACTERS)[kind])
    if kind == 5:
        return "".join(chr(random.choice(random.choice(_MARKS))) for _ in range(random.randrange(1, 30)))
    if kind == 6:
        return chr(random.randrange(0x110000))
    if kind == 7:
        return "".join(chr(random.randrange(0x20, 0x3000)) for _ in range(random.randrange(1, 8)))
    return "".join(random.choice("etaoin shrdlu") for _ in range(random.randrange(1, 40)))


def shown(lines: Sequence[Line]) -> Counter[str]:
    """What the lines say they stand for, names turned back into what they name."""
    counted: Counter[str] = Counter()
    for line in lines:
        for fragment in line.fragments:
            counted.update(map(chr, fragment.named) if fragment.named else fragment.text)
    return counted


def given_as(text: str) -> Counter[str]:
    """What has to be shown of a text: all but its line ends, tabs as four spaces."""
    return Counter(text.replace("\r", "").replace("\n", "").replace("\t", "    "))


def broken_rule(text: str, lines: Sequence[Line], typesetter: Typesetter, width: float) -> str | None:
    """The rule that the lines break, in words; None for none."""
    if shown(lines) != given_as(text):
        return f"not what was given: {given_as(text) - shown(lines)} {shown(lines) - given_as(text)}"
    if any(0 in glyphs for name, glyphs in typesetter.used.items() if name[0] not in "ED"):
        return "glyph 0 is drawn"
    for line in lines:
        if line.width > width + 0.01 and sum(len(fragment.text) for fragment in line.fragments) > 40:
            return f"a line of {line.width} is wider than {width}"
        if any(not fragment.operators.isascii() for fragment in line.fragments):
            return "operators are not ASCII"
    return None
