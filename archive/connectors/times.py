"""Read the times that networks write, and write them in the one form of record/1 (reference/ledger.md 6.1)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

_ISO = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[Tt ](?P<clock>\d\d:\d\d:)(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,18}))?"
    r"(?P<zone>[Zz]|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)


class BadTime(ValueError):
    """A text that is no time."""


class ImpossibleTime(BadTime):
    """A date, time or zone that does not exist."""


class NetworkTime(NamedTuple):
    """A time as read. `instant` is aware UTC, or None when the network gave no zone: then only `raw` is known."""

    instant: datetime | None
    raw: str
    leap: bool = False


def read_time(text: str) -> NetworkTime:
    """Read an ISO 8601 / RFC 3339 time. Fractions beyond microseconds are cut off; second 60 is read as 59 and marked.

    A day alone, or a time without a zone, has no instant. Raises `BadTime`.
    """
    found = _ISO.fullmatch(text)
    if found is None:
        raise BadTime("not an ISO 8601 time")
    second = found["second"] or "00"
    leap = second == "60"
    clock = f"{found['clock'] or '00:00:'}{'59' if leap else second}"
    zone = found["zone"]
    micro = ((found["fraction"] or "") + "000000")[:6]
    try:
        instant = datetime.fromisoformat(f"{found['day']}T{clock}.{micro}{zone.upper() if zone else ''}")
        if zone is None:
            return NetworkTime(None, text, leap)
        return NetworkTime(instant if instant.tzinfo is UTC else instant.astimezone(UTC), text, leap)
    except (ValueError, OverflowError):
        raise ImpossibleTime("a date, time or zone that does not exist") from None


def write_time(instant: datetime) -> str:
    """Return an aware instant as `YYYY-MM-DDTHH:MM:SS.ffffffZ`."""
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    return f"{instant.isoformat(timespec='microseconds')[:26]}Z"
