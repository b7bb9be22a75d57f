"""What changed between two texts, word by word, for people to read. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

_WORD = re.compile(r"\S+\s*|^\s+")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_COMPARED = 250_000  #: pairs of pieces that are compared at most: a tenth of a second at the very worst
_LONGEST = 200_000  #: characters of both texts that are compared at all

Change = Literal["same", "added", "removed"]
Unit = Literal["words", "lines", "text"]


class Stretch(NamedTuple):
    """A run of text that stayed, came or went."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """The stretches in reading order: without the added ones they are the text before, without the removed ones the
    text after, exactly. `unit` says in which pieces the texts were compared: very long ones in lines or as a whole.
    """

    stretches: tuple[Stretch, ...]
    unit: Unit

    @property
    def changed(self) -> bool:
        """Whether anything differs."""
        return any(stretch.change != "same" for stretch in self.stretches)


def difference(before: str, after: str) -> Difference:
    """Compare two texts by words, or by lines when too many words differ, or else as a whole."""
    if len(before) + len(after) <= _LONGEST:
        found = _compared("words", _WORD.findall(before), _WORD.findall(after))
        found = found or _compared("lines", _LINE.findall(before), _LINE.findall(after))
        if found is not None:
            return found
    return Difference(_joined([Stretch("removed", before), Stretch("added", after)]), "text")


def _compared(unit: Unit, old: Sequence[str], new: Sequence[str]) -> Difference | None:
    """Compare two texts in these pieces; None when there are too many that differ."""
    old_words, new_words = [piece.rstrip() for piece in old], [piece.rstrip() for piece in new]
    start, end = _common(old_words, new_words)
    old_end, new_end = len(old) - end, len(new) - end
    if (old_end - start) * (new_end - start) > _COMPARED:
        return None
    matcher = SequenceMatcher(None, old_words[start:old_end], new_words[start:new_end], autojunk=False)
    stretches = _kept(old[:start], new[:start])
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        from_old, from_new = old[start + old_from : start + old_to], new[start + new_from : start + new_to]
        if tag == "equal":
            stretches += _kept(from_old, from_new)
        else:
            stretches += [Stretch("removed", "".join(from_old)), Stretch("added", "".join(from_new))]
    stretches += _kept(old[old_end:], new[new_end:])
    return Difference(_joined(stretches), unit)


def _kept(old: Sequence[str], new: Sequence[str]) -> list[Stretch]:
    """The pieces that stayed. Only the blanks behind one may differ: a word stays one when it no longer ends a text."""
    stretches: list[Stretch] = []
    for before, after in zip(old, new, strict=True):
        if before == after:
            stretches.append(Stretch("same", before))
            continue
        word = before.rstrip()
        stretches.append(Stretch("same", word))
        stretches += [Stretch("removed", before[len(word) :]), Stretch("added", after[len(word) :])]
    return stretches


def _common(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Return how many pieces at the beginning and at the end are the same."""
    shorter = min(len(old), len(new))
    start = 0
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, end


def _joined(stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Leave out what is empty and join neighbours of one kind."""
    joined: list[Stretch] = []
    for stretch in stretches:
        if not stretch.text:
            continue
        if joined and joined[-1].change == stretch.change:
            joined[-1] = Stretch(stretch.change, joined[-1].text + stretch.text)
        else:
            joined.append(stretch)
    return tuple(joined)
