"""What a connector promises, in prose beside its types. This module imports nothing of ours.

A connector is a package with three parts: a **manifest** (data: `manifest.toml` beside its code), a **client** (a
`Session` over HTTP) and a pure **normaliser** (bytes in, items out). Capture drives it and never names a network.

MUST
 1. Ask for `Accept-Encoding: identity`, and hand over every answer as an `Exchange`: the bytes as received,
    credentials masked at equal length **before** anything is returned, logged or raised, so that byte ranges stay
    true.
 2. Cut items by byte range: `exchange.body[item.start:item.stop]` is the item exactly as the network wrote it. Ranges
    of one page either nest or do not touch. `normalise(operation, body)` on the kept bytes gives the same items
    again: it is pure, has no clock and no network.
 3. Treat the network as hostile. What cannot be read becomes a `BadItem` with a code and its range, and the rest of
    the page goes on. Nothing but `ConnectorError` leaves a connector.
 4. Mark every field it knows in the manifest (`Mark`). A field it does not know stays in the slice, the item is
    taken, and a `Notice` with code `unknown-field` tells of it once a session.
 5. Answer `look_up` by the table of `Outcome`. 401, 403, 429, 5xx, a cut stream, a half page, a 404 on the account
    itself never mean gone (design, rule 2).
 6. Send the credential to the origin of `base_url` and nowhere else; take from a paging link its parameters, never
    its host.
 7. Bound everything: a timeout on each call, a limit on each body, bounded retries with back-off that honour
    `Retry-After` and the network's rate-limit headers. A wait longer than the policy allows is not slept: it is raised
    as `RateLimited` with `retry_at`.
 8. Name every field by the record/1 names (RFC 6901 pointers). It gives `/network`, `/type`, `/kind`, `/id` and what
    the network shows. Capture adds `/account`, `/event/*` and `/raw/*`.
 9. Derive `content` from the item alone (and the account's own network id), so that the same post gives the same
    content whichever operation showed it.

SHOULD
 1. Page with the network's own cursors, and give `complete=False` whenever more might exist that this page does not
    reach.
 2. Give `BadItem.id` when the id could be read: an item that is listed but unreadable is not absent.
 3. Prefer the network's media id to an address in `/attachment/N/reference`; addresses that expire go to
    `MediaReference.address`.

MAY
 1. List one id twice in one page (a post and its boost); capture takes the first.
 2. Leave out an operation that the network lacks: it is not in `manifest.operations`, and calling it raises
    `Unsupported`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

import msgspec

type_of_value = str | int | bool | None
Fields = dict[str, type_of_value]
"""Canonical fields of one item: RFC 6901 pointer to a string, integer, boolean or null. No floats."""


# --- the manifest ---------------------------------------------------------------------------------------------------


class Mark(StrEnum):
    """What a field of the network's schema is for. Every known field has exactly one mark."""

    CONTENT = "content"
    """What was said. A change of it is a new version."""
    CONTEXT = "context"
    """Committed with a version but no reason for a new one: the author's name of that day."""
    STATE = "state"
    """A condition the network puts the item in (hidden). A change is a dated observation, not a version."""
    STAT = "stat"
    """A counter. It goes to a thinned reading."""
    TRANSPORT = "transport"
    """Kept in the exchange's bytes only: signed addresses, viewer flags, previews the network makes itself."""


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where this network puts credentials. Names are compared without case; body patterns are byte regular expressions.

    A pattern masks its group named `secret`, or the whole match when it has none.
    """

    headers: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    body: tuple[str, ...] = ()


class RateShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the network tells of its limits: header names, and the form of the reset (`iso`, `epoch`, `seconds-left`)."""

    limit: str = ""
    remaining: str = ""
    reset: str = ""
    reset_form: str = "iso"


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A connector as data. `fields` maps a schema name (`status`, `account`) to its fields and their marks."""

    name: str
    network: str
    title: str
    schema: str
    """Version of this mapping, e.g. `mastodon/1`; a change of what the normaliser gives is a new one."""
    namespaces: tuple[str, ...]
    """Namespaces of keys: an id is unique inside (account, namespace)."""
    operations: tuple[str, ...]
    fields: dict[str, dict[str, Mark]]
    secrets: Secrets
    rate: RateShape
    cannot_see: tuple[str, ...]
    """What this connector does not show, in sentences for the coverage statement."""


# --- what comes back ------------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """The kind of a record (design 4)."""

    POST = "post"
    COMMENT = "comment"
    REPLY = "reply"
    MESSAGE = "message"
    STORY = "story"
    PROFILE = "profile"
    SETTING = "setting"
    LIST_ENTRY = "list-entry"
    PAGE = "page"
    BY_HAND = "by-hand"


Headers = tuple[tuple[str, str], ...]


class Request(msgspec.Struct, frozen=True):
    """What was asked, credentials masked: `url` whole, headers as sent, names in lower case."""

    method: str
    url: str
    headers: Headers


class Attempt(msgspec.Struct, frozen=True):
    """An earlier try of the same request that failed: when, with which code or status, how long we then waited (s)."""

    at: datetime
    status: int | None
    code: str
    waited: float


class Exchange(msgspec.Struct, frozen=True):
    """One request and its answer, safe to store: as received, credentials masked at equal length.

    A server that compresses although it was asked not to is unpacked first; its `content-encoding` header stays.

    `status` is None and `body` empty when no answer came. `whole` is False when the body ended early (cut, or over the
    limit): then `body` holds the bytes that came, up to the limit, and `fault` says why (`cut-body`, `too-large`,
    `timed-out`…).
    `operation` and `subject` (the id asked for, or "") are what `normalise` needs to cut the same items again.
    Times: `received_at` is aware UTC, when the last byte was in; `duration` is seconds.
    """

    operation: str
    subject: str
    request: Request
    status: int | None
    headers: Headers
    body: bytes
    received_at: datetime
    duration: float
    whole: bool = True
    fault: str = ""
    masked: int = 0
    """How many credentials were masked in this exchange."""
    earlier: tuple[Attempt, ...] = ()

    def header(self, name: str) -> str | None:
        """Return the first response header of that name, without regard to case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


class MediaReference(msgspec.Struct, frozen=True):
    """A picture, video or file that an item shows.

    `reference` is stable and is what a version commits to; `address` is where the bytes lie now and may expire.
    """

    index: int
    id: str
    reference: str
    type: str
    address: str
    media_type: str = ""
    name: str = ""


class Item(msgspec.Struct, frozen=True):
    """One post, comment or profile, cut from an exchange.

    `content` and `context` together are the canonical fields of a version; only `content` decides if it is a new one.
    `within` is the index in the page's items of the item whose range encloses this one (a boost encloses the boosted).
    `revision` counts from 0 in an edit history and is None elsewhere; a revision holds only what a history shows.
    `state` has pointers like the fields (`/hidden`); `stat` has plain words: replies, shares, likes, quotes, votes,
    followers, following, posts.
    """

    start: int
    stop: int
    namespace: str
    id: str
    kind: Kind | None
    """None only for a revision, whose history does not show it."""
    content: Fields
    context: Fields = {}
    state: Fields = {}
    stat: dict[str, int] = {}
    media: tuple[MediaReference, ...] = ()
    parent_id: str | None = None
    author_id: str | None = None
    published: datetime | None = None
    """None when the network gave no zone or no time; then no clock may start from it."""
    updated: datetime | None = None
    within: int | None = None
    revision: int | None = None

    def fields(self) -> Fields:
        """Return all fields that a version commits to."""
        return {**self.content, **self.context}


class BadItem(msgspec.Struct, frozen=True):
    """Bytes that could not be taken, for quarantine. `code` is one of `BAD_CODES`; the range is inside the body."""

    code: str
    reason: str
    start: int
    stop: int
    id: str | None = None


class Notice(msgspec.Struct, frozen=True):
    """Something odd about an item that **was** taken (`unknown-field`, `time-without-zone`…), with the item's range."""

    code: str
    reason: str
    start: int
    stop: int
    path: str = ""
    id: str | None = None


class Cut(msgspec.Struct, frozen=True):
    """What a normaliser finds in one body: items and bad items, each in byte order."""

    items: tuple[Item, ...] = ()
    bad: tuple[BadItem, ...] = ()
    notices: tuple[Notice, ...] = ()


class Page(msgspec.Struct, frozen=True):
    """One answer, cut. `older` and `newer` are cursors for the same operation.

    A cursor is opaque, storable, without secrets, at most 512 characters. `newer` is None on an empty page: keep the
    one you had. `complete` is True only when the network says, by its protocol, that this page ends the listing,
    and every byte of it could be read; a page with bad items is never complete.
    """

    exchange: Exchange
    items: tuple[Item, ...] = ()
    bad: tuple[BadItem, ...] = ()
    notices: tuple[Notice, ...] = ()
    older: str | None = None
    newer: str | None = None
    complete: bool = False


class Outcome(StrEnum):
    """What a direct look-up proves. Only GONE may begin a removal, and it never says by whom."""

    PRESENT = "present"
    GONE = "gone"
    """404 or 410 in the network's own error form, or a tombstone, on the item itself."""
    AMBIGUOUS = "ambiguous"
    """One answer for gone and forbidden, or not the network's own answer (a proxy's page). Needs rule 2 (c)."""
    FORBIDDEN = "forbidden"
    """401 or 403."""
    ERROR = "error"
    """429, 5xx, no answer, a cut or unreadable body. Proves nothing."""


class LookUp(msgspec.Struct, frozen=True):
    """The answer to one look-up. `exchange` is None only when no answer came; `item` is there only when PRESENT.

    `code` is that of the error behind FORBIDDEN and ERROR, `retry_at` when the network said to come back. A present
    item that cannot be read is PRESENT with `bad` and no item.
    """

    id: str
    outcome: Outcome
    exchange: Exchange | None
    item: Item | None = None
    bad: tuple[BadItem, ...] = ()
    notices: tuple[Notice, ...] = ()
    code: str = ""
    retry_at: datetime | None = None


# --- settings -------------------------------------------------------------------------------------------------------


class Secret:
    """A credential. It does not print itself; `reveal()` gives it to the one place that sends it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the credential itself."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not pickled")


class Policy(msgspec.Struct, frozen=True):
    """Bounds of one session. Seconds and bytes."""

    timeout: float = 30.0
    """Longest silence on one connection."""
    deadline: float = 120.0
    """Longest time for one answer, however steadily it drips."""
    retries: int = 4
    backoff: float = 0.5
    """First wait; doubles each time, with jitter, up to `longest_wait`."""
    longest_wait: float = 60.0
    body_limit: int = 32 * 1024 * 1024
    media_limit: int = 2 * 1024 * 1024 * 1024
    page_size: int = 40


class AccountSettings(msgspec.Struct, frozen=True):
    """Where and as whom to read. `base_url` is required: there is no default host.

    `handle` or `network_id` names the department's page. `media_hosts` are further hosts that media may come from.
    """

    base_url: str
    handle: str = ""
    network_id: str = ""
    credential: Secret = Secret("")
    media_hosts: tuple[str, ...] = ()
    policy: Policy = Policy()


class Surroundings(msgspec.Struct, frozen=True):
    """What the outermost layer lends a session: a clock (aware UTC) and a way to wait. Tests lend their own.

    `wait(seconds)` may raise to stop a cancelled run; the exception passes through untouched.
    """

    now: Callable[[], datetime]
    wait: Callable[[float], None]


def utc_now() -> datetime:
    """Return the present instant, aware UTC: for the outermost layer, as `Surroundings.now`."""
    return datetime.now(UTC)


# --- the three protocols --------------------------------------------------------------------------------------------


class MediaStream(Protocol):
    """The bytes of one medium, read once, inside a `with` block.

    `exchange` has the frame (status, headers, an empty body). `chunks()` raises `CutBody` or `TooLarge` (with the
    frame) when the bytes end early or pass the limit: what was read till then is not the medium.
    """

    exchange: Exchange

    def __enter__(self) -> MediaStream: ...
    def __exit__(self, *exc: object) -> None: ...
    def chunks(self) -> Iterator[bytes]: ...


class Session(Protocol):
    """One run's conversation with one network, for one account. Not shared between threads; `with` closes it.

    All but `look_up` raise `ConnectorError` (errors.py); its `exchange`, when an answer came, is storable as any other.
    """

    manifest: Manifest

    def __enter__(self) -> Session: ...
    def __exit__(self, *exc: object) -> None: ...

    def profile(self) -> Page:
        """Read the account itself: one item of kind profile. 404 raises `AccountNotFound`: no word on its posts."""
        ...

    def timeline(self, cursor: str | None = None) -> Page:
        """Read a page of the account's own posts; None is the newest. Follow `older` to the past, `newer` to now."""
        ...

    def thread(self, id: str, cursor: str | None = None) -> Page:
        """Read what is said around the item `id`: its ancestors and all below it, not the item itself."""
        ...

    def look_up(self, id: str) -> LookUp:
        """Ask for one item directly. Never raises `ConnectorError`: a failure is an `Outcome` that proves nothing."""
        ...

    def history(self, id: str) -> Page:
        """Read the versions that the network keeps of one item, oldest first, as revisions 0, 1, …"""
        ...

    def media(self, reference: MediaReference) -> MediaStream:
        """Open the bytes of one medium at its transient address."""
        ...


class Connector(Protocol):
    """The package itself: its `connector` attribute."""

    manifest: Manifest

    def open(self, settings: AccountSettings, surroundings: Surroundings) -> Session:
        """Begin a session. Raises `BadSettings` for settings that cannot work; sends nothing yet."""
        ...

    def normalise(self, operation: str, body: bytes, *, subject: str = "", own_id: str = "") -> Cut:
        """Cut one body. Pure, and never raises on any bytes.

        `subject` is the id asked for (`history` answers do not repeat it); `own_id` is the network id of the account.
        """
        ...
