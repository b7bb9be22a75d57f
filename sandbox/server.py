"""The sandbox over HTTP: readers under /api and /media, the puppeteer under /control with a token of its own."""

from __future__ import annotations

import hmac
import json
import socket
import sys
import threading
from collections import deque
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from . import acts, store
from .faults import FAULT_LIMIT, KINDS, Answer, Fault, spoil
from .reading import TOKEN_IS_INVALID, Asked, answer, found, refused
from .world import Refused, World

BODY_LIMIT = 8 * 1024 * 1024
BATCH_LIMIT = 20_000
CONNECTION_LIMIT = 64
REQUEST_LOG = 2_000
WINDOW = timedelta(minutes=5)


class Options(msgspec.Struct, frozen=True):
    """Tokens, place and pace of one sandbox."""

    token: str
    control_token: str
    folder: Path | None = None
    rate_limit: int = 3_000
    """Requests of readers in five minutes."""


class Stage:
    """The world with what surrounds it: lock, faults, counters. All access goes through its methods."""

    def __init__(self, world: World, options: Options) -> None:
        self._world = world
        self._options = options
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._requests: deque[dict[str, Any]] = deque(maxlen=REQUEST_LOG)
        self._window_ends = datetime.now(UTC)
        self._left = options.rate_limit
        self.closing = threading.Event()

    def read(self, path: str, query: dict[str, str], base: str, bearer: str | None) -> Answer:
        """Answer a reader: rate limit, credential, faults, and then the world."""
        with self._lock:
            made = self._read(path, query, base, bearer)
            self._requests.append({"path": path, "status": made.status})
        return made

    def control(self, name: str, arguments: Any, bearer: str | None) -> Answer:
        """Do what the puppeteer asks and keep the world."""
        if bearer is None or not hmac.compare_digest(bearer.encode(), self._options.control_token.encode()):
            return refused(Refused("the control token is wrong", 401))
        with self._lock:
            try:
                return found(self._control(name, arguments))
            except Refused as refusal:
                return refused(refusal)

    def _read(self, path: str, query: dict[str, str], base: str, bearer: str | None) -> Answer:
        limits = self._limits()
        if self._left < 0:
            return Answer(429, b'{"error":"Too many requests"}', limits)
        owner = bearer is not None and hmac.compare_digest(bearer.encode(), self._options.token.encode())
        if bearer is not None and not owner:
            made = refused(Refused(TOKEN_IS_INVALID, 401))
        else:
            made = answer(self._world, Asked(path, query, base, owner))
        made.headers = {**limits, **made.headers}
        for fault in self._faults:
            if fault.strikes(path):
                made = spoil(fault, made)
                break
        return made

    def _limits(self) -> dict[str, str]:
        now = datetime.now(UTC)
        if now >= self._window_ends:
            self._window_ends = now + WINDOW
            self._left = self._options.rate_limit
        self._left -= 1
        return {
            "X-RateLimit-Limit": str(self._options.rate_limit),
            "X-RateLimit-Remaining": str(max(self._left, 0)),
            "X-RateLimit-Reset": self._window_ends.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }

    def _control(self, name: str, arguments: Any) -> Any:
        if name == "list":
            return self._list()
        if name == "faults":
            return self._add_fault(arguments)
        if name == "clear":
            self._faults.clear()
            return {"faults": 0}
        made = self._batch(arguments) if name == "batch" else acts.act(self._world, name, arguments)
        if self._options.folder is not None:
            store.save(self._options.folder, self._world)
        return made

    def _batch(self, arguments: Any) -> list[Any]:
        if not isinstance(arguments, list) or len(arguments) > BATCH_LIMIT:
            raise Refused(f"a batch is a list of at most {BATCH_LIMIT} acts")
        # All or nothing: the acts play in a copy.
        world = msgspec.json.decode(msgspec.json.encode(self._world), type=World)
        made = perform(world, arguments)
        self._world = world
        return made

    def _add_fault(self, arguments: Any) -> dict[str, int]:
        try:
            fault = msgspec.convert(arguments, Fault)
        except msgspec.ValidationError as error:
            raise Refused(str(error)) from None
        if fault.kind not in KINDS:
            raise Refused(f"no such fault; there are {', '.join(KINDS)}")
        if len(self._faults) >= FAULT_LIMIT:
            raise Refused("too many faults")
        self._faults.append(fault)
        return {"faults": len(self._faults)}

    def _list(self) -> dict[str, Any]:
        world = self._world
        return {
            "page": str(world.page),
            "accounts": {one.username: str(one.id) for one in world.accounts.values()},
            "statuses": [
                {
                    "id": str(one.id),
                    "key": one.key,
                    "author": world.accounts[one.author].username,
                    "parent": None if one.parent is None else str(one.parent),
                    "hidden": one.hidden,
                    "revisions": len(one.revisions),
                    "text": one.now.text,
                }
                for one in sorted(world.statuses.values(), key=lambda status: status.id)
            ],
            "faults": [msgspec.to_builtins(fault) for fault in self._faults],
            "requests": list(self._requests),
        }


def perform(world: World, script: list[Any]) -> list[Any]:
    """Do a list of acts, each an object with its name under `act`. Raises `Refused` at the first that cannot be."""
    made: list[Any] = []
    for one in script:
        if not isinstance(one, dict):
            raise Refused("an act is an object")
        arguments = dict(one)
        made.append(acts.act(world, str(arguments.pop("act", "")), arguments))
    return made


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Sandbox"
    sys_version = ""
    timeout = 30
    wbufsize = -1  # head and body in one send: two would wait for a delayed acknowledgement
    disable_nagle_algorithm = True
    server: SandboxServer

    def do_GET(self) -> None:
        path, query = self._address()
        if path.startswith("/control/"):
            self._write(self.server.stage.control(path.removeprefix("/control/"), {}, self._bearer()))
        else:
            self._write(self.server.stage.read(path, query, self._base(), self._bearer()))

    def do_POST(self) -> None:
        path, _ = self._address()
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > BODY_LIMIT:
            self.close_connection = True
            self._write(refused(Refused("a body has a length, and a limit", 413)))
            return
        body = self.rfile.read(int(length))
        if not path.startswith("/control/"):
            self._write(refused(Refused("This sandbox is read-only for readers", 403)))
            return
        try:
            arguments = json.loads(body or b"{}")
        except (ValueError, RecursionError):
            self._write(refused(Refused("the body is not JSON", 400)))
            return
        self._write(self.server.stage.control(path.removeprefix("/control/"), arguments, self._bearer()))

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: addresses and tokens have no place in a terminal."""

    def _address(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        try:
            return parts.path, dict(parse_qsl(parts.query, max_num_fields=50))
        except ValueError:
            return parts.path, {}

    def _base(self) -> str:
        # The address the reader used: a forwarded port still gives links that work.
        host = self.headers.get("Host", "")
        known = 0 < len(host) < 300 and all(mark.isalnum() or mark in ".-:[]" for mark in host)
        return f"http://{host if known else self.server.address}"

    def _bearer(self) -> str | None:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    def _write(self, made: Answer) -> None:
        if made.delay:
            self.server.stage.closing.wait(made.delay)
        self.send_response(made.status)
        for name, value in made.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", made.content_type)
        self.send_header("Content-Length", str(len(made.body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        if made.cut_to is not None:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(made.body[: made.cut_to])


class SandboxServer(ThreadingHTTPServer):
    """A sandbox on one port, with at most `CONNECTION_LIMIT` connections at a time."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, stage: Stage) -> None:
        self.stage = stage
        self._slots = threading.BoundedSemaphore(CONNECTION_LIMIT)
        super().__init__((host, port), _Handler)

    @property
    def address(self) -> str:
        return f"{self.server_address[0]!s}:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self._slots.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that hangs up is no news; anything else is."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, socket.timeout)):
            super().handle_error(request, client_address)
