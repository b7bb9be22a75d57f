"""What the control endpoint and a seed file may do: acts by name, each with typed, bounded arguments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from .world import Picture, Refused, World


class PostAct(msgspec.Struct, forbid_unknown_fields=True):
    """Say something, as the page unless `author` names another; `to` or `to_key` makes it a comment, `at` dates it."""

    text: str
    author: str = ""
    to: str = ""
    to_key: str = ""
    at: datetime | None = None
    pictures: list[Picture] = []
    spoiler: str = ""
    sensitive: bool = False
    visibility: str = "public"
    language: str | None = "en"
    key: str = ""
    boosts: str = ""


class EditAct(msgspec.Struct, forbid_unknown_fields=True):
    """Change a status named by id or key; what is left out stays."""

    id: str = ""
    key: str = ""
    text: str | None = None
    spoiler: str | None = None
    pictures: list[Picture] | None = None
    at: datetime | None = None


class AttachAct(msgspec.Struct, forbid_unknown_fields=True):
    """Add a picture to a status."""

    picture: Picture
    id: str = ""
    key: str = ""
    at: datetime | None = None


class NameAct(msgspec.Struct, forbid_unknown_fields=True):
    """Hide, unhide or delete the status of that id or key."""

    id: str = ""
    key: str = ""


class AccountAct(msgspec.Struct, forbid_unknown_fields=True):
    """Add a person; `page` makes it the department's page, whose credential reads what is hidden."""

    username: str
    display_name: str = ""
    note: str = ""
    at: datetime | None = None
    page: bool = False


class ClockAct(msgspec.Struct, forbid_unknown_fields=True):
    """Stop the world's clock at an instant, or let it run with null."""

    now: datetime | None


ACTS: dict[str, type[msgspec.Struct]] = {
    "post": PostAct,
    "comment": PostAct,
    "edit": EditAct,
    "attach": AttachAct,
    "hide": NameAct,
    "unhide": NameAct,
    "delete": NameAct,
    "account": AccountAct,
    "clock": ClockAct,
}


def act(world: World, name: str, arguments: Any) -> dict[str, Any]:
    """Do one act and return what it made. Raises `Refused`."""
    shape = ACTS.get(name)
    if shape is None:
        raise Refused(f"no such act: {name[:40]!r}", 404)
    try:
        asked = msgspec.convert(arguments, shape)
    except msgspec.ValidationError as error:
        raise Refused(str(error)) from None
    if isinstance(asked, PostAct):
        if name == "comment" and not (asked.to or asked.to_key):
            raise Refused("a comment answers something: name it in to or to_key")
        return _posted(world, asked)
    if isinstance(asked, AccountAct):
        account = world.add_account(asked.username, asked.display_name, asked.note, asked.at)
        if asked.page:
            world.page = account.id
        return {"id": str(account.id)}
    if isinstance(asked, ClockAct):
        world.frozen_at = asked.now
        return {"now": world.now().isoformat()}
    if isinstance(asked, EditAct):
        id = _named(world, asked.id, asked.key)
        world.edit(id, text=asked.text, spoiler=asked.spoiler, pictures=asked.pictures, at=asked.at)
    elif isinstance(asked, AttachAct):
        id = _named(world, asked.id, asked.key)
        world.attach(id, asked.picture, asked.at)
    else:
        assert isinstance(asked, NameAct)  # noqa: S101 the last of ACTS
        id = _named(world, asked.id, asked.key)
        {"hide": world.hide, "unhide": world.unhide, "delete": world.delete}[name](id)
    return {"id": str(id)}


def _posted(world: World, asked: PostAct) -> dict[str, Any]:
    author = asked.author or (world.accounts[world.page].username if world.page in world.accounts else "")
    status = world.post(
        author,
        asked.text,
        to=_named(world, asked.to, asked.to_key) if asked.to or asked.to_key else None,
        at=asked.at,
        pictures=asked.pictures,
        spoiler=asked.spoiler,
        sensitive=asked.sensitive,
        visibility=asked.visibility,
        language=asked.language,
        key=asked.key,
        boosts=_named(world, asked.boosts, "") if asked.boosts else None,
    )
    return {"id": str(status.id)}


def _named(world: World, id: str, key: str) -> int:
    if id:
        if not (id.isascii() and id.isdigit() and len(id) <= 20):
            raise Refused("an id is a number, written as text")
        return world.require(int(id)).id
    status = world.by_key(key)
    if status is None:
        raise Refused(f"nothing has the key {key[:80]!r}", 404)
    return status.id
