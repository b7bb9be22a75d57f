"""What was captured held against what the log says of it: versions, slices, frames, observations and media (fsck)."""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from archive.capture.framing import frame_digest
from archive.ledger.encoding import base64url
from archive.ledger.fsck import Finding, Step

STRETCH = 2_000


class VersionCheck:
    """Every version: its event says what its row says, and its slice is the bytes that were committed to."""

    name = "versions"

    def run(self, after: int) -> Iterator[Finding | Step]:
        """Yield versions that are not as their events say. Goes by id from `after` on."""
        while rows := _rows(
            "SELECT v.id, v.ref, v.posted_at, v.edited_at, v.captured_at, v.n, v.event_id, c.fields, x.ref, s.raw,"
            " t.id IS NOT NULL, e.event_id IS NOT NULL, r.subject = e.subject FROM"
            " (SELECT * FROM version WHERE id > %s ORDER BY id LIMIT %s) v JOIN record r ON r.id = v.record_id"
            " LEFT JOIN ledger_event e ON e.event_id = v.event_id"
            " LEFT JOIN ledger_event_content c ON c.event_id = v.event_id LEFT JOIN exchange x ON x.id = v.exchange_id"
            " LEFT JOIN exchange_slice s ON s.version_id = v.id LEFT JOIN tombstone t ON t.record_id = v.record_id"
            " ORDER BY v.id",
            [after, STRETCH],
        ):
            for row in rows:
                yield from self._one(*row)
            after = rows[-1][0]
            yield Step(len(rows), after)

    def _one(
        self,
        _id: int,
        ref: uuid.UUID,
        posted: datetime | None,
        edited: datetime | None,
        _captured: datetime,
        _n: int,
        event_id: uuid.UUID,
        fields: Any,
        exchange: uuid.UUID,
        raw: Any,
        destroyed: bool,
        logged: bool,
        own: bool | None,
    ) -> Iterator[Finding]:
        place = f"version {ref}"
        if not logged:
            yield Finding("version.event-missing", place, f"event {event_id}", "none")
            return
        if not own:
            yield Finding("version.subject", place, "an event of its record", "one of another")
        if destroyed:
            if fields is not None or raw is not None:
                yield Finding(
                    "version.not-destroyed", place, "nothing of a destroyed record", "its content or its slice"
                )
            return
        if fields is None:
            yield Finding("version.content-missing", place, "what was captured", "none")
            return
        said = _said(fields)
        for name, value in (("/published", posted), ("/updated", edited)):
            if value is not None and _instant(said.get(name)) != value:
                yield Finding("version.changed", f"{place} {name}", str(said.get(name)), value.isoformat())
        if said.get("/raw/exchange") != str(exchange):
            yield Finding("version.exchange", place, str(said.get("/raw/exchange")), str(exchange))
        if raw is None:
            yield Finding("slice.missing", place, "its bytes", "none")
            return
        made = base64url(hashlib.sha256(bytes(raw)).digest())
        if made != said.get("/raw/slice/sha256"):
            yield Finding("slice.changed", place, str(said.get("/raw/slice/sha256")), made)


class ExchangeCheck:
    """Every exchange: its envelope and its frame are those of its event."""

    name = "exchanges"

    def run(self, after: int) -> Iterator[Finding | Step]:
        """Yield exchanges that are not as their events say. Goes by id from `after` on."""
        while rows := _rows(
            "SELECT x.id, x.ref, x.status, x.outcome, x.purpose, x.size, c.fields, f.head, f.body,"
            " e.event_id IS NOT NULL FROM (SELECT * FROM exchange WHERE id > %s ORDER BY id LIMIT %s) x"
            " LEFT JOIN ledger_event e ON e.event_id = x.event_id"
            " LEFT JOIN ledger_event_content c ON c.event_id = x.event_id"
            " LEFT JOIN exchange_frame f ON f.exchange_id = x.id ORDER BY x.id",
            [after, STRETCH // 10],
        ):
            for _id, ref, status, outcome, purpose, size, fields, head, body, logged in rows:
                place = f"exchange {ref}"
                if not logged:
                    yield Finding("exchange.event-missing", place, "its event", "none")
                elif fields is None:
                    yield Finding("exchange.content-missing", place, "what was logged of it", "none")
                else:
                    said = _said(fields)
                    names = ("ref", "status", "outcome", "purpose", "size")
                    logged_ = tuple(said.get(f"/exchange/{name}") for name in names)
                    if logged_ != (str(ref), status, outcome, purpose, size):
                        yield Finding("exchange.changed", place, str(logged_), str((status, outcome, purpose, size)))
                    if head is not None:  # the frame of a look-up goes with the record that it was about
                        made = base64url(frame_digest(bytes(head), bytes(body)))
                        if made != said.get("/frame/sha256"):
                            yield Finding("frame.changed", place, str(said.get("/frame/sha256")), made)
            after = rows[-1][0]
            yield Step(len(rows), after)


class ObservationCheck:
    """Every observation says what its event says."""

    name = "observations"

    def run(self, after: int) -> Iterator[Finding | Step]:
        """Yield observations that are not as their events say. Goes by id from `after` on."""
        while rows := _rows(
            "SELECT o.id, o.ref, o.kind, o.who, o.basis, c.fields, e.event_id IS NOT NULL, t.id IS NOT NULL FROM"
            " (SELECT * FROM observation WHERE id > %s ORDER BY id LIMIT %s) o"
            " LEFT JOIN ledger_event e ON e.event_id = o.event_id"
            " LEFT JOIN ledger_event_content c ON c.event_id = o.event_id"
            " LEFT JOIN tombstone t ON t.record_id = o.record_id ORDER BY o.id",
            [after, STRETCH],
        ):
            for _id, ref, kind, who, basis, fields, logged, destroyed in rows:
                place = f"observation {ref}"
                if not logged:
                    yield Finding("observation.event-missing", place, "its event", "none")
                elif fields is None and not destroyed:
                    yield Finding("observation.content-missing", place, "what was logged of it", "none")
                elif fields is not None:
                    said = _said(fields)
                    logged_ = tuple(said.get(f"/observation/{name}") for name in ("kind", "who", "basis"))
                    if logged_ != (kind, who, basis):
                        yield Finding(
                            "observation.changed", place, " ".join(map(str, logged_)), f"{kind} {who} {basis}"
                        )
            after = rows[-1][0]
            yield Step(len(rows), after)


class MediaCheck:
    """Every medium: the digest of its object is the one that was logged. Fixity reads the bytes themselves."""

    name = "media"

    def run(self, after: int) -> Iterator[Finding | Step]:
        """Yield media that are not as their events say. Goes by id from `after` on."""
        while rows := _rows(
            "SELECT m.id, m.n, v.ref, o.sha256, o.size, c.fields, e.event_id IS NOT NULL FROM"
            " (SELECT * FROM media WHERE id > %s ORDER BY id LIMIT %s) m JOIN version v ON v.id = m.version_id"
            " JOIN stored_object o ON o.id = m.stored_id LEFT JOIN ledger_event e ON e.event_id = m.event_id"
            " LEFT JOIN ledger_event_content c ON c.event_id = m.event_id ORDER BY m.id",
            [after, STRETCH],
        ):
            for _id, n, ref, digest, size, fields, logged in rows:
                place = f"version {ref} medium {n}"
                if not logged or fields is None:
                    yield Finding("media.event-missing", place, "its event and what it says", "none")
                    continue
                said = _said(fields)
                logged_ = (said.get(f"/attachment/{n}/sha256"), said.get(f"/attachment/{n}/size"))
                if logged_ != (base64url(bytes(digest)), size):
                    yield Finding("media.changed", place, str(logged_), f"{base64url(bytes(digest))} {size}")
            after = rows[-1][0]
            yield Step(len(rows), after)


def _rows(query: str, values: Sequence[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _said(fields: Any) -> dict[str, Any]:
    """Return what an event says; nothing when it cannot be read, which the check of commitments reports."""
    try:
        said = orjson.loads(bytes(fields))
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _instant(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


VERSIONS, EXCHANGES, OBSERVATIONS, MEDIA = VersionCheck(), ExchangeCheck(), ObservationCheck(), MediaCheck()
