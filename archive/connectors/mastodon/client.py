"""One run's conversation with a Mastodon server, for one account."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from ..contract import (
    AccountSettings,
    BadItem,
    Cut,
    Exchange,
    LookUp,
    Manifest,
    MediaReference,
    Notice,
    Outcome,
    Page,
    Surroundings,
)
from ..errors import (
    AccountNotFound,
    BadCursor,
    BadId,
    BadSettings,
    ConnectorError,
    Forbidden,
    MediaRefused,
    NotFound,
    PagingLoop,
    Unauthorised,
    UnexpectedAnswer,
    error_of_status,
)
from ..strict_json import Unreadable, document, read
from ..transport import HttpMediaStream, Transport
from .fields import is_id
from .known import MANIFEST
from .normalise import normalise

LARGEST_PAGE = 40
"""The server's own limit on statuses of one page."""

DESCENDANTS_ANONYMOUS = 60
CONTEXT_LIMIT = 4_096
"""How many statuses of a context the server shows without a credential, and with one."""

_CURSOR = re.compile(r"(max_id|min_id)=([A-Za-z0-9_-]{1,64})")
_LINK = re.compile(r'<([^<>]{1,2000})>\s*;\s*rel="?(next|prev)"?')
_HANDLE = re.compile(r"@?[\w.-]{1,255}(@[\w.-]{1,255})?")


class MastodonSession:
    """See `contract.Session`."""

    manifest: Manifest = MANIFEST

    def __init__(self, settings: AccountSettings, surroundings: Surroundings) -> None:
        """Raises `BadSettings`."""
        if settings.network_id and not is_id(settings.network_id):
            raise BadSettings("The account's network id is not a Mastodon id.")
        if settings.handle and not _HANDLE.fullmatch(settings.handle):
            raise BadSettings("The account's handle must look like @name or @name@server.")
        if not (settings.network_id or settings.handle or settings.credential):
            raise BadSettings("Name the account by its handle, its network id or a credential.")
        self._settings = settings
        self._own_id = settings.network_id
        self._told: set[str] = set()
        auth = {"authorization": f"Bearer {settings.credential.reveal()}"} if settings.credential else {}
        self._transport = Transport(settings, MANIFEST, surroundings, auth=auth)

    def __enter__(self) -> MastodonSession:
        return self

    def __exit__(self, *exc: object) -> None:
        self._transport.close()

    def profile(self) -> Page:
        settings = self._settings
        try:
            if settings.network_id:
                exchange = self._get("profile", settings.network_id, f"/api/v1/accounts/{settings.network_id}")
            elif settings.handle:
                wanted = {"acct": settings.handle.removeprefix("@")}
                exchange = self._get("profile", settings.handle, "/api/v1/accounts/lookup", wanted)
            else:
                exchange = self._get("profile", "", "/api/v1/accounts/verify_credentials")
        except NotFound as error:
            raise AccountNotFound(exchange=error.exchange) from None
        cut = self._cut(exchange)
        if cut.items:
            self._own_id = cut.items[0].id
        return self._page(exchange, cut, complete=True)

    def timeline(self, cursor: str | None = None) -> Page:
        own_id = self._require_own_id()
        params = {"limit": str(min(max(self._settings.policy.page_size, 1), LARGEST_PAGE))}
        if cursor is not None:
            found = _CURSOR.fullmatch(cursor)
            if found is None:
                raise BadCursor
            params[found[1]] = found[2]
        try:
            exchange = self._get("timeline", own_id, f"/api/v1/accounts/{own_id}/statuses", params)
        except NotFound as error:
            raise AccountNotFound(exchange=error.exchange) from None
        older, newer = _links(exchange)
        if cursor is not None and cursor in (older, newer):
            raise PagingLoop(exchange=exchange)
        cut = self._cut(exchange)
        # The server ends a listing by an empty page or by leaving out rel=next; going forward says nothing of the past.
        at_end = older is None and not (cursor or "").startswith("min_id")
        return self._page(exchange, cut, complete=at_end, older=older, newer=newer)

    def thread(self, id: str, cursor: str | None = None) -> Page:
        if cursor is not None:
            raise BadCursor
        self._require_own_id()
        exchange = self._get("thread", _checked(id), f"/api/v1/statuses/{id}/context")
        cut = self._cut(exchange)
        limit = CONTEXT_LIMIT if self._settings.credential else DESCENDANTS_ANONYMOUS
        return self._page(exchange, cut, complete=len(cut.items) + len(cut.bad) < limit)

    def history(self, id: str) -> Page:
        exchange = self._get("history", _checked(id), f"/api/v1/statuses/{id}/history")
        return self._page(exchange, self._cut(exchange), complete=True)

    def look_up(self, id: str) -> LookUp:
        try:
            self._require_own_id()
            exchange = self._get("look_up", _checked(id), f"/api/v1/statuses/{id}")
        except NotFound as error:
            own_words = error.exchange is not None and _is_mastodon_error(error.exchange)
            return _failed(id, Outcome.GONE if own_words else Outcome.AMBIGUOUS, error)
        except (Unauthorised, Forbidden) as error:
            return _failed(id, Outcome.FORBIDDEN, error)
        except ConnectorError as error:
            return _failed(id, Outcome.ERROR, error)
        page = self._page(exchange, self._cut(exchange))
        item = next((one for one in page.items if one.id == id and one.within is None), None)
        if item is None and all(bad.id != id for bad in page.bad):
            code = page.bad[0].code if page.bad else UnexpectedAnswer.code
            return LookUp(id, Outcome.ERROR, exchange, bad=page.bad, notices=page.notices, code=code)
        return LookUp(id, Outcome.PRESENT, exchange, item, page.bad, page.notices)

    def media(self, reference: MediaReference) -> HttpMediaStream:
        if not reference.address:
            raise MediaRefused("The network gave no address for the medium yet. The next run asks again.")
        return self._transport.stream("media", reference.reference, reference.address)

    def _get(self, operation: str, subject: str, path: str, params: dict[str, str] | None = None) -> Exchange:
        exchange = self._transport.fetch(operation, subject, path, params)
        if exchange.status not in (200, 206):
            raise error_of_status(exchange)
        return exchange

    def _require_own_id(self) -> str:
        """The kind of an item depends on whose it is, so no operation cuts items before this is known."""
        if not self._own_id:
            page = self.profile()
            if not self._own_id:
                raise UnexpectedAnswer(
                    "The network's answer about the account could not be read.", exchange=page.exchange
                )
        return self._own_id

    def _cut(self, exchange: Exchange) -> Cut:
        if exchange.fault == "too-large":
            reason = f"more than {self._settings.policy.body_limit} bytes"
            return Cut(bad=(BadItem("too-large", reason, 0, len(exchange.body)),))
        return normalise(exchange.operation, exchange.body, subject=exchange.subject, own_id=self._own_id)

    def _page(
        self,
        exchange: Exchange,
        cut: Cut,
        *,
        complete: bool = False,
        older: str | None = None,
        newer: str | None = None,
    ) -> Page:
        notices = tuple(notice for notice in cut.notices if not self._was_told(notice))
        if exchange.status == 206:
            notices += (Notice("half-page", "status 206", 0, len(exchange.body)),)
        complete = complete and not cut.bad and exchange.status == 200
        return Page(exchange, cut.items, cut.bad, notices, older, newer, complete)

    def _was_told(self, notice: Notice) -> bool:
        if notice.code != "unknown-field" or notice.path not in self._told:
            self._told.add(notice.path)
            return False
        return True


class MastodonConnector:
    """See `contract.Connector`."""

    manifest: Manifest = MANIFEST

    def open(self, settings: AccountSettings, surroundings: Surroundings) -> MastodonSession:
        return MastodonSession(settings, surroundings)

    def normalise(self, operation: str, body: bytes, *, subject: str = "", own_id: str = "") -> Cut:
        return normalise(operation, body, subject=subject, own_id=own_id)


def _checked(id: str) -> str:
    if not is_id(id):
        raise BadId
    return id


def _links(exchange: Exchange) -> tuple[str | None, str | None]:
    """The cursors for older and newer posts: the parameters of the `Link` header (RFC 8288), never its host or path."""
    found: dict[str, str] = {}
    for name, value in exchange.headers:
        if name != "link":
            continue
        for url, relation in _LINK.findall(value[:8_000]):
            try:
                query = parse_qs(urlsplit(url).query, max_num_fields=50)
            except ValueError:
                continue
            for parameter in ("max_id", "min_id"):
                cursor = f"{parameter}={query.get(parameter, [''])[0]}"
                if _CURSOR.fullmatch(cursor):
                    found.setdefault(relation, cursor)
    return found.get("next"), found.get("prev")


def _is_mastodon_error(exchange: Exchange) -> bool:
    """Tell the server's own refusal, `{"error": "…"}`, from a page that something on the way has put in its place."""
    try:
        answer = read(exchange.body, document(exchange.body))
    except Unreadable:
        return False
    return isinstance(answer, dict) and isinstance(answer.get("error"), str)


def _failed(id: str, outcome: Outcome, error: ConnectorError) -> LookUp:
    return LookUp(id, outcome, error.exchange, code=error.code, retry_at=error.retry_at)
