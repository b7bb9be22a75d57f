"""The clocks of one jurisdiction as they stand in its rule file: tracks of steps, extensions, tolling, windows."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from foia.clocks.business_days import ClockError
from retention.rules.citations import Citation


class Counted(StrEnum):
    """What a period is counted in."""

    BUSINESS = "business"
    CALENDAR = "calendar"
    HOURS = "hours"


class EventKind(StrEnum):
    """What may happen to a request that a clock takes note of."""

    EXTENDED = "extended"  #: an extension notice was sent
    AGREED = "agreed"  #: requester and department agreed on a later date
    ANSWERED = "answered"
    DENIED = "denied"
    ACKNOWLEDGED = "acknowledged"
    VOLUMINOUS_NOTICE = "voluminous-notice"
    RECURRENT_NOTICE = "recurrent-notice"
    REQUESTER_REPLIED = "requester-replied"
    CLARIFICATION_ASKED = "clarification-asked"
    CLARIFIED = "clarified"
    VERIFICATION_ASKED = "verification-asked"
    VERIFIED = "verified"
    NARROWED = "narrowed"
    RESUBMITTED = "resubmitted"


class UnknownTrack(ClockError):
    """The rule file has no such track, or none that was in force on the day of receipt."""

    code = "unknown-track"


class NoFixedPeriod(ClockError):
    """The law names no number of days ("promptly"), so there is no date to compute."""

    code = "no-fixed-period"


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a step counts from: the receipt (`received`), the first event of a kind, or the last day of another step."""

    event: EventKind | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One period. It counts from the earliest of its anchors that is known.

    `rolls`: a last day that is no business day moves to the next one. `met_by` are the events that keep it. `silence`:
    letting it pass is a denial. `answer` marks the step that is the answer itself.
    """

    code: str
    label: str
    after: tuple[Anchor, ...]
    amount: int
    counted: Counted
    rolls: bool
    met_by: frozenset[EventKind]
    silence: bool
    answer: bool
    citation: Citation


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason that the law allows for an extension."""

    code: str
    text: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Extension:
    """A longer answer period that the department may take, counted from the last day of the answer step."""

    code: str
    amount: int
    counted: Counted
    maximum: int
    reasons: tuple[Reason, ...]
    citation: Citation


@dataclass(frozen=True, slots=True)
class Agreement:
    """A later date that requester and department agree on. `in_writing`: an oral agreement moves nothing."""

    in_writing: bool
    citation: Citation


@dataclass(frozen=True, slots=True)
class Tolling:
    """A pair of events between which no day counts, at most `times` times, in force from `valid_from`."""

    starts: EventKind
    ends: EventKind
    times: int
    valid_from: date
    citation: Citation


@dataclass(frozen=True, slots=True)
class Track:
    """The clock of one kind of request, for requests received from `valid_from` to `valid_to`."""

    rules: str
    code: str
    label: str
    valid_from: date
    valid_to: date | None
    steps: tuple[Step, ...]
    extensions: tuple[Extension, ...]
    agreement: Agreement | None
    tolling: tuple[Tolling, ...]
    barred: tuple[str, ...]
    standard: str
    citation: Citation

    @property
    def answer(self) -> Step:
        """The step that is the answer. Raises `NoFixedPeriod`."""
        for step in self.steps:
            if step.answer:
                return step
        raise NoFixedPeriod(f"{self.label}: {self.standard} ({self.citation}). No date can be computed.")


@dataclass(frozen=True, slots=True)
class Window:
    """A period of somebody else's that starts with an act: an appeal, a forwarding, a reply."""

    code: str
    label: str
    amount: int
    counted: Counted
    rolls: bool
    citation: Citation


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All clocks of one jurisdiction. `version` is the date on which its sources were last compared."""

    code: str
    title: str
    version: date
    tracks: tuple[Track, ...]
    windows: tuple[Window, ...]

    @property
    def name(self) -> str:
        """The id and date to note beside a computed date."""
        return f"{self.code}/{self.version}"

    def track(self, code: str, received_on: date) -> Track:
        """Return the track `code` as in force for a request received on `received_on`. Raises `UnknownTrack`."""
        known = [track for track in self.tracks if track.code == code]
        for track in known:
            if track.valid_from <= received_on and (track.valid_to is None or received_on <= track.valid_to):
                return track
        if known:
            raise UnknownTrack(f"No rule for {known[0].label!r} was in force on {received_on} in {self.title}.")
        raise UnknownTrack(f"{self.title} has no track {code!r}.")

    def window(self, code: str) -> Window:
        """Return the window `code`. Raises `UnknownTrack`."""
        for window in self.windows:
            if window.code == code:
                return window
        raise UnknownTrack(f"{self.title} has no window {code!r}.")
