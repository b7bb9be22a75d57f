"""The world as Mastodon writes it: entities with all the fields that a 4.x server sends, in its order."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from html import escape
from typing import Any

from .world import Account, Picture, Revision, Status, World

Entity = dict[str, Any]

DOMAIN = "https://sandbox.invalid"

_TOKEN = re.compile(r"(https?://[^\s<>\"]+)|(?<!\w)#(\w+)|(?<![\w/])@(\w+)")


class Entities:
    """Writes entities for one reader: `owner` is True for the page's own credential, which sees what is hidden.

    Posts and people have addresses under one domain that does not exist, whatever port the sandbox has today; only
    media lie at `base`, where they can be fetched.
    """

    def __init__(self, world: World, base: str, *, owner: bool) -> None:
        self._world = world
        self._base = base
        self._owner = owner
        self._said: Counter[int] = Counter()
        self._days: dict[int, str] = {}
        self._answers: Counter[int] = Counter()
        self._boosts: Counter[int] = Counter()
        for status in world.statuses.values():
            self._said[status.author] += 1
            day = f"{status.created_at:%Y-%m-%d}"
            self._days[status.author] = max(day, self._days.get(status.author, day))
            if status.parent is not None and self.sees(status):
                self._answers[status.parent] += 1
            if status.boosts is not None:
                self._boosts[status.boosts] += 1

    def sees(self, status: Status) -> bool:
        """Tell whether this reader is shown the status at all."""
        return self._owner or (not status.hidden and status.visibility in ("public", "unlisted"))

    def account(self, account: Account) -> Entity:
        address = f"{DOMAIN}/@{account.username}"
        picture = f"{self._base}/media/avatar/{account.id}.png"
        return {
            "id": str(account.id),
            "username": account.username,
            "acct": account.username,
            "display_name": account.display_name,
            "locked": False,
            "bot": False,
            "discoverable": True,
            "indexable": True,
            "group": False,
            "created_at": f"{account.created_at:%Y-%m-%d}T00:00:00.000Z",
            "note": self.html(account.note),
            "url": address,
            "uri": f"{DOMAIN}/users/{account.username}",
            "avatar": picture,
            "avatar_static": picture,
            "header": f"{self._base}/media/header/{account.id}.png",
            "header_static": f"{self._base}/media/header/{account.id}.png",
            "followers_count": 40 + len(account.username) * 7,
            "following_count": len(account.username),
            "statuses_count": self._said[account.id],
            "last_status_at": self._days.get(account.id),
            "hide_collections": None,
            "noindex": False,
            "emojis": [],
            "roles": [],
            "fields": [],
        }

    def status(self, status: Status, *, boosted: bool = False) -> Entity:
        world = self._world
        revision = status.now
        author = world.accounts[status.author]
        address = f"{DOMAIN}/@{author.username}/{status.id}"
        boost = world.statuses.get(status.boosts) if status.boosts is not None and not boosted else None
        return {
            "id": str(status.id),
            "created_at": instant(status.created_at),
            "in_reply_to_id": _id(status.parent),
            "in_reply_to_account_id": _id(status.answered),
            "sensitive": revision.sensitive,
            "spoiler_text": revision.spoiler,
            "visibility": status.visibility,
            "language": status.language,
            "uri": f"{DOMAIN}/users/{author.username}/statuses/{status.id}",
            "url": address,
            "replies_count": self._answers[status.id],
            "reblogs_count": self._boosts[status.id],
            "favourites_count": status.id // 65_536 % 23,
            "quotes_count": 0,
            "edited_at": instant(revision.at) if len(status.revisions) > 1 else None,
            "hidden": status.hidden,
            "favourited": False,
            "reblogged": False,
            "muted": False,
            "bookmarked": False,
            "content": self.html(revision.text),
            "filtered": [],
            "reblog": self.status(boost, boosted=True) if boost else None,
            "application": None,
            "account": self.account(author),
            "media_attachments": self._media(revision),
            "mentions": [],
            "tags": [{"name": tag.lower(), "url": f"{DOMAIN}/tags/{tag.lower()}"} for tag in _tags(revision.text)],
            "emojis": [],
            "quote": None,
            "card": None,
            "poll": None,
        }

    def revision(self, status: Status, revision: Revision) -> Entity:
        return {
            "content": self.html(revision.text),
            "spoiler_text": revision.spoiler,
            "sensitive": revision.sensitive,
            "created_at": instant(revision.at),
            "account": self.account(self._world.accounts[status.author]),
            "media_attachments": self._media(revision),
            "emojis": [],
        }

    def html(self, text: str) -> str:
        """Write plain text as Mastodon does: paragraphs, breaks, and links whose scheme is shown to no reader."""
        if not text:
            return ""
        paragraphs = re.split(r"\n{2,}", text)
        return "".join(f"<p>{self._linked(one).replace(chr(10), '<br />')}</p>" for one in paragraphs)

    def _linked(self, text: str) -> str:
        parts: list[str] = []
        place = 0
        for found in _TOKEN.finditer(text):
            parts.append(escape(text[place : found.start()], quote=False))
            place = found.end()
            parts.append(self._link(found))
        parts.append(escape(text[place:], quote=False))
        return "".join(parts)

    def _link(self, found: re.Match[str]) -> str:
        url, tag, name = found.groups()
        if url:
            scheme, rest = url.split("://", 1)
            return (
                f'<a href="{escape(url)}" target="_blank" rel="nofollow noopener" translate="no">'
                f'<span class="invisible">{scheme}://</span><span class="">{escape(rest)}</span></a>'
            )
        if tag:
            address = f"{DOMAIN}/tags/{tag.lower()}"
            return f'<a href="{escape(address)}" class="mention hashtag" rel="tag">#<span>{escape(tag)}</span></a>'
        if self._world.account_named(name) is None:
            return f"@{escape(name)}"
        address = f"{DOMAIN}/@{name}"
        return (
            f'<span class="h-card" translate="no"><a href="{escape(address)}" class="u-url mention">'
            f"@<span>{escape(name)}</span></a></span>"
        )

    def _media(self, revision: Revision) -> list[Entity]:
        pictures = [(id, self._world.pictures[id]) for id in revision.media if id in self._world.pictures]
        return [self._attachment(id, picture) for id, picture in pictures]

    def _attachment(self, id: int, picture: Picture) -> Entity:
        address = f"{self._base}/media/{id}.{picture.form}"
        size = {"width": picture.width, "height": picture.height, "size": f"{picture.width}x{picture.height}"}
        return {
            "id": str(id),
            "type": "image",
            "url": address,
            "preview_url": address,
            "remote_url": None,
            "preview_remote_url": None,
            "text_url": None,
            "meta": {"original": size},
            "description": picture.alt or None,
            "blurhash": None,
        }


def instant(at: datetime) -> str:
    """Write an instant as Mastodon does: milliseconds and Z."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _id(id: int | None) -> str | None:
    return None if id is None else str(id)


def _tags(text: str) -> list[str]:
    return [found[2] for found in _TOKEN.finditer(text) if found[2]]
