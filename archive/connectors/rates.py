"""How long a network asks us to wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .contract import RateShape
from .times import BadTime, read_time

Header = Callable[[str], str | None]
LONGEST_WAIT = 7 * 24 * 3600.0
"""No header makes us wait longer than a week, in seconds."""


def wait_asked(header: Header, shape: RateShape, now: datetime) -> float | None:
    """Return the seconds that `Retry-After` (RFC 9110 10.2.3), else the reset header, asks for; None if neither does.

    Instants are measured from the answer's own `Date`, so that a wrong clock on either side does no harm.
    """
    after = header("retry-after")
    if after is not None:
        text = after.strip()
        if text.isascii() and text.isdigit():
            return _bounded(float(text[:12]))
        moment = _http_date(text)
        if moment is not None:
            return _bounded((moment - _answered(header, now)).total_seconds())
    return reset_in(header, shape, now)


def reset_in(header: Header, shape: RateShape, now: datetime) -> float | None:
    """Return the seconds until the network's limit is reset, or None when it does not say so in its own form."""
    value = header(shape.reset) if shape.reset else None
    if value is None:
        return None
    if shape.reset_form == "iso":
        try:
            moment = read_time(value.strip()).instant
        except BadTime:
            return None
        return None if moment is None else _bounded((moment - _answered(header, now)).total_seconds())
    try:
        number = float(value)
    except ValueError:
        return None
    if number != number:
        return None
    if shape.reset_form == "epoch":
        number -= _answered(header, now).timestamp()
    return _bounded(number)


def spent(header: Header, shape: RateShape) -> bool:
    """Tell whether this answer says that no request is left until the reset."""
    value = header(shape.remaining) if shape.remaining else None
    return value is not None and value.strip().removesuffix(".0") == "0"


def _answered(header: Header, now: datetime) -> datetime:
    return _http_date(header("date") or "") or now


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_WAIT)
