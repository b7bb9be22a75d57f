"""The one way to a network: httpx, bounded, retried, and masked before anything leaves this module.

Every connector reads through a `Transport`. It sends GET only, to one `base_url`, asks for identity encoding, follows
no redirect of the interface, reads no proxy, netrc or cookie of the machine, and turns every failure into a
`ConnectorError`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from random import SystemRandom
from typing import NamedTuple

import httpx
import msgspec

from . import quiet
from .contract import AccountSettings, Attempt, Exchange, Manifest, Request, Surroundings
from .errors import (
    ConnectorError,
    CutBody,
    MediaRefused,
    RateLimited,
    Redirected,
    ServerError,
    TimedOut,
    TooLarge,
    Unreachable,
    error_of_status,
)
from .masking import Masker
from .origins import Origins
from .rates import reset_in, spent, wait_asked

USER_AGENT = "Daybook (records archive)"
_REDIRECTS = 3
_FAULTS: dict[str, type[ConnectorError]] = {"cut-body": CutBody, "timed-out": TimedOut, "unreachable": Unreachable}

quiet.silence_request_logs()


class _Sent(NamedTuple):
    """One try: what may be stored of it, and the open response when its body is to be streamed."""

    exchange: Exchange
    response: httpx.Response | None = None


class Transport:
    """One account's way to its network. Not shared between threads."""

    def __init__(
        self, settings: AccountSettings, manifest: Manifest, surroundings: Surroundings, *, auth: Mapping[str, str]
    ) -> None:
        """`auth` are the headers that carry the credential; they go to the origin of `base_url` only."""
        self._policy = settings.policy
        self._rate = manifest.rate
        self._around = surroundings
        self._origins = Origins(settings)
        self._masker = Masker(manifest.secrets, [settings.credential.reveal()])
        self._auth = dict(auth)
        self._not_before: datetime | None = None
        self._random = SystemRandom()
        # trust_env would read proxies and netrc: a credential could leave by a way nobody configured here.
        self._client = httpx.Client(
            timeout=settings.policy.timeout,
            follow_redirects=False,
            trust_env=False,
            headers={"accept-encoding": "identity", "user-agent": USER_AGENT},
            limits=httpx.Limits(max_connections=4, max_keepalive_connections=2),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def fetch(self, operation: str, subject: str, path: str, params: Mapping[str, str] | None = None) -> Exchange:
        """GET `path` under the base address and return the exchange, whatever its status below 500 but 429.

        A body over the limit comes back with `whole=False` and fault `too-large`. Raises `Unreachable`, `TimedOut`,
        `CutBody`, `RateLimited` or `ServerError` when the bounded retries did not help.
        """
        url = self._origins.under_base(path)

        def send() -> _Sent:
            request = self._client.build_request(
                "GET",
                url,
                params=dict(params) if params else None,
                headers={"accept": "application/json", **self._auth},
            )
            return self._send(operation, subject, request, streamed=False)

        return self._persist(send).exchange

    def stream(self, operation: str, subject: str, url: str) -> HttpMediaStream:
        """Open the bytes at `url` without any credential.

        Raises `MediaRefused` for a host the account does not name, and else what `fetch` raises, and the error of a
        status that is not 200.
        """
        for _ in range(_REDIRECTS + 1):
            self._origins.require_media(url)
            address = url

            def send(address: str = address) -> _Sent:
                return self._send(operation, subject, self._client.build_request("GET", address), streamed=True)

            sent = self._persist(send)
            location = sent.exchange.header("location")
            if sent.response is None or not (300 <= (sent.exchange.status or 0) < 400 and location):
                break
            sent.response.close()
            try:
                url = str(httpx.URL(url).join(location))
            except (httpx.InvalidURL, ValueError):
                raise MediaRefused(exchange=sent.exchange) from None
        else:
            raise Redirected(exchange=sent.exchange)
        if sent.response is None or sent.exchange.status != 200:
            if sent.response is not None:
                sent.response.close()
            raise error_of_status(sent.exchange)
        return HttpMediaStream(sent.exchange, sent.response, self._policy.media_limit)

    def _persist(self, send: Callable[[], _Sent]) -> _Sent:
        """Send until an answer stands, with bounded, polite waits between."""
        earlier: list[Attempt] = []
        while True:
            self._wait_for_reset()
            sent = send()
            exchange = msgspec.structs.replace(sent.exchange, earlier=tuple(earlier))
            failure = _failure_of(exchange)
            if spent(exchange.header, self._rate):
                left = reset_in(exchange.header, self._rate, exchange.received_at)
                self._not_before = exchange.received_at + timedelta(seconds=left or 0.0)
            if failure is None:
                return _Sent(exchange, sent.response)
            if sent.response is not None:
                sent.response.close()
            wait = self._wait_after(exchange, len(earlier))
            if len(earlier) >= self._policy.retries or wait > self._policy.longest_wait:
                retry_at = exchange.received_at + timedelta(seconds=wait) if exchange.status in (429, 503) else None
                raise failure(exchange=exchange, retry_at=retry_at)
            earlier.append(Attempt(exchange.received_at, exchange.status, failure.code, wait))
            self._not_before = None
            self._around.wait(wait)

    def _wait_after(self, exchange: Exchange, tries: int) -> float:
        # The reset header comes with every answer; only with 429 does it tell how long this refusal lasts.
        if exchange.status == 429 or (exchange.status == 503 and exchange.header("retry-after") is not None):
            asked = wait_asked(exchange.header, self._rate, exchange.received_at)
            if asked is not None:
                return asked
        wait: float = min(self._policy.backoff * 2.0**tries, self._policy.longest_wait)
        return wait * self._random.uniform(0.5, 1.0)

    def _wait_for_reset(self) -> None:
        if self._not_before is None:
            return
        left = (self._not_before - self._around.now()).total_seconds()
        if left > self._policy.longest_wait:
            raise RateLimited(retry_at=self._not_before)
        self._not_before = None
        if left > 0:
            self._around.wait(left)

    def _send(self, operation: str, subject: str, request: httpx.Request, *, streamed: bool) -> _Sent:
        asked = Request(
            request.method, self._masker.url(str(request.url)), self._masker.headers(_pairs(request.headers))
        )
        started = time.monotonic()
        status: int | None = None
        headers: tuple[tuple[str, str], ...] = ()
        chunks: list[bytes] = []
        fault = ""
        response: httpx.Response | None = None
        try:
            response = self._client.send(request, stream=True)
            status = response.status_code
            headers = self._masker.headers(_pairs(response.headers))
            if not (streamed and status < 400):
                fault = _read(response, chunks, self._policy.body_limit, started + self._policy.deadline)
        except httpx.TimeoutException:
            fault = "timed-out"
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError):
            fault = "unreachable" if status is None else "cut-body"
        finally:
            self._client.cookies.clear()
            if response is not None and not (streamed and not fault and status is not None and status < 400):
                response.close()
                response = None
        body, masked = self._masker.body(b"".join(chunks), whole=not fault)
        exchange = Exchange(
            operation=operation,
            subject=subject,
            request=asked,
            status=status,
            headers=headers,
            body=body,
            received_at=self._around.now(),
            duration=time.monotonic() - started,
            whole=not fault,
            fault=fault,
            masked=masked,
        )
        return _Sent(exchange, response)


class HttpMediaStream:
    """The open bytes of one medium; see `contract.MediaStream`."""

    def __init__(self, exchange: Exchange, response: httpx.Response, limit: int) -> None:
        self.exchange = exchange
        self._response = response
        self._limit = limit

    def __enter__(self) -> HttpMediaStream:
        return self

    def __exit__(self, *exc: object) -> None:
        self._response.close()

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes as they come. Raises `TimedOut`, `CutBody` or `TooLarge`: what came before is no medium."""
        size = 0
        try:
            for chunk in self._response.iter_bytes():
                size += len(chunk)
                if size > self._limit:
                    raise TooLarge(exchange=self.exchange)
                yield chunk
        except httpx.TimeoutException:
            raise TimedOut(exchange=self.exchange) from None
        except (httpx.HTTPError, httpx.StreamError, OSError):
            raise CutBody(exchange=self.exchange) from None
        finally:
            self._response.close()


def _failure_of(exchange: Exchange) -> type[ConnectorError] | None:
    """The error that a retry might cure, or None when the answer stands."""
    if exchange.status == 429:
        return RateLimited
    if exchange.status is not None and exchange.status >= 500:
        return ServerError
    return _FAULTS.get(exchange.fault)


def _read(response: httpx.Response, chunks: list[bytes], limit: int, until: float) -> str:
    """Read into `chunks`, at most `limit` bytes, until the monotonic instant `until`; return the fault, or ""."""
    left = limit
    for chunk in response.iter_bytes():
        chunks.append(chunk[:left])
        left -= len(chunk)
        if left < 0:
            return "too-large"
        if time.monotonic() > until:
            return "timed-out"
    return ""


def _pairs(headers: httpx.Headers) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw]
