"""The sandbox's small world: accounts, statuses and their versions, and what may happen to them.

Everything is bounded, ids are deterministic (Mastodon's own form: milliseconds shifted by 16 bits, then a counter), and
the whole world is one value that is saved and loaded as JSON.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

STATUS_LIMIT = 50_000
ACCOUNT_LIMIT = 5_000
TEXT_LIMIT = 100_000
MEDIA_LIMIT = 16
REVISION_LIMIT = 1_000


class Refused(Exception):
    """An act that this world does not allow. The sentence goes to whoever asked."""

    def __init__(self, sentence: str, status: int = 422) -> None:
        self.sentence = sentence
        self.status = status
        super().__init__(sentence)


class Picture(msgspec.Struct, forbid_unknown_fields=True):
    """A picture to draw: `label` is written on it and seeds its colours; `form` is png or jpeg."""

    label: str
    alt: str = ""
    form: str = "png"
    width: int = 640
    height: int = 400


class Revision(msgspec.Struct):
    """One version of a status. `media` are ids of `World.pictures`."""

    at: datetime
    text: str
    spoiler: str = ""
    sensitive: bool = False
    media: list[int] = []


class Account(msgspec.Struct):
    id: int
    username: str
    display_name: str
    note: str
    created_at: datetime


class Status(msgspec.Struct):
    """A post or an answer. `key` is a name for the demo's own use; it is never shown to readers of the network."""

    id: int
    author: int
    created_at: datetime
    revisions: list[Revision]
    parent: int | None = None
    answered: int | None = None
    """The account that was answered: it stays when the parent is deleted, as on Mastodon."""
    visibility: str = "public"
    language: str | None = "en"
    hidden: bool = False
    key: str = ""
    boosts: int | None = None

    @property
    def now(self) -> Revision:
        return self.revisions[-1]


class World(msgspec.Struct):
    """All there is. Not for several threads at once: the server holds a lock."""

    page: int = 0
    accounts: dict[int, Account] = {}
    statuses: dict[int, Status] = {}
    pictures: dict[int, Picture] = {}
    frozen_at: datetime | None = None

    def now(self) -> datetime:
        """Return the world's present instant: real, unless the clock was set."""
        return self.frozen_at or datetime.now(UTC)

    def next_id(self, at: datetime) -> int:
        """Return the first unused id of that millisecond."""
        first = int(at.timestamp() * 1000) << 16
        for id in range(max(first, 1), first + 65_536):
            if id not in self.statuses and id not in self.accounts and id not in self.pictures:
                return id
        raise Refused("too many things in one millisecond")

    def add_account(self, username: str, display_name: str = "", note: str = "", at: datetime | None = None) -> Account:
        """Add a person, or return the one of that name."""
        known = self.account_named(username)
        if known is not None:
            return known
        if len(self.accounts) >= ACCOUNT_LIMIT:
            raise Refused("this world is full of people")
        at = at or self.now()
        account = Account(self.next_id(at), username, display_name or username, note, at)
        self.accounts[account.id] = account
        return account

    def account_named(self, username: str) -> Account | None:
        return next((one for one in self.accounts.values() if one.username == username), None)

    def post(
        self,
        author: str,
        text: str,
        *,
        to: int | None = None,
        at: datetime | None = None,
        pictures: list[Picture] | None = None,
        spoiler: str = "",
        sensitive: bool = False,
        visibility: str = "public",
        language: str | None = "en",
        key: str = "",
        boosts: int | None = None,
    ) -> Status:
        """Say something, or answer the status `to`."""
        if len(self.statuses) >= STATUS_LIMIT:
            raise Refused("this world is full of words")
        if visibility not in ("public", "unlisted", "private", "direct"):
            raise Refused("no such visibility")
        _check_text(text)
        _check_pictures(pictures or [])
        who = self.account_named(author)
        if who is None:
            raise Refused(f"nobody is called {author!r}", 404)
        at = _aware(at or self.now())
        parent = self.require(to) if to is not None else None
        boosted = self.require(boosts) if boosts is not None else None
        id = self.next_id(at)
        revision = Revision(at, text, spoiler, sensitive)
        status = Status(
            id=id,
            author=who.id,
            created_at=at,
            revisions=[revision],
            parent=parent.id if parent else None,
            answered=parent.author if parent else None,
            visibility=visibility,
            language=language,
            key=key,
            boosts=boosted.id if boosted else None,
        )
        self.statuses[id] = status
        revision.media = self._draw(at, pictures or [])
        return status

    def edit(
        self,
        id: int,
        *,
        text: str | None = None,
        spoiler: str | None = None,
        pictures: list[Picture] | None = None,
        at: datetime | None = None,
    ) -> Status:
        """Make a new version of a status; what is not named stays."""
        status = self.require(id)
        if len(status.revisions) >= REVISION_LIMIT:
            raise Refused("edited too often")
        last = status.now
        at = _aware(at or self.now())
        if text is not None:
            _check_text(text)
        status.revisions.append(
            Revision(
                at=max(at, last.at),
                text=last.text if text is None else text,
                spoiler=last.spoiler if spoiler is None else spoiler,
                sensitive=last.sensitive,
                media=last.media if pictures is None else self._draw(at, pictures),
            )
        )
        return status

    def attach(self, id: int, picture: Picture, at: datetime | None = None) -> Status:
        """Add a picture to a status by an edit, which keeps its id."""
        status = self.require(id)
        at = _aware(at or self.now())
        if len(status.now.media) >= MEDIA_LIMIT:
            raise Refused("too many pictures")
        _check_pictures([picture])
        self.edit(id, at=at)
        status.now.media = [*status.now.media, *self._draw(at, [picture])]
        return status

    def hide(self, id: int) -> Status:
        """Hide a comment from the public, as a page may; the page itself still sees it."""
        status = self.require(id)
        status.hidden = True
        return status

    def unhide(self, id: int) -> Status:
        status = self.require(id)
        status.hidden = False
        return status

    def delete(self, id: int) -> None:
        """Delete a status and its pictures. Answers to it stay, without a parent; boosts of it go."""
        status = self.require(id)
        del self.statuses[id]
        for revision in status.revisions:
            for medium in revision.media:
                self.pictures.pop(medium, None)
        for other in list(self.statuses.values()):
            if other.parent == status.id:
                other.parent = None
            if other.boosts == status.id:
                del self.statuses[other.id]

    def require(self, id: int) -> Status:
        try:
            return self.statuses[id]
        except KeyError:
            raise Refused("Record not found", 404) from None

    def by_key(self, key: str) -> Status | None:
        return next((one for one in self.statuses.values() if key and one.key == key), None)

    def of_author(self, author: int) -> list[Status]:
        """Return the statuses of one account, newest first."""
        return sorted((one for one in self.statuses.values() if one.author == author), key=lambda s: -s.id)

    def descendants(self, id: int) -> list[Status]:
        """Return all below a status, oldest first."""
        below: dict[int, list[Status]] = {}
        for status in self.statuses.values():
            if status.parent is not None:
                below.setdefault(status.parent, []).append(status)
        found: list[Status] = []
        waiting = [id]
        while waiting:
            answers = below.get(waiting.pop(), [])
            found.extend(answers)
            waiting.extend(answer.id for answer in answers)
        return sorted(found, key=lambda status: status.id)

    def ancestors(self, id: int) -> list[Status]:
        """Return what a status answers, the root first."""
        chain: list[Status] = []
        parent = self.require(id).parent
        while parent is not None and parent in self.statuses:
            chain.append(self.statuses[parent])
            parent = self.statuses[parent].parent
        return chain[::-1]

    def _draw(self, at: datetime, pictures: list[Picture]) -> list[int]:
        _check_pictures(pictures)
        drawn: list[int] = []
        for picture in pictures:
            id = self.next_id(at)
            self.pictures[id] = picture
            drawn.append(id)
        return drawn


def _check_text(text: str) -> None:
    if len(text) > TEXT_LIMIT:
        raise Refused(f"a text has at most {TEXT_LIMIT} characters")


def _check_pictures(pictures: list[Picture]) -> None:
    if len(pictures) > MEDIA_LIMIT:
        raise Refused("too many pictures")
    for picture in pictures:
        if picture.form not in ("png", "jpeg") or not (0 < picture.width <= 4_000 and 0 < picture.height <= 4_000):
            raise Refused("a picture is png or jpeg, at most 4,000 pixels wide and high")


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise Refused("a time needs a zone")
    return at.astimezone(UTC)
