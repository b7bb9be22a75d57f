"""`./run bench pdf`: ten thousand posts in one document, and posts as documents of their own, beside Platypus.

`python -m benchmarks.drawing WAY COUNT` draws in a process of its own and prints what it took, as JSON.
"""

import io
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archive.documents.document import Document, Furniture, Heading, Link, Paragraph, Part, Role, Text, plain
from archive.documents.pdf import Workers, render
from benchmarks.figures import Figure
from benchmarks.texts import Writer

POSTS, RECORDS, FLOOR_RECORDS = 10_000, 2_000, 400
PROCESSES = 2
_LONGEST = 450  #: characters of a post; the mean is then about 180


@dataclass(frozen=True, slots=True)
class Drew:
    """What drawing took: seconds, and the peak of memory in MiB of all its processes together."""

    seconds: float
    peak: float


def measure() -> Iterator[Figure]:
    """Draw each way in a process of its own; what has a bar, and its floor, twice in turn: the better one counts."""
    floor, two = _in_turn(("platypus", POSTS), ("two", POSTS))
    yield Figure("pdf.posts, two processes", POSTS / two.seconds, "posts/s", POSTS / floor.seconds, "ratio >= 3")
    yield Figure("pdf.peak, all processes", two.peak, "MiB", floor.peak, "value < 400")
    one = _drew("one", POSTS)
    yield Figure("pdf.posts, one process", POSTS / one.seconds, "posts/s", POSTS / floor.seconds)
    yield Figure("pdf.peak, one process", one.peak, "MiB", floor.peak, "value < 400")
    every = _drew("every", POSTS)
    yield Figure("pdf.posts_of_all_scripts, two processes", POSTS / every.seconds, "posts/s", POSTS / floor.seconds)
    floor, each = _in_turn(("platypus-each", FLOOR_RECORDS), ("each", RECORDS))
    per_second = FLOOR_RECORDS / floor.seconds
    yield Figure("pdf.records, two processes", RECORDS / each.seconds, "documents/s", per_second, "ratio >= 6")


def _in_turn(*ways: tuple[str, int]) -> list[Drew]:
    rounds = [[_drew(*way) for way in ways] for _ in range(2)]
    return [min(of_one, key=lambda drew: drew.seconds) for of_one in zip(*rounds, strict=True)]


def post(number: int, words: str) -> Part:
    """A post as a thread shows it: who, when and where, and what it says."""
    address = f"https://social.example/@resident_{number % 977}/{10**17 + number}"
    when = f"2026-02-{1 + number % 28:02} 10:{number % 60:02}:00 CST · {number % 50} likes · {number % 7} replies · "
    return Part(
        (
            Heading(f"Comment {number} of resident_{number % 977}", 2),
            Paragraph((Text(when), Link(address, address)), Role.SMALL),
            Paragraph(plain(words), Role.CAPTURED),
        )
    )


def posts(count: int, *, latin: bool = True) -> list[Part]:
    """Posts with made-up texts; `latin` leaves out what Platypus could not draw."""
    found = []
    for number, text in enumerate(Writer(13).texts(count)):
        words = "".join(c for c in text if ord(c) < 0x100) if latin else text
        found.append(post(number, words[:_LONGEST] or "."))
    return found


def _document(parts: list[Part]) -> Document:
    return Document("Comments", "en-US", (Heading("Comments"), *parts), Furniture(footer="Request 2026-0001"))


def _records(parts: list[Part]) -> list[Document]:
    return [Document(f"Post {n}", "en-US", (Heading("A post"), *part.blocks[1:])) for n, part in enumerate(parts)]


def _platypus(parts: list[Part]) -> None:
    from benchmarks.platypus import draw

    draw(parts, io.BytesIO())


def _platypus_each(parts: list[Part]) -> None:
    from benchmarks.platypus import draw

    for part in parts:
        draw([part], io.BytesIO())


def _one(parts: list[Part]) -> None:
    render(_document(parts), io.BytesIO())


def _two(parts: list[Part]) -> None:
    with Workers(PROCESSES) as workers:
        workers.render(_document(parts), io.BytesIO())


def _each(parts: list[Part]) -> None:
    with Workers(PROCESSES) as workers:
        for _ in workers.render_each(_records(parts)):
            pass


_WAYS: dict[str, Callable[[list[Part]], None]] = {
    "platypus": _platypus,
    "platypus-each": _platypus_each,
    "one": _one,
    "two": _two,
    "every": _two,
    "each": _each,
}


def _drew(way: str, count: int) -> Drew:
    command = [sys.executable, "-P", "-m", "benchmarks.drawing", way, str(count)]
    return Drew(**json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def main(way: str, count: int) -> None:
    """Draw, and print what it took."""
    parts = posts(count, latin=way != "every")
    began = time.perf_counter()
    _WAYS[way](parts)
    seconds = time.perf_counter() - began
    own, child = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": seconds, "peak": own + PROCESSES * child}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
