"""The leak scan: nothing that a decision hides may be in any byte that leaves the house (design rule 7).

Every hidden text is looked for in every file, as it is and in the disguises that file formats give to text, also inside
compressed parts; and in every text that the drawing of the documents was given, before fonts make it unreadable. A text
that is too short for a search of bytes to mean anything (`SHORT` characters or `BYTES` bytes; random base64 would seem
to hold it) is looked for in texts only, or not at all; for those, as for all, what is drawn is drawn from a `Shown`.
What a reader extracts from a finished PDF is searched too, without white space, hyphens and marks that nobody sees
(`squeezed`), because lines break where they like.
"""

import binascii
import json
import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from urllib.parse import quote

from foia.production.inflating import TooMuch, inflated
from foia.production.needles import Needles

SHORT = 4  #: characters; a shorter text is not searched for
BYTES = 8  #: bytes from which a form is looked for in raw bytes
DRAWN = 8  #: characters left when squeezed, from which a text is looked for in what was extracted from pages
WINDOW = 64  #: characters; a longer text is searched for piece by piece, so that a part of it is found too

# White space, hyphens (a reader may give U+0002 or U+FFFE for one at a line's end), zero-width and bidi marks.
_UNSEEN = re.compile(
    "[\\s\x02\u00ad\\-\u061c\u180e\u200b-\u200f\u2010\u2011\u202a-\u202e\u2060-\u206f\ufe0e\ufe0f\ufeff\ufffe]+"
)
_NAMED = re.compile(r"\[U\+([0-9A-F]{4,6})\]")
_URL = bytes.maketrans(b"+/", b"-_")
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SEXTETS = {char: value for value, char in enumerate(_ALPHABET)} | {ord("-"): 62, ord("_"): 63}


@dataclass(frozen=True, slots=True)
class Secret:
    """A hidden text and where it is hidden: the Bates number and the field."""

    text: str
    bates: str
    path: str


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A hidden text stands where it must not: in which file, in which form, and whose it is. Never the text itself."""

    file: str
    form: str
    bates: str
    path: str


@dataclass(frozen=True, slots=True)
class Edges:
    """What the base64 characters right before and after a needle must hold: some low and some high bits are the text's.

    Without them a text would be found in another that differs in its last character only, as numbers do.
    """

    length: int
    low_bits: int
    low: int
    high_bits: int
    high: int

    def fit(self, hay: bytes | mmap, place: int) -> bool:
        """Return whether an occurrence at `place` goes on as the text does; a missing neighbour is no excuse."""
        before = _SEXTETS.get(hay[place - 1]) if place and self.low_bits else None
        end = place + self.length
        after = _SEXTETS.get(hay[end]) if end < len(hay) and self.high_bits else None
        if before is not None and before & ((1 << self.low_bits) - 1) != self.low:
            return False
        return after is None or after >> (6 - self.high_bits) == self.high


@dataclass(frozen=True, slots=True)
class _Form:
    """What a needle stands for; `part` is the piece of a long text, empty when the needle is the whole of one."""

    name: str
    secret: Secret
    part: str
    edges: Edges | None


class LeakSearch:
    """A search for a set of hidden texts.

    `fixed` are texts that the product or the department writes into every bundle (field names, headings, its own
    name): a hidden text that is part of one of them would be found everywhere, so it is left to the structure. Pieces
    of a long text that somebody else said too, and that is shown (`explain`), are no leak; a whole hidden text is.
    """

    def __init__(self, secrets: Iterable[Secret], *, fixed: Iterable[str] = ()) -> None:
        ours = "\x00".join(fixed)
        ours_squeezed = squeezed(ours)
        self.searched = 0
        self.left_out = 0
        self._explained: set[str] = set()
        in_texts: dict[bytes, list[_Form]] = {}
        in_bytes: dict[bytes, list[_Form]] = {}
        in_pages: dict[bytes, list[_Form]] = {}
        for secret in secrets:
            if len(secret.text) < SHORT or secret.text in ours:
                self.left_out += 1
                continue
            self.searched += 1
            for part in ("", *windows(secret.text)):
                if part and part in ours:
                    continue
                drawn = squeezed(part or secret.text)
                if len(drawn) >= DRAWN and drawn not in ours_squeezed:
                    in_pages.setdefault(_utf8(drawn), []).append(_Form("drawn", secret, part, None))
                for name, needle, edges in forms(part or secret.text):
                    form = _Form(name, secret, part, edges)
                    if name == "plain":
                        in_texts.setdefault(needle, []).append(form)
                    if len(needle) >= BYTES:
                        in_bytes.setdefault(needle, []).append(form)
        self._texts = Needles(in_texts, prefix=SHORT)
        self._bytes = Needles(in_bytes, prefix=BYTES)
        self._pages = Needles(in_pages, prefix=DRAWN)

    def explain(self, text: str) -> None:
        """Take note of a text that is rightly shown: pieces of hidden texts that it holds are no leak elsewhere."""
        hay = _utf8(text)
        self._explained |= {form.part for form, _ in self._texts.found(hay) if form.part}

    def in_text(self, file: str, text: str) -> set[Finding]:
        """Search one text that is shown in `file`."""
        return self._findings(file, _utf8(text), self._texts, "")

    def in_drawn(self, file: str, text: str) -> set[Finding]:
        """Search one text that was extracted from `file`, however its lines are broken."""
        return self.in_text(file, text) | self._findings(file, _utf8(squeezed(text)), self._pages, "")

    def in_file(self, file: str, path: Path) -> set[Finding]:
        """Search the bytes of a file and of all that can be inflated out of it. Memory does not grow with the file."""
        if path.stat().st_size == 0:
            return set()
        with path.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as hay:
            found = self._findings(file, hay, self._bytes, "")
            try:
                for piece in inflated(hay, keep=self._bytes.longest):
                    found |= self._findings(file, piece, self._bytes, " compressed")
            except TooMuch:
                found.add(Finding(file, "too large to search", "", ""))
        return found

    def _findings(self, file: str, hay: bytes | mmap, needles: Needles[_Form], suffix: str) -> set[Finding]:
        return {
            Finding(file, form.name + suffix, form.secret.bates, form.secret.path)
            for form, place in needles.found(hay)
            if form.part not in self._explained and (form.edges is None or form.edges.fit(hay, place))
        }


def squeezed(text: str) -> str:
    """Return a text without all that breaking lines and shaping glyphs may add or take away (pdf.md 6), in NFKC.

    The name of a character that no font has, as documents draw it, is that character again.
    """
    named = _NAMED.sub(_character, text)
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", named))


def _character(name: re.Match[str]) -> str:
    code = int(name[1], 16)
    return chr(code) if code <= 0x10FFFF else name[0]


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def windows(text: str) -> Iterator[str]:
    """Yield the pieces of a text longer than WINDOW: its stretches of that many characters, and its end."""
    if len(text) <= WINDOW:
        return
    for start in range(0, len(text) - WINDOW, WINDOW):
        yield text[start : start + WINDOW]
    yield text[-WINDOW:]


def forms(text: str) -> Iterator[tuple[str, bytes, Edges | None]]:
    """Yield the name and bytes of each form in which a file may carry a text; the first is the text itself in UTF-8.

    A base64 form is the characters that lie wholly in the text, with what their neighbours must hold.
    """
    seen: set[bytes] = set()
    for name, octets in _forms(text):
        if octets and octets not in seen:
            seen.add(octets)
            yield name, octets, None
    plain = _utf8(text)
    for shift in range(3):
        core, edges = _base64_core(plain, shift)
        for needle in {core, core.translate(_URL)}:
            if needle:
                yield "base64", needle, edges


def _forms(text: str) -> Iterator[tuple[str, bytes]]:
    plain = _utf8(text)
    yield "plain", plain
    for norm in ("NFC", "NFD"):
        yield "plain", _utf8(unicodedata.normalize(norm, text))
    for codec in ("utf-16-le", "utf-16-be"):
        wide = text.encode(codec, "surrogatepass")
        yield codec, wide
        yield f"hex {codec}", binascii.hexlify(wide).upper()
    yield "hex", binascii.hexlify(plain)
    yield "hex", binascii.hexlify(plain).upper()
    yield "escaped", json.dumps(text)[1:-1].encode("ascii")
    yield "percent", quote(text, safe="", errors="surrogatepass").encode("ascii")


def _base64_core(octets: bytes, shift: int) -> tuple[bytes, Edges]:
    """Return the characters that base64 gives to `octets` wherever they begin at a byte of this remainder by three.

    The first and last characters, which the text shares with its neighbours, are cut off and become the edges.
    """
    encoded = b64encode(b"\x00" * shift + octets)
    first = (8 * shift + 5) // 6
    last, high_bits = divmod(8 * (shift + len(octets)), 6)
    low_bits = 6 * first - 8 * shift
    low = _SEXTETS[encoded[first - 1]] & ((1 << low_bits) - 1) if low_bits else 0
    high = _SEXTETS[encoded[last]] >> (6 - high_bits) if high_bits else 0
    return encoded[first:last], Edges(last - first, low_bits, low, high_bits, high)
