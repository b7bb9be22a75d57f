"""Faults on demand: what a network does on a bad day, a counted number of times, on the paths that match."""

from __future__ import annotations

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import msgspec

FAULT_LIMIT = 100
OVERSIZE_LIMIT = 64 * 1024 * 1024


class Answer(msgspec.Struct):
    """One answer on its way out. `cut_to` sends fewer bytes than `Content-Length` says; `delay` is seconds to wait."""

    status: int
    body: bytes
    headers: dict[str, str] = {}
    content_type: str = "application/json; charset=utf-8"
    cut_to: int | None = None
    delay: float = 0.0


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """One fault: `kind` is a key of `KINDS`. It passes `skip` matching requests by, then strikes `count` of them."""

    kind: str
    path: str = "/api/*"
    count: int = 1
    skip: int = 0
    item: int = 0
    """Which element of a list is spoilt."""
    retry_after: str = ""
    seconds: float = 1.0
    size: int = 40_000_000
    text: str = ""
    """What `echo` plants."""

    def strikes(self, path: str) -> bool:
        """Count one request of `path`, and tell whether this fault spoils it."""
        if not self.count or not fnmatchcase(path, self.path):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.count -= 1
        return True


def spoil(fault: Fault, answer: Answer) -> Answer:
    """Return the answer as the fault makes it. A fault of items leaves an answer that holds none."""
    if fault.kind in _OF_ITEMS and not answer.content_type.startswith("application/json"):
        return answer
    return KINDS[fault.kind](fault, answer)


def _refusal(status: int, sentence: str) -> Callable[[Fault, Answer], Answer]:
    def refuse(fault: Fault, answer: Answer) -> Answer:
        headers = dict(answer.headers)
        if fault.retry_after:
            headers["Retry-After"] = fault.retry_after
        return Answer(status, json.dumps({"error": sentence}).encode(), headers)

    return refuse


def _slow(fault: Fault, answer: Answer) -> Answer:
    answer.delay = min(fault.seconds, 60.0)
    return answer


def _cut(fault: Fault, answer: Answer) -> Answer:
    answer.cut_to = len(answer.body) // 2
    return answer


def _half(answer: Answer) -> Answer:
    found = json.loads(answer.body)
    if isinstance(found, list):
        found = found[: len(found) // 2]
    elif isinstance(found, dict) and "descendants" in found:
        found["descendants"] = found["descendants"][: len(found["descendants"]) // 2]
    answer.body = _dump(found)
    return answer


def _partial(fault: Fault, answer: Answer) -> Answer:
    """Half a page that does not say so, and no link to the rest."""
    answer = _half(answer)
    answer.headers.pop("Link", None)
    return answer


def _partial_told(fault: Fault, answer: Answer) -> Answer:
    answer = _half(answer)
    answer.status = 206
    return answer


def _malformed(fault: Fault, answer: Answer) -> Answer:
    answer.body = answer.body[: max(len(answer.body) * 2 // 3, 1)]
    return answer


def _html(fault: Fault, answer: Answer) -> Answer:
    return Answer(answer.status, b"<html><body>Please log in to the network.</body></html>", {}, "text/html")


def _html_missing(fault: Fault, answer: Answer) -> Answer:
    return Answer(404, b"<html><body>404 Not Found</body></html>", {}, "text/html")


def _redirect(fault: Fault, answer: Answer) -> Answer:
    return Answer(302, b"", {"Location": fault.text or "http://elsewhere.invalid/"}, "text/html")


def _oversize(fault: Fault, answer: Answer) -> Answer:
    padding = b" " * max(min(fault.size, OVERSIZE_LIMIT) - len(answer.body), 0)
    answer.body = answer.body[:1] + padding + answer.body[1:]
    return answer


def _on_item(change: Callable[[dict[str, Any]], None]) -> Callable[[Fault, Answer], Answer]:
    def spoil_item(fault: Fault, answer: Answer) -> Answer:
        found = json.loads(answer.body)
        change(_pick(found, fault.item))
        answer.body = _dump(found)
        return answer

    return spoil_item


def _on_text(old: str, new: str) -> Callable[[Fault, Answer], Answer]:
    """Spoil one item's text, which JSON writers would never write."""

    def spoil_text(fault: Fault, answer: Answer) -> Answer:
        found = json.loads(answer.body)
        item = _pick(found, fault.item)
        spoilt = _dump(item).decode().replace(old, new, 1)
        item.clear()
        item["@"] = "@"
        answer.body = _dump(found).decode().replace('{"@":"@"}', spoilt, 1).encode()
        return answer

    return spoil_text


def _echo(fault: Fault, answer: Answer) -> Answer:
    """Give a credential back in a header, in a link and in a body, as careless servers do."""
    found = json.loads(answer.body)
    item = _pick(found, fault.item)
    item["content"] = f"{item.get('content', '')}<p>key {fault.text}</p>"
    item["debug"] = {"access_token": fault.text, "next": f"http://127.0.0.1/x?access_token={fault.text}&limit=1"}
    answer.body = _dump(found)
    answer.headers["X-Debug-Token"] = fault.text
    answer.headers["Set-Cookie"] = f"session={fault.text}"
    return answer


def _pick(found: Any, number: int) -> dict[str, Any]:
    if isinstance(found, dict) and "descendants" in found:
        found = found["descendants"]
    if isinstance(found, list):
        return dict[str, Any]() if not found else found[number % len(found)]
    return found if isinstance(found, dict) else {}


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


KINDS: dict[str, Callable[[Fault, Answer], Answer]] = {
    "401": _refusal(401, "The access token is invalid"),
    "403": _refusal(403, "This action is not allowed"),
    "404": _refusal(404, "Record not found"),
    "410": _refusal(410, "Gone"),
    "429": _refusal(429, "Too many requests"),
    "500": _refusal(500, "Internal server error"),
    "503": _refusal(503, "Remote data could not be fetched"),
    "slow": _slow,
    "cut": _cut,
    "partial": _partial,
    "partial-206": _partial_told,
    "malformed": _malformed,
    "html": _html,
    "html-404": _html_missing,
    "redirect": _redirect,
    "oversize": _oversize,
    "wrong-type": _on_item(lambda item: item.update(content=["not", "text"])),
    "missing-id": _on_item(lambda item: item.pop("id", None)),
    "missing-field": _on_item(lambda item: item.pop("account", None)),
    "unknown-field": _on_item(lambda item: item.update(mood="curious")),
    "impossible-date": _on_item(lambda item: item.update(created_at="2025-02-30T12:00:00.000Z")),
    "time-without-zone": _on_item(lambda item: item.update(created_at="2025-02-03T12:00:00.000")),
    "nul": _on_item(lambda item: item.update(content="<p>before\0after</p>")),
    "duplicate-key": _on_text('{"id":', '{"id":"1","id":'),
    "lone-surrogate": _on_text('"content":"', '"content":"\\ud83d'),
    "echo": _echo,
}
"""Every kind of fault."""

_OF_ITEMS = {
    "partial",
    "partial-206",
    "wrong-type",
    "missing-id",
    "missing-field",
    "unknown-field",
    "impossible-date",
    "time-without-zone",
    "nul",
    "duplicate-key",
    "lone-surrogate",
    "echo",
}
