"""How documents travel to worker processes: pickled, each class by its fields, which is several times faster than the
way that dataclasses with slots take by themselves.

A figure's loader stays where it is: its bytes go into a file of the folder `spool`, and the worker reads that.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from archive.documents import document as d

_SENT: Final = (
    d.Text, d.Strong, d.Link, d.Redaction, d.Heading, d.Paragraph, d.Listing, d.Cell, d.Column, d.Table, d.Note,
    d.NewPage, d.Series, d.Chart, d.Part, d.Furniture, d.Attachment, d.Document,
)  # fmt: skip

Reduced = tuple[type, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Spooled:
    """Loads the bytes of a figure, once."""

    path: Path

    def __call__(self) -> bytes:
        """The bytes; the file is gone afterwards."""
        content = self.path.read_bytes()
        self.path.unlink()
        return content


def _by_fields(kind: type) -> Callable[[Any], Reduced]:
    names = [each.name for each in fields(kind)]
    if len(names) == 1:
        only = attrgetter(names[0])
        return lambda value: (kind, (only(value),))
    several = attrgetter(*names)
    return lambda value: (kind, several(value))


_TABLE: Final[dict[type, Callable[[Any], Any]]] = {kind: _by_fields(kind) for kind in _SENT}


def packed(value: object, spool: Path) -> bytes:
    """The value for a worker. Figures are loaded now, one after the other."""

    def figure(value: d.Figure) -> Reduced:
        content = value.content
        if not isinstance(content, bytes):
            path = spool / uuid4().hex
            path.write_bytes(content())
            content = Spooled(path)
        return d.Figure, (content, value.media_type, value.alternative, value.name, value.caption)

    out = io.BytesIO()
    pickler = pickle.Pickler(out, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {**_TABLE, d.Figure: figure}
    pickler.dump(value)
    return out.getvalue()
