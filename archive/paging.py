"""Lists shown a page at a time by key, not by number: the millionth row costs what the first does, and none is skipped.

A cursor is the key of the row at the page's edge. It comes back from the browser, so it is hostile: one that does not
parse shows the first page.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet

M = TypeVar("M", bound=Model)

PAGE = 50  #: rows a page
_LONGEST = 1_000  #: characters of a cursor


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """The rows of a page, and the cursors of the pages before and after it (none at an end)."""

    rows: list[M]
    before: str | None
    after: str | None


def page_of(rows: QuerySet[M], *, order: Sequence[str], cursor: str = "", size: int = PAGE) -> Page[M]:
    """Return the page at `cursor` of the rows in this order.

    `order` names fields of the model that are never null, `-` for descending, the last one unique. `cursor` is empty
    for the first page, or one that an earlier page gave.
    """
    fields = [_field(rows.model, name.removeprefix("-")) for name in order]
    backwards, key = _read(cursor, fields)
    asked = rows if key is None else rows.filter(_beyond(order, key, backwards=backwards))
    found = list(asked.order_by(*(_turned(name) if backwards else name for name in order))[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page([], None, None)
    first, last = (_write(row, fields, backwards=back) for row, back in ((found[0], True), (found[-1], False)))
    if backwards:
        return Page(found, first if more else None, last)
    return Page(found, first if key is not None else None, last if more else None)


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    found = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(found, Field):
        raise TypeError(f"A list cannot be ordered by {name}.")
    return found


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: Sequence[str], key: Sequence[object], *, backwards: bool) -> Q:
    """The rows that come after the key in this order (before it, going backwards)."""
    beyond = Q(pk__in=())
    same = Q()
    for name, value in zip(order, key, strict=True):
        falling = name.startswith("-") != backwards
        field = name.removeprefix("-")
        beyond |= same & Q(**{f"{field}__{'lt' if falling else 'gt'}": value})
        same &= Q(**{field: value})
    return beyond


def _write(row: Model, fields: Sequence[Field[Any, Any]], *, backwards: bool) -> str:
    key = [_text(getattr(row, field.attname)) for field in fields]
    told = json.dumps(["b" if backwards else "f", *key], separators=(",", ":"))
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def _text(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)


def _read(cursor: str, fields: Sequence[Field[Any, Any]]) -> tuple[bool, list[object] | None]:
    if not cursor or len(cursor) > _LONGEST:
        return False, None
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        direction, *key = told
        values = [field.to_python(value) for field, value in zip(fields, key, strict=True)]
    except (binascii.Error, ValueError, TypeError, ValidationError, RecursionError):
        return False, None
    if any(value is None or "\x00" in str(value) for value in values):
        return False, None
    return direction == "b", values
