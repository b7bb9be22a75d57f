"""Recorded answers of a real server: read from the cassettes, and replayed on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml

from tests.archive.connectors.loopback import Answering, Question, Reply

_FRAMING = {"content-length", "transfer-encoding", "content-encoding", "connection", "content-type"}


@dataclass(frozen=True)
class Recorded:
    """One recorded request and its answer."""

    cassette: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    reply: Reply


def recorded(folder: Path) -> Iterator[Recorded]:
    """Yield every recorded exchange of every cassette, in the order of recording."""
    for path in sorted(folder.glob("*.yaml")):
        yield from _cassette(path)


@lru_cache(maxsize=400)
def _cassette(path: Path) -> tuple[Recorded, ...]:
    found = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return tuple(_recorded(path.stem, one) for one in found["interactions"])


def _recorded(cassette: str, interaction: dict[str, Any]) -> Recorded:
    address = urlsplit(interaction["request"]["uri"])
    answer = interaction["response"]
    text = answer["body"].get("string") or ""
    headers = tuple(
        (name, value)
        for name, values in answer["headers"].items()
        if name.lower() not in _FRAMING
        for value in (values if isinstance(values, list) else [values])
    )
    reply = Reply(answer["status"]["code"], text if isinstance(text, bytes) else text.encode(), headers)
    return Recorded(cassette, interaction["request"]["method"], address.path, tuple(parse_qsl(address.query)), reply)


def replay(recordings: list[Recorded]) -> Answering:
    """Answer by path, and by query where one was recorded; the page size asked for is nobody's business."""
    by_path: dict[str, list[Recorded]] = {}
    for one in (one for one in recordings if one.method == "GET"):
        by_path.setdefault(one.path, []).append(one)

    def answering(question: Question) -> Reply:
        address = urlsplit(question.path)
        query = [pair for pair in parse_qsl(address.query) if pair[0] != "limit"]
        for one in by_path.get(address.path, []):
            if [pair for pair in one.query if pair[0] != "limit"] == query:
                return one.reply
        return Reply(404, b'{"error":"This was never recorded"}')

    return answering
