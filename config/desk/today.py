"""Today: what waits for this person, by the day on which it is due.

Rooms contribute: a function `(actor, at) -> list[Waiting]`, listed by dotted path in `TODAY_ITEMS`. It MUST answer only
what the actor may see and act on, in a bounded number (what does not fit is one item that says how many), from indexed
queries.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from archive.access.actor import Actor
from archive.extension import ExtensionPoint
from archive.waiting import Waiting

_log = logging.getLogger(__name__)
SOON = timedelta(days=7)


class TodayItems(Protocol):
    """Answers what of one room waits for the actor."""

    def __call__(self, actor: Actor, at: datetime) -> list[Waiting]: ...


TODAY: ExtensionPoint[TodayItems] = ExtensionPoint("TODAY_ITEMS")


@dataclass(slots=True)
class Day:
    """The items sorted by how soon they are due, each group by day and then by title; `unread` rooms did not answer."""

    overdue: list[Waiting] = field(default_factory=list)
    today: list[Waiting] = field(default_factory=list)
    soon: list[Waiting] = field(default_factory=list)
    later: list[Waiting] = field(default_factory=list)
    undated: list[Waiting] = field(default_factory=list)
    unread: int = 0

    @property
    def count(self) -> int:
        """How many items wait."""
        return sum(map(len, (self.overdue, self.today, self.soon, self.later, self.undated)))


def sorted_by_due(items: Iterable[Waiting], today: date) -> Day:
    """Group the items around this day."""
    day = Day()
    for item in sorted(items, key=lambda item: (item.due or date.max, item.title)):
        if item.due is None:
            day.undated.append(item)
        elif item.due < today:
            day.overdue.append(item)
        elif item.due == today:
            day.today.append(item)
        elif item.due <= today + SOON:
            day.soon.append(item)
        else:
            day.later.append(item)
    return day


def day_of(actor: Actor, *, at: datetime, today: date) -> Day:
    """What waits for the actor at this instant. A room that fails is logged and counted, and the rest is shown."""
    items: list[Waiting] = []
    unread = 0
    for contribute in TODAY.all():
        try:
            items += contribute(actor, at)
        except Exception:  # one broken room must not hide another's due date
            _log.exception("What waits could not be read: %r", contribute)
            unread += 1
    day = sorted_by_due(items, today)
    day.unread = unread
    return day
