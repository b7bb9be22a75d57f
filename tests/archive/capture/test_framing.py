"""Frames and slices: nothing of an item stays in the frame, and all of it comes together again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.capture.framing import flatten, nest, own_bytes, reassemble


@st.composite
def cut_bodies(draw: st.DrawFn) -> tuple[bytes, list[tuple[int, int, str]]]:
    """A body and ranges in it that nest or do not touch."""
    body = draw(st.binary(min_size=1, max_size=200))

    def inside(start: int, stop: int, depth: int) -> list[tuple[int, int, str]]:
        holes: list[tuple[int, int, str]] = []
        at = start
        while at < stop and depth < 3 and draw(st.booleans()):
            left = draw(st.integers(at, stop - 1))
            right = draw(st.integers(left + 1, stop))
            holes.append((left, right, "slice"))
            if right - left > 1:
                holes += [h for h in inside(left, right, depth + 1) if h[:2] != (left, right)]
            at = right
        return holes

    return body, inside(0, len(body), 0)


@given(cut_bodies())
def test_an_exchange_comes_together_again_byte_for_byte(cut: tuple[bytes, list[tuple[int, int, str]]]) -> None:
    body, holes = cut
    roots = nest(holes)
    frame = own_bytes(body, 0, len(body), roots)
    pieces = {(s.start, s.stop): own_bytes(body, s.start, s.stop, s.inside) for s in flatten(roots)}
    assert reassemble(frame, holes, pieces, len(body)) == (body, [])
    assert len(frame) + sum(map(len, pieces.values())) == len(body)


@given(cut_bodies())
def test_a_lost_slice_leaves_a_declared_hole_and_nothing_else(cut: tuple[bytes, list[tuple[int, int, str]]]) -> None:
    body, holes = cut
    roots = nest(holes)
    spans = flatten(roots)
    pieces = {(s.start, s.stop): own_bytes(body, s.start, s.stop, s.inside) for s in spans}
    for lost in spans:
        left = {place: piece for place, piece in pieces.items() if place != (lost.start, lost.stop)}
        again, missing = reassemble(own_bytes(body, 0, len(body), roots), holes, left, len(body))
        assert missing == [(lost.start, lost.stop, "slice")]
        own = set(range(lost.start, lost.stop)) - {i for s in lost.inside for i in range(s.start, s.stop)}
        assert all(again[i] == (0 if i in own else body[i]) for i in range(len(body)))


def test_ranges_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        nest([(0, 5, "slice"), (3, 8, "slice")])
