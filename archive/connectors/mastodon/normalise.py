"""Cut Mastodon's answers into items. Pure: bytes in, items out, the same bytes always the same items.

Decisions. Text is what the HTML shows (`hypertext.py`); each link's address is `/link/N`; the HTML stays in the slice.
A status is a comment when it answers someone and its author is not the account, a reply when the author is, and else a
post; one whose parent was deleted keeps its kind, because Mastodon then clears `in_reply_to_id` only. A boost is a post
of type Announce that encloses the boosted status, which is an item of its own; a quote likewise.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from ..contract import BadItem, Cut, Item, Notice
from ..strict_json import Span, Unreadable, document, elements, members, read
from . import fields
from .known import unknown_fields

ITEM_LIMIT = 10_000
"""Most items of one answer: a context holds at most 4,096 ancestors and 4,096 descendants."""

NESTING_LIMIT = 3
"""A boost of a quote is two deep; deeper ones stay inside their parent's slice."""

UNKNOWN_LIMIT = 50
"""Most unknown fields told of in one answer."""

_MISSING = "Object missing required field"


class _Id(msgspec.Struct):
    id: str


_any_id = msgspec.json.Decoder(_Id)


def normalise(operation: str, body: bytes, *, subject: str = "", own_id: str = "") -> Cut:
    """Cut one body by its operation; see `contract.Connector.normalise`. Never raises on any bytes."""
    cutting = _Cutting(body, own_id)
    whole = _trim(body, document(body))
    try:
        _cut(cutting, operation, whole, subject)
    except Unreadable as error:
        cutting.refuse(error, whole)
    return Cut(tuple(cutting.items), tuple(cutting.bad), tuple(cutting.notices))


def _cut(cutting: _Cutting, operation: str, whole: Span, subject: str) -> None:
    if operation == "profile":
        cutting.take(whole, cutting.profile)
    elif operation == "look_up":
        cutting.take(whole, cutting.status)
    elif operation == "timeline":
        cutting.take_list(whole, cutting.status)
    elif operation == "history":
        _cut_history(cutting, whole, subject)
    elif operation == "thread":
        _cut_thread(cutting, whole)
    else:
        raise Unreadable("wrong-shape", "this operation's answer has no items")


def _cut_history(cutting: _Cutting, whole: Span, subject: str) -> None:
    spans, rest = elements(cutting.body, whole)
    first: list[str] = []
    for number, span in enumerate(cutting.within_limit(spans, whole)):
        cutting.take(span, partial(cutting.revision, subject=subject, number=number, first=first))
    cutting.refuse_rest(rest)


def _cut_thread(cutting: _Cutting, whole: Span) -> None:
    parts = members(cutting.body, whole)
    missing = {"ancestors", "descendants"} - parts.keys()
    if missing:
        raise Unreadable("wrong-shape", "the answer is not a context")
    for name, span in parts.items():
        if name in ("ancestors", "descendants"):
            try:
                cutting.take_list(span, cutting.status)
            except Unreadable as error:
                cutting.refuse(error, span)
        else:
            cutting.note_unknown(f"context/{name}", whole, None)


class _Cutting:
    """One body being cut."""

    def __init__(self, body: bytes, own_id: str) -> None:
        self.body = body
        self.own_id = own_id
        self.items: list[Item] = []
        self.bad: list[BadItem] = []
        self.notices: list[Notice] = []
        self._noted: set[str] = set()

    def take_list(self, span: Span, take_one: Callable[[Span, Any], None]) -> None:
        """Take each element of the array at `span`; what lies behind a break is one bad item."""
        spans, rest = elements(self.body, span)
        for one in self.within_limit(spans, span):
            self.take(one, take_one)
        self.refuse_rest(rest)

    def within_limit(self, spans: list[Span], whole: Span) -> list[Span]:
        left = max(ITEM_LIMIT - len(self.items) - len(self.bad), 0)
        if len(spans) > left:
            self.refuse(Unreadable("too-many", f"more than {ITEM_LIMIT} items"), Span(spans[left].start, whole.stop))
        return spans[:left]

    def take(self, span: Span, take_one: Callable[[Span, Any], None]) -> None:
        """Read the value at `span` and hand it to `take_one`; one that cannot be taken is a bad item, and no more."""
        try:
            take_one(span, _object(read(self.body, span)))
        except Unreadable as error:
            self.refuse(error, span)
        except msgspec.ValidationError as error:
            self.refuse(_unreadable(error), span)

    def refuse(self, error: Unreadable, span: Span) -> None:
        self.bad.append(BadItem(error.code, error.reason, span.start, span.stop, _id_at(self.body, span)))

    def refuse_rest(self, rest: Span | None) -> None:
        if rest is not None:
            self.refuse(Unreadable("malformed", f"the list breaks off at byte {rest.start}"), rest)

    def note_unknown(self, path: str, span: Span, id: str | None) -> None:
        """Tell of an unknown field at its first item."""
        if path not in self._noted and len(self._noted) < UNKNOWN_LIMIT:
            self._noted.add(path)
            reason = f"the field {path!a} is not known"
            self.notices.append(Notice("unknown-field", reason, span.start, span.stop, path, id))

    def profile(self, span: Span, value: dict[str, Any]) -> None:
        self._add(span, value, "account", fields.profile_item(value, span))

    def revision(self, span: Span, value: dict[str, Any], *, subject: str, number: int, first: list[str]) -> None:
        self._add(span, value, "revision", fields.revision_item(value, span, subject, number, first))

    def status(self, span: Span, value: dict[str, Any], within: int | None = None, depth: int = 0) -> None:
        place = len(self.items)
        self._add(span, value, "status", fields.status_item(value, span, self.own_id, within))
        if depth >= NESTING_LIMIT or not (value.get("reblog") or value.get("quote")):
            return
        inner = members(self.body, span)
        nested = [inner["reblog"]] if value.get("reblog") else []
        if type(value.get("quote")) is dict and type(value["quote"].get("quoted_status")) is dict:
            nested.append(members(self.body, inner["quote"])["quoted_status"])
        for one in sorted(nested):
            self.take(one, partial(self.status, within=place, depth=depth + 1))

    def _add(self, span: Span, value: dict[str, Any], schema: str, made: tuple[Item, list[fields.Oddity]]) -> None:
        item, oddities = made
        self.items.append(item)
        for path in unknown_fields(schema, value):
            self.note_unknown(path, span, item.id)
        for code, path in oddities:
            self.notices.append(Notice(code, f"in {path}", span.start, span.stop, path, item.id))


def _object(value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise Unreadable("wrong-shape", "the item is not an object")
    return value


def _trim(body: bytes, span: Span) -> Span:
    stop = span.stop
    start = span.start
    while start < stop and body[start] in b" \t\r\n":
        start += 1
    while stop > start and body[stop - 1] in b" \t\r\n":
        stop -= 1
    return Span(start, stop)


def _unreadable(error: msgspec.ValidationError) -> Unreadable:
    # msgspec names types and places, never values.
    reason = str(error)
    if not reason.startswith(_MISSING):
        return Unreadable("wrong-type", reason)
    if reason == f"{_MISSING} `id`":
        return Unreadable("missing-id", "the item has no id")
    return Unreadable("missing-field", reason)


def _id_at(body: bytes, span: Span) -> str | None:
    """The id of an item that cannot be taken, if it can still be read: what is listed is not absent."""
    raw = body[span.start : span.stop]
    try:
        found: object = _any_id.decode(raw).id
    except (msgspec.MsgspecError, ValueError, RecursionError):
        try:
            value = json.loads(raw.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return None
        found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) and fields.is_id(found) else None
