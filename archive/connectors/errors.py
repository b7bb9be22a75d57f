"""What a connector raises: a small tree, each with a code, whether a retry can help, and what to do."""

from __future__ import annotations

from datetime import datetime

from .contract import Exchange


class ConnectorError(Exception):
    """Base of all that a connector raises. `sentence` is for a person; it holds no credential and no content."""

    code: str = "connector-error"
    retryable: bool = False
    sentence: str = "The network could not be read."

    def __init__(
        self, sentence: str = "", *, exchange: Exchange | None = None, retry_at: datetime | None = None
    ) -> None:
        self.sentence = sentence or type(self).sentence
        self.exchange = exchange
        self.retry_at = retry_at
        super().__init__(f"{self.code}: {self.sentence}")


class BadSettings(ConnectorError):
    code = "bad-settings"
    sentence = "The account's settings cannot work. Check its base address, handle and credential."


class BadCursor(ConnectorError):
    code = "bad-cursor"
    sentence = "The stored place in the listing is not one of this connector's. Start the listing anew."


class PagingLoop(ConnectorError):
    code = "paging-loop"
    sentence = "The network's next page is the page just read. The listing was stopped there."


class Unsupported(ConnectorError):
    code = "unsupported"
    sentence = "This network does not offer that."


class Unreachable(ConnectorError):
    code = "unreachable"
    retryable = True
    sentence = "The network did not answer. Check its address and the connection; the next run tries again."


class TimedOut(Unreachable):
    code = "timed-out"
    sentence = "The network answered too slowly. The next run tries again."


class CutBody(ConnectorError):
    code = "cut-body"
    retryable = True
    sentence = "The answer ended before its declared length. The bytes that came are kept; the next run tries again."


class TooLarge(ConnectorError):
    code = "too-large"
    sentence = "The answer is larger than the limit. The bytes up to the limit are kept."


class RateLimited(ConnectorError):
    code = "rate-limited"
    retryable = True
    sentence = "The network asks us to wait longer than this run may. It is tried again after that."


class ServerError(ConnectorError):
    code = "server-error"
    retryable = True
    sentence = "The network has a fault of its own. The next run tries again."


class Unauthorised(ConnectorError):
    code = "unauthorised"
    sentence = "The network no longer accepts the account's credential. An administrator must renew it."


class Forbidden(ConnectorError):
    code = "forbidden"
    sentence = "The network does not let this credential see that. An administrator should check its permissions."


class AccountNotFound(ConnectorError):
    code = "account-not-found"
    sentence = (
        "The network does not know the account. Nothing was marked removed; check its handle and that it still exists."
    )


class NotFound(ConnectorError):
    code = "not-found"
    sentence = "The network did not find that. Only a direct look-up of an item may say that it is gone."


class Redirected(ConnectorError):
    code = "redirected"
    sentence = "The network sent us to another address. It was not followed; check the account's base address."


class UnexpectedAnswer(ConnectorError):
    code = "unexpected-answer"
    sentence = "The network gave an answer that its interface does not describe."


class MediaRefused(ConnectorError):
    code = "media-refused"
    sentence = (
        "The medium lies on a host that this account does not name. Add it to the account's media hosts to fetch it."
    )


class BadId(ConnectorError):
    code = "bad-id"
    sentence = "That is not an id this network could have given."


def error_of_status(exchange: Exchange) -> ConnectorError:
    """Return the error that a status other than success stands for."""
    status = exchange.status
    kind: type[ConnectorError] = UnexpectedAnswer
    if status == 401:
        kind = Unauthorised
    elif status == 403:
        kind = Forbidden
    elif status in (404, 410):
        kind = NotFound
    elif status is not None and 300 <= status < 400:
        kind = Redirected
    return kind(exchange=exchange)
