"""Cutting one exchange into a frame and slices by byte range (design 3, *raw evidence*). Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Hole = tuple[int, int, str]
"""Start, stop, and what fills it: slice, unchanged, quarantined, disposed."""


@dataclass(slots=True)
class Span:
    """A byte range of the body, what becomes of it, and the ranges directly inside it."""

    start: int
    stop: int
    fills: str
    inside: list["Span"] = field(default_factory=list)


def nest(holes: Sequence[Hole]) -> list[Span]:
    """Return the outermost ranges with those inside them, in body order. Ranges nest or do not touch; one given twice
    counts once. Raises ValueError when two ranges overlap without nesting."""
    roots: list[Span] = []
    open_spans: list[Span] = []
    last: tuple[int, int] | None = None
    for start, stop, fills in sorted(holes, key=lambda hole: (hole[0], -hole[1])):
        if (start, stop) == last:
            continue
        last = (start, stop)
        while open_spans and start >= open_spans[-1].stop:
            open_spans.pop()
        if open_spans and stop > open_spans[-1].stop:
            raise ValueError(f"The ranges {start}-{stop} and {open_spans[-1].start}-{open_spans[-1].stop} overlap.")
        span = Span(start, stop, fills)
        (open_spans[-1].inside if open_spans else roots).append(span)
        open_spans.append(span)
    return roots


def flatten(spans: Sequence[Span]) -> list[Span]:
    """Return every range, in body order, the enclosing before the enclosed."""
    result: list[Span] = []
    for span in spans:
        result.append(span)
        if span.inside:
            result += flatten(span.inside)
    return result


def own_bytes(body: bytes, start: int, stop: int, inside: Sequence[Span]) -> bytes:
    """Return `body[start:stop]` without the ranges inside it."""
    if not inside:
        return body[start:stop]
    pieces: list[bytes] = []
    at = start
    for hole in inside:
        pieces.append(body[at : hole.start])
        at = hole.stop
    pieces.append(body[at:stop])
    return b"".join(pieces)


def reassemble(
    frame: bytes, holes: Sequence[Hole], pieces: Mapping[tuple[int, int], bytes], size: int
) -> tuple[bytes, list[Hole]]:
    """Put an exchange's body together again, as far as its pieces are there.

    `pieces` maps (start, stop) to a range's own bytes. Returns the body of `size` bytes, in which ranges that are not
    kept are zero bytes, and those ranges as declared holes.
    """
    roots = nest(holes)
    body = bytearray(size)
    missing: list[Hole] = []
    _fill(body, frame, 0, size, roots)
    for span in flatten(roots):
        own = pieces.get((span.start, span.stop))
        if own is None:
            missing.append((span.start, span.stop, span.fills))
        else:
            _fill(body, own, span.start, span.stop, span.inside)
    return bytes(body), missing


def _fill(body: bytearray, own: bytes, start: int, stop: int, inside: Sequence[Span]) -> None:
    at, read = start, 0
    for hole_start, hole_stop in [*((span.start, span.stop) for span in inside), (stop, stop)]:
        length = hole_start - at
        body[at:hole_start] = own[read : read + length]
        read += length
        at = hole_stop


def frame_digest(head: bytes, body: bytes) -> bytes:
    """Return SHA-256 over the head's length (8 bytes, big-endian), the head and the body with its holes."""
    return hashlib.sha256(len(head).to_bytes(8, "big") + head + body).digest()
