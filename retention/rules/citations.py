"""Where a rule comes from, and how far we have checked it.

Every number of the law is dated data with its source. What was not confirmed says so wherever it is shown: a clerk must
never print an unconfirmed rule on a letter in the belief that somebody compared it with the statute.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How far a rule was checked."""

    CONFIRMED = "confirmed"  #: seen in public reference text of the source itself
    SECONDARY = "secondary"  #: seen only in a secondary or sister source
    UNCONFIRMED = "unconfirmed"  #: believed true; verify before it is printed on a letter
    DECISION = "decision"  #: the department's own choice, not a rule of law


_REMARKS = {
    Mark.CONFIRMED: "",
    Mark.SECONDARY: ", from a secondary source",
    Mark.UNCONFIRMED: ", not confirmed",
    Mark.DECISION: ", a default of the department",
}


@dataclass(frozen=True, slots=True)
class Citation:
    """A source and how far it was checked."""

    text: str
    mark: Mark

    def __str__(self) -> str:
        return self.text + _REMARKS[self.mark]


def distinct(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """Return the citations without repeats, in order of appearance."""
    return tuple(dict.fromkeys(citations))
