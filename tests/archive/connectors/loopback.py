"""A network of one's own on loopback: answers what a test scripts, and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One answer. `declared` is the `Content-Length` sent, when it is not that of the body."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    declared: int | None = None
    content_type: str = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Question:
    """What was asked: the path with its query, and the headers in lower case."""

    path: str
    headers: dict[str, str]


Answering = Callable[[Question], Reply]


@dataclass
class Loopback:
    """A running server. `answering` decides each reply and may be exchanged at any time."""

    url: str
    answering: Answering
    asked: list[Question] = field(default_factory=list)

    def script(self, *replies: Reply) -> None:
        """Answer with `replies` in turn; the last one stays."""
        left = list(replies)
        self.answering = lambda question: left.pop(0) if len(left) > 1 else left[0]
        self.asked.clear()


@contextmanager
def loopback(answering: Answering | None = None) -> Iterator[Loopback]:
    """Run a server until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            question = Question(self.path, {name.lower(): value for name, value in self.headers.items()})
            running.asked.append(question)
            reply = running.answering(question)
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body) if reply.declared is None else reply.declared))
            if reply.declared is not None:
                self.close_connection = True
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a reader that stops reading is what some tests are about

    server = Quiet(("127.0.0.1", 0), Handler)
    running = Loopback(f"http://127.0.0.1:{server.server_port}", answering or (lambda question: Reply(404)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
