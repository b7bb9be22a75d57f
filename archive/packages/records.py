"""A record as a bundle shows it: some fields of its events, each provable, and what is withheld and why.

The member names of the file are read by `verify.py`, which stands alone and shares no code with this module.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from archive.ledger.commitment import Disclosed, Value, check_disclosed
from archive.ledger.encoding import base64url
from archive.ledger.errors import LedgerError
from archive.packages.errors import BadRecord
from archive.packages.names import check_path, proof_path, record_path

_JSON = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """An event of the log with the fields of it that are shown. `event_id` asks for its proof and is in no file."""

    event_id: UUID
    disclosed: Disclosed


@dataclass(frozen=True, slots=True)
class Withheld:
    """A field (or, by its stem, a whole text) that is not shown, and the exemption for it, such as `7(1)(b)`."""

    path: str
    code: str


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A payload file of the record, `data/…`, with its bytes.

    `disclosed` names the shown field that holds its SHA-256 as base64url; None for a file that no event commits to,
    such as a redacted copy, which the seal alone vouches for.
    """

    path: str
    disclosed: str | None
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """One produced version: its own event, further events that the reader needs (any subject), withheld fields, files.

    `/event/subject`, `/event/n` and `/event/prev` of every event must be shown; the shown events of one subject follow
    each other without a gap. Where a segment of a shown text is missing, `withheld` says so.
    """

    bates: str
    record: UUID
    version: UUID
    event: ShownEvent
    withheld: tuple[Withheld, ...] = ()
    files: tuple[RecordFile, ...] = ()
    history: tuple[ShownEvent, ...] = ()

    def events(self) -> tuple[ShownEvent, ...]:
        """Return all events in the order of their proofs."""
        return (self.event, *self.history)


def record_fields(record: ShownRecord) -> Sequence[Mapping[str, Value]]:
    """Return the shown fields of each event, the version's own first; raise BadRecord when one would not verify."""
    try:
        proven = [check_disclosed(event.disclosed) for event in record.events()]
    except LedgerError as error:
        raise BadRecord(f"{record.bates}: {error}") from error
    for fields in proven:
        if missing := {"/event/subject", "/event/n", "/event/prev"} - fields.keys():
            raise BadRecord(f"{record.bates}: an event does not show {min(missing)}.")
    shown = [each.path for each in record.withheld if each.path in proven[0]]
    if shown:
        raise BadRecord(f"{record.bates}: {shown[0]} is to be withheld, and is shown.")
    return proven


def check_file(record: ShownRecord, file: RecordFile, sha256: bytes, fields: Sequence[Mapping[str, Value]]) -> None:
    """Raise BadRecord when a file is not the one whose digest the record shows."""
    if file.disclosed and base64url(sha256) not in [each.get(file.disclosed) for each in fields]:
        raise BadRecord(f"{record.bates}: {file.path} is not the file that {file.disclosed} commits to.")


def record_json(record: ShownRecord) -> tuple[str, bytes]:
    """Return path and bytes of the record's file: the same record gives the same bytes."""
    shape: dict[str, Any] = {
        "bates": record.bates,
        "record": str(record.record),
        "version": str(record.version),
        "withheld": [{"path": each.path, "code": each.code} for each in record.withheld],
        "files": [{"path": check_path(each.path), "disclosed": each.disclosed} for each in record.files],
        "history": [
            event_shape(event) | {"proof": proof_path(record.bates, n)} for n, event in enumerate(record.history, 1)
        ],
    }
    return record_path(record.bates), orjson.dumps(event_shape(record.event) | shape, option=_JSON)


def event_shape(event: ShownEvent) -> dict[str, Any]:
    """Return what every file says of an event."""
    shown = event.disclosed
    return {"schema": shown.schema, "disclosures": list(shown.disclosures), "sd": list(shown.sd), "entry": shown.entry}


def event_json(event: ShownEvent) -> bytes:
    """Return the bytes of a file that holds one event and nothing else, such as the seal."""
    return orjson.dumps(event_shape(event), option=_JSON)
