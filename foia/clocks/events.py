"""What happened to a request, as far as its clock is concerned."""

from dataclasses import dataclass
from datetime import date, datetime

from foia.clocks.business_days import ClockError
from foia.clocks.rulebook import EventKind


class NaiveInstant(ClockError):
    """An instant without a zone: nobody can say on which day it fell."""

    code = "naive-instant"

    def __init__(self) -> None:
        super().__init__("A time without a zone was given. Give the time together with its zone.")


@dataclass(frozen=True, slots=True)
class Event:
    """One act, at an aware instant.

    An extension carries its `reasons` (codes of the rule file), optionally the code of the `extension` taken and the
    date promised (`until`). An agreement carries `until` and whether it is `in_writing`.
    """

    kind: EventKind
    at: datetime
    until: date | None = None
    reasons: tuple[str, ...] = ()
    extension: str = ""
    in_writing: bool = False

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise NaiveInstant


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """An act that moved nothing, and why. It happened all the same, and stays on the file."""

    event: Event
    code: str
    sentence: str


ANSWERS = frozenset({EventKind.ANSWERED, EventKind.DENIED})
CHANGES = frozenset({EventKind.EXTENDED, EventKind.AGREED})
