"""The leak scan: nothing that a decision hides may be in any byte that leaves the house (design rule 7).

Every hidden text is looked for in every file, as it is and in the disguises that file formats give to text, also inside
compressed parts; and in every text that the drawing of the documents was given, before fonts make it unreadable. A text
that is too short for a search of bytes to mean anything (`SHORT` characters or `BYTES` bytes; random base64 would seem
to hold it) is looked for in texts only, or not at all; for those, as for all, what is drawn is drawn from a `Shown`.
"""

import binascii
import json
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
WINDOW = 64  #: characters; a longer text is searched for piece by piece, so that a part of it is found too

_URL = bytes.maketrans(b"+/", b"-_")


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
class _Form:
    """What a needle stands for; `part` is the piece of a long text, empty when the needle is the whole of one."""

    name: str
    secret: Secret
    part: str


class LeakSearch:
    """A search for a set of hidden texts.

    `fixed` are texts that the product or the department writes into every bundle (field names, headings, its own
    name): a hidden text that is part of one of them would be found everywhere, so it is left to the structure. Pieces
    of a long text that somebody else said too, and that is shown (`explain`), are no leak; a whole hidden text is.
    """

    def __init__(self, secrets: Iterable[Secret], *, fixed: Iterable[str] = ()) -> None:
        ours = "\x00".join(fixed)
        self.searched = 0
        self.left_out = 0
        self._explained: set[str] = set()
        in_texts: dict[bytes, list[_Form]] = {}
        in_bytes: dict[bytes, list[_Form]] = {}
        for secret in secrets:
            if len(secret.text) < SHORT or secret.text in ours:
                self.left_out += 1
                continue
            self.searched += 1
            for part in ("", *windows(secret.text)):
                if part and part in ours:
                    continue
                for name, needle in forms(part or secret.text):
                    form = _Form(name, secret, part)
                    if name == "plain":
                        in_texts.setdefault(needle, []).append(form)
                    if len(needle) >= BYTES:
                        in_bytes.setdefault(needle, []).append(form)
        self._texts = Needles(in_texts, prefix=SHORT)
        self._bytes = Needles(in_bytes, prefix=BYTES)

    def explain(self, text: str) -> None:
        """Take note of a text that is rightly shown: pieces of hidden texts that it holds are no leak elsewhere."""
        self._explained |= {form.part for form in self._texts.found(text.encode("utf-8", "surrogatepass")) if form.part}

    def in_text(self, file: str, text: str) -> set[Finding]:
        """Search one text that is shown in `file`."""
        return self._findings(file, text.encode("utf-8", "surrogatepass"), self._texts, "")

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
            for form in needles.found(hay)
            if form.part not in self._explained
        }


def windows(text: str) -> Iterator[str]:
    """Yield the pieces of a text longer than WINDOW: its stretches of that many characters, and its end."""
    if len(text) <= WINDOW:
        return
    for start in range(0, len(text) - WINDOW, WINDOW):
        yield text[start : start + WINDOW]
    yield text[-WINDOW:]


def forms(text: str) -> Iterator[tuple[str, bytes]]:
    """Yield the name and bytes of each form in which a file may carry a text; the first is the text itself in UTF-8."""
    seen: set[bytes] = set()
    for name, octets in _forms(text):
        if octets and octets not in seen:
            seen.add(octets)
            yield name, octets


def _forms(text: str) -> Iterator[tuple[str, bytes]]:
    plain = text.encode("utf-8", "surrogatepass")
    yield "plain", plain
    for norm in ("NFC", "NFD"):
        yield "plain", unicodedata.normalize(norm, text).encode("utf-8", "surrogatepass")
    for codec in ("utf-16-le", "utf-16-be"):
        wide = text.encode(codec, "surrogatepass")
        yield codec, wide
        yield f"hex {codec}", binascii.hexlify(wide).upper()
    yield "hex", binascii.hexlify(plain)
    yield "hex", binascii.hexlify(plain).upper()
    for shift in range(3):
        core = _base64_core(plain, shift)
        yield "base64", core
        yield "base64", core.translate(_URL)
    yield "escaped", json.dumps(text)[1:-1].encode("ascii")
    yield "percent", quote(text, safe="", errors="surrogatepass").encode("ascii")


def _base64_core(octets: bytes, shift: int) -> bytes:
    """Return the characters that base64 gives to `octets` wherever it begins at a byte of this remainder by three.

    The first and last characters, which depend on the neighbours, are cut off.
    """
    encoded = b64encode(b"\x00" * shift + octets)
    first = (8 * shift + 5) // 6
    last = 8 * (shift + len(octets)) // 6
    return encoded[first:last]
