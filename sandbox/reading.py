"""What a reader may ask: the subset of Mastodon's client interface, as one function from a request to an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import msgspec

from .entities import Entities
from .faults import Answer
from .pictures import draw
from .world import Picture, Refused, Status, World

PAGE_SIZE = 20
LARGEST_PAGE = 40
ANCESTORS_ANONYMOUS, DESCENDANTS_ANONYMOUS, CONTEXT_LIMIT = 40, 60, 4_096
TOKEN_IS_INVALID = "The access token is invalid"  # noqa: S105 a sentence, not a credential


class Asked(msgspec.Struct, frozen=True):
    """One GET: path, query (last value of each name), the address the reader used, and whether it is the page's own."""

    path: str
    query: dict[str, str]
    base: str
    owner: bool = False


def answer(world: World, asked: Asked) -> Answer:
    """Answer one reader. Every refusal is Mastodon's own: a status and `{"error": sentence}`."""
    for pattern, handler in _ROUTES:
        matched = pattern.fullmatch(asked.path)
        if matched:
            try:
                return handler(world, asked, *matched.groups())
            except Refused as refusal:
                return refused(refusal)
    return refused(Refused("Not Found", 404))


def refused(refusal: Refused) -> Answer:
    """Write a refusal as Mastodon does."""
    return Answer(refusal.status, json.dumps({"error": refusal.sentence}).encode())


def found(value: Any, headers: dict[str, str] | None = None) -> Answer:
    """Write a value as JSON, non-Latin text as it is."""
    return Answer(200, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), headers or {})


def _lookup(world: World, asked: Asked) -> Answer:
    account = world.account_named(asked.query.get("acct", "").lstrip("@").split("@")[0])
    if account is None:
        raise Refused("Record not found", 404)
    return found(_entities(world, asked).account(account))


def _credentials(world: World, asked: Asked) -> Answer:
    if not asked.owner:
        raise Refused("This method requires an authenticated user", 401)
    entity = _entities(world, asked).account(world.accounts[world.page])
    return found({**entity, "source": {"privacy": "public", "sensitive": False, "language": "en"}})


def _account(world: World, asked: Asked, id: str) -> Answer:
    return found(_entities(world, asked).account(_known_account(world, id)))


def _timeline(world: World, asked: Asked, id: str) -> Answer:
    account = _known_account(world, id)
    entities = _entities(world, asked)
    limit = min(max(_number(asked, "limit") or PAGE_SIZE, 1), LARGEST_PAGE)
    seen = [status for status in world.of_author(account.id) if entities.sees(status)]
    below, above, from_id = _number(asked, "max_id"), _number(asked, "since_id"), _number(asked, "min_id")
    if below is not None:
        seen = [status for status in seen if status.id < below]
    if above is not None:
        seen = [status for status in seen if status.id > above]
    page = seen[:limit] if from_id is None else [status for status in seen if status.id > from_id][-limit:]
    return found([entities.status(status) for status in page], _link(asked, page, limit))


def _status(world: World, asked: Asked, id: str) -> Answer:
    status = _shown(world, asked, id)
    return found(_entities(world, asked).status(status))


def _context(world: World, asked: Asked, id: str) -> Answer:
    status = _shown(world, asked, id)
    entities = _entities(world, asked)
    ancestors = [entities.status(one) for one in world.ancestors(status.id) if entities.sees(one)]
    descendants = [entities.status(one) for one in world.descendants(status.id) if entities.sees(one)]
    up, down = (CONTEXT_LIMIT, CONTEXT_LIMIT) if asked.owner else (ANCESTORS_ANONYMOUS, DESCENDANTS_ANONYMOUS)
    return found({"ancestors": ancestors[-up:], "descendants": descendants[:down]})


def _history(world: World, asked: Asked, id: str) -> Answer:
    status = _shown(world, asked, id)
    entities = _entities(world, asked)
    return found([entities.revision(status, revision) for revision in status.revisions])


def _source(world: World, asked: Asked, id: str) -> Answer:
    status = _shown(world, asked, id)
    if not asked.owner:
        raise Refused("This method requires an authenticated user", 401)
    return found({"id": str(status.id), "text": status.now.text, "spoiler_text": status.now.spoiler})


def _picture(world: World, asked: Asked, id: str, form: str) -> Answer:
    picture = world.pictures.get(int(id))
    if picture is None or picture.form != form:
        raise Refused("Not Found", 404)
    return Answer(200, draw(picture), content_type=f"image/{form}")


def _portrait(world: World, asked: Asked, part: str, id: str) -> Answer:
    account = _known_account(world, id)
    width, height = (120, 120) if part == "avatar" else (600, 200)
    return Answer(200, draw(Picture(account.username, width=width, height=height)), content_type="image/png")


def _entities(world: World, asked: Asked) -> Entities:
    return Entities(world, asked.base, owner=asked.owner)


def _known_account(world: World, id: str) -> Any:
    account = world.accounts.get(int(id))
    if account is None:
        raise Refused("Record not found", 404)
    return account


def _shown(world: World, asked: Asked, id: str) -> Status:
    status = world.require(int(id))
    if not _entities(world, asked).sees(status):
        raise Refused("Record not found", 404)
    return status


def _number(asked: Asked, name: str) -> int | None:
    text = asked.query.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise Refused(f"{name} is not a number", 400)
    return int(text)


def _link(asked: Asked, page: list[Status], limit: int) -> dict[str, str]:
    """Mastodon's `Link` header: older by `max_id`, newer by `min_id`; none on an empty page."""
    if not page:
        return {}
    links = []
    for relation, parameter, status in (("next", "max_id", page[-1]), ("prev", "min_id", page[0])):
        if relation == "next" and len(page) < limit:
            continue
        query = urlencode({"limit": limit, parameter: status.id})
        links.append(f'<{asked.base}{asked.path}?{query}>; rel="{relation}"')
    return {"Link": ", ".join(links)}


_ROUTES: list[tuple[re.Pattern[str], Callable[..., Answer]]] = [
    (re.compile(r"/api/v1/accounts/lookup"), _lookup),
    (re.compile(r"/api/v1/accounts/verify_credentials"), _credentials),
    (re.compile(r"/api/v1/accounts/([0-9]{1,20})"), _account),
    (re.compile(r"/api/v1/accounts/([0-9]{1,20})/statuses"), _timeline),
    (re.compile(r"/api/v1/statuses/([0-9]{1,20})"), _status),
    (re.compile(r"/api/v1/statuses/([0-9]{1,20})/context"), _context),
    (re.compile(r"/api/v1/statuses/([0-9]{1,20})/history"), _history),
    (re.compile(r"/api/v1/statuses/([0-9]{1,20})/source"), _source),
    (re.compile(r"/media/([0-9]{1,20})\.(png|jpeg)"), _picture),
    (re.compile(r"/media/(avatar|header)/([0-9]{1,20})\.png"), _portrait),
]
