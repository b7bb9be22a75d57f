"""What a run says of itself: what it read, what it could not, and how late it came (design rule 11)."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from archive.capture.batch import Committed
from archive.connectors.contract import Item

COUNTS = (
    "exchanges",
    "taken",
    "edited",
    "unchanged",
    "repeated",
    "disposed",
    "quarantined",
    "hidden",
    "shown",
    "returned",
    "removed",
    "absent",
    "threads",
    "threads_unread",
    "look_ups",
    "undecided",
    "unlisted",  # a listing lacked what a direct look-up shows: the network did not list all
)


@dataclass(slots=True)
class Coverage:
    """The statement of one run: counts, codes and instants, no words. It travels in the job's cursor and can resume."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    faults: dict[str, int] = field(default_factory=dict)  #: code → how often
    notices: dict[str, int] = field(default_factory=dict)
    deep: bool = False  #: whether the whole timeline was asked for
    timeline_whole: bool = False  #: whether the network said that the listing ended
    oldest_listed: str = ""  #: posting time of the oldest post listed
    longest_delay_s: int = 0  #: longest time from posting to capture among posts newer than the run before
    cannot_see: tuple[str, ...] = ()  #: what this network does not show, in sentences

    @classmethod
    def load(cls, stored: dict[str, Any]) -> "Coverage":
        """Return a statement begun earlier."""
        return cls(**{**stored, "cannot_see": tuple(stored.get("cannot_see", ()))}) if stored else cls()

    def dump(self) -> dict[str, Any]:
        """Return the statement as JSON values."""
        return asdict(self)

    def add(self, committed: Committed) -> None:
        """Count what one transaction did."""
        for name, n in (
            ("exchanges", 1),
            ("taken", committed.new),
            ("edited", len(committed.edited)),
            ("unchanged", committed.unchanged),
            ("repeated", committed.repeated),
            ("disposed", committed.disposed),
            ("quarantined", committed.quarantined),
        ):
            self.counts[name] += n
        for kind in committed.moves:
            self.counts[kind] += 1

    def fault(self, code: str) -> None:
        """Count one thing that could not be read."""
        self.faults[code] = self.faults.get(code, 0) + 1

    def notice(self, code: str) -> None:
        """Count one oddity of something that was taken."""
        self.notices[code] = self.notices.get(code, 0) + 1

    def delay(self, item: Item, at: datetime, since: datetime | None) -> None:
        """Take note of how long after its posting an item was captured, if it was posted after `since`."""
        if item.published is not None and since is not None and since <= item.published <= at:
            self.longest_delay_s = max(self.longest_delay_s, int((at - item.published).total_seconds()))

    @property
    def outcome(self) -> str:
        """`covered` when all that was asked could be read, else `partial`."""
        if self.faults or any(self.counts[name] for name in ("threads_unread", "undecided", "unlisted")):
            return "partial"
        return "covered"
