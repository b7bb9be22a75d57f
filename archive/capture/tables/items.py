"""From a row of a table to an item, as a connector would give it. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime

from archive.capture.tables.mapping import Mapping
from archive.capture.tables.stretches import Row
from archive.connectors.contract import BadItem, Fields, Item
from archive.ledger import segments
from archive.ledger.canonical import format_time
from archive.ledger.errors import FieldError

MAX_ID = 500
MAX_PLAIN = 4_000
PLACES = {
    "url": "/url",
    "author_handle": "/author/handle",
    "author_name": "/author/name",
    "author_url": "/author/url",
    "language": "/language",
}


class RowReader:
    """Turns rows into items by a map. Raises ValueError at once if the table lacks a mapped column or repeats one."""

    def __init__(self, mapping: Mapping, header: Sequence[str]) -> None:
        doubled = sorted({name for name in header if header.count(name) > 1})
        wanted = [*mapping.columns.values(), *mapping.stats.values()]
        missing = sorted({name for name in wanted if name not in header})
        if missing:
            raise ValueError(f"The table has no column {', '.join(missing)}.")
        if set(doubled) & set(wanted):
            raise ValueError(f"The table has the column {', '.join(doubled)} twice.")
        self.mapping = mapping
        self.columns = {ours: header.index(theirs) for ours, theirs in mapping.columns.items()}
        self.stats = {ours: header.index(theirs) for ours, theirs in mapping.stats.items()}

    def item(self, row: Row) -> Item | BadItem:
        """Return the row as an item, or as a bad item with its code and a sentence."""
        try:
            return self._item(row)
        except _BadCell as bad:
            return BadItem(bad.code, bad.reason, row.start, row.stop)
        except FieldError as error:
            return BadItem("too-long", str(error), row.start, row.stop)

    def _item(self, row: Row) -> Item:
        mapping, cells, columns = self.mapping, row.cells, self.columns
        id_ = cells[columns["id"]].strip()
        if not id_:
            raise _BadCell("missing-id", "The row has no id.")
        if len(id_) > MAX_ID:
            raise _BadCell("too-long", f"The id is longer than {MAX_ID} characters.")
        content: Fields = {
            "/network": mapping.network,
            "/type": mapping.type,
            "/kind": mapping.kind.value,
            "/id": id_,
        }
        content |= segments.fields("/content", cells[columns["content"]])  # type: ignore[arg-type]
        if "summary" in columns and cells[columns["summary"]]:
            content |= segments.fields("/summary", cells[columns["summary"]])  # type: ignore[arg-type]
        context: Fields = {}
        for ours, name in PLACES.items():
            if ours in columns and (value := cells[columns[ours]].strip()):
                if len(value) > MAX_PLAIN:
                    raise _BadCell("too-long", f"{ours} is longer than {MAX_PLAIN} characters.")
                (context if name.startswith("/author") else content)[name] = value
        parent = cells[columns["parent"]].strip() if "parent" in columns else ""
        author = cells[columns["author_id"]].strip() if "author_id" in columns else ""
        if parent:
            content["/inReplyTo"] = parent[:MAX_ID]
        if author:
            content["/author/id"] = author[:MAX_ID]
        published = self._time(row, "published", content)
        updated = self._time(row, "updated", content)
        return Item(
            start=row.start,
            stop=row.stop,
            namespace=mapping.namespace,
            id=id_,
            kind=mapping.kind,
            content=content,
            context=context,
            stat=self._counters(cells),
            parent_id=parent or None,
            author_id=author or None,
            published=published,
            updated=updated,
        )

    def _time(self, row: Row, name: str, content: Fields) -> datetime | None:
        if name not in self.columns:
            return None
        written = row.cells[self.columns[name]].strip()
        if not written:
            return None
        try:
            if self.mapping.time_format:
                moment = datetime.strptime(written, self.mapping.time_format)  # noqa: DTZ007 - the zone is looked at below
            else:
                moment = datetime.fromisoformat(written)
        except ValueError:
            raise _BadCell("impossible-date", f"{name} holds no date that exists in the form of the map.") from None
        if moment.tzinfo is None and self.mapping.zone is None:
            content[f"/{name}-raw"] = written
            return None
        if moment.tzinfo is None:
            # Of two readings of a doubled hour the later one keeps longer; an hour that was skipped never was.
            moment = moment.replace(tzinfo=self.mapping.zone, fold=1)
            there_and_back = moment.astimezone(UTC).astimezone(self.mapping.zone)
            if there_and_back.replace(tzinfo=None) != moment.replace(tzinfo=None):
                raise _BadCell("impossible-date", f"{name} lies in an hour that the clocks skipped.")
        try:
            instant = moment.astimezone(UTC)
            content[f"/{name}"] = format_time(instant)
        except (OverflowError, ValueError):
            raise _BadCell("impossible-date", f"{name} lies outside the calendar.") from None
        return instant

    def _counters(self, cells: list[str]) -> dict[str, int]:
        counters = {}
        for ours, place in self.stats.items():
            value = cells[place].strip()
            if not value:
                continue
            if not value.isascii() or not value.isdigit() or len(value) > 15:
                raise _BadCell("wrong-type", f"The counter {ours} is not a number.")
            counters[ours] = int(value)
        return counters


class _BadCell(Exception):
    def __init__(self, code: str, reason: str) -> None:
        self.code, self.reason = code, reason
