"""The extension point through which upper rooms learn what was captured, inside the capture transaction."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from archive.extension import ExtensionPoint


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record that this batch took in."""

    record_id: int
    ref: uuid.UUID
    kind: str
    posted_at: datetime | None
    compartment: str


@dataclass(frozen=True, slots=True)
class StateChange:
    """A record whose state on the network changed: `state` is hidden, live, removed or absent."""

    record_id: int
    state: str


@dataclass(slots=True)
class CapturedBatch:
    """What one capture transaction wrote, as sets. Ids are internal; no words are in it."""

    account_id: int
    network: str
    run_id: int
    at: datetime
    new: list[NewRecord] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)  #: records that got a further version
    states: list[StateChange] = field(default_factory=list)


class Listener(Protocol):
    """Something that must happen with every capture: series, standing holds, standing collections, post checks.

    MUST work in sets and in the open transaction, and be quick: it is on the path of every capture.
    MUST raise when it cannot do its part; the whole batch is then not taken, and the run tries again.
    """

    def captured(self, batch: CapturedBatch) -> None:
        """Do the part for one batch."""


LISTENERS: ExtensionPoint[Listener] = ExtensionPoint("CAPTURE_LISTENERS")


def tell(batch: CapturedBatch) -> None:
    """Hand a batch to every listener, if there is anything to tell."""
    if batch.new or batch.changed or batch.states:
        for listener in LISTENERS.all():
            listener.captured(batch)
