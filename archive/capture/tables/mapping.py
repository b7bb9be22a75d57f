"""Which column means what: a TOML file that a person writes once for a table, read strictly."""

import re
import tomllib
from collections import abc
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from archive.connectors.contract import Kind

TEXT_FIELDS = ("content", "summary")
PLAIN_FIELDS = ("url", "author_id", "author_handle", "author_name", "author_url", "parent", "language")
KNOWN = {"id", "published", "updated", *TEXT_FIELDS, *PLAIN_FIELDS}
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
MAX_FILE = 64 * 1024


class MappingError(ValueError):
    """A map that cannot be used; the message says which line of it and what to write."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How the columns of a table become a record's fields.

    `columns` maps our names to the table's, `stats` our counters to its columns. `zone` is set when a person vouches
    for the zone of times that carry none; without it such times are kept as written and start no clock.
    """

    network: str
    namespace: str
    kind: Kind
    type: str
    columns: dict[str, str]
    stats: dict[str, str] = field(default_factory=dict)
    time_format: str = ""  #: strptime format; empty for ISO 8601
    zone: ZoneInfo | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    backslash_escapes: bool = False


def mapping_read(path: Path) -> Mapping:
    """Read a map from a TOML file. Raises MappingError with a sentence; unknown names are errors, not ignored."""
    octets = path.read_bytes()
    if len(octets) > MAX_FILE:
        raise MappingError(f"{path.name} is larger than a map can be ({MAX_FILE} bytes).")
    try:
        table = tomllib.loads(octets.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingError(f"{path.name} is not TOML: {error}") from error
    return mapping_from(table)


def mapping_from(values: abc.Mapping[str, object]) -> Mapping:
    """Build a map from the values of its file. Raises MappingError."""
    table = dict(values)
    columns = _strings(table.pop("columns", None), "columns", KNOWN)
    stats = _strings(table.pop("stats", {}), "stats", None)
    time = _strings(table.pop("time", {}), "time", {"format", "zone"})
    file = _strings(table.pop("file", {}), "file", {"encoding", "delimiter", "escape"})
    network, namespace = (
        _name(table.pop("network", None), "network"),
        _name(table.pop("namespace", "post"), "namespace"),
    )
    kind, type_ = table.pop("kind", "post"), table.pop("type", "Note")
    if table:
        raise MappingError(f"The map does not know {', '.join(sorted(table))}.")
    if "id" not in columns or "content" not in columns:
        raise MappingError("A map needs at least columns.id and columns.content.")
    if kind not in {k.value for k in Kind}:
        raise MappingError(f"{kind!r} is not a kind of record; write one of {', '.join(k.value for k in Kind)}.")
    if not isinstance(type_, str) or not re.fullmatch(r"[A-Z][A-Za-z]{0,31}", type_):
        raise MappingError("type is a word of ActivityStreams, such as Note.")
    encoding = file.get("encoding", "utf-8")
    if encoding not in {"utf-8", "latin-1", "windows-1252"}:
        raise MappingError("file.encoding is one of utf-8, latin-1, windows-1252.")
    delimiter = file.get("delimiter", ",")
    if delimiter not in {",", ";", "\t", "|"}:
        raise MappingError("file.delimiter is a comma, a semicolon, a tab or a bar.")
    if file.get("escape", "doubled") not in {"doubled", "backslash"}:
        raise MappingError("file.escape is doubled or backslash.")
    try:
        zone = ZoneInfo(time["zone"]) if time.get("zone") else None
    except (KeyError, ValueError, OSError) as error:
        raise MappingError(f"time.zone {time['zone']!r} is not a zone such as America/Chicago.") from error
    return Mapping(
        network=network,
        namespace=namespace,
        kind=Kind(kind),
        type=type_,
        columns=columns,
        stats=stats,
        time_format=time.get("format", ""),
        zone=zone,
        encoding=encoding,
        delimiter=delimiter,
        backslash_escapes=file.get("escape") == "backslash",
    )


def _strings(value: object, name: str, known: set[str] | None) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(v, str) and v for v in value.values()):
        raise MappingError(f"[{name}] maps names to text.")
    if known is not None and set(value) - known:
        raise MappingError(f"[{name}] does not know {', '.join(sorted(set(value) - known))}.")
    return dict(value)


def _name(value: object, name: str) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise MappingError(f"{name} is a short lower-case word.")
    return value
