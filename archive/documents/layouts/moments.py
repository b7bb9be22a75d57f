"""Instants as papers give them: in the department's zone, with UTC beside it, because platforms say UTC and duty
times are local (legal.md 11.18)."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def moment_text(instant: datetime, zone: ZoneInfo) -> str:
    """An aware instant as text: `2026-02-06 22:15:00 CST (2026-02-07 04:15:00 UTC)`."""
    local, universal = instant.astimezone(zone), instant.astimezone(UTC)
    return f"{local:%Y-%m-%d %H:%M:%S} {local:%Z} ({universal:%Y-%m-%d %H:%M:%S} UTC)"
