"""A running sandbox for each test."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from sandbox.puppeteer import Puppeteer
from sandbox.server import Options, SandboxServer, Stage
from sandbox.world import World

TOKEN = "page-token"
CONTROL = "control-token"


class Reader:
    """Asks a sandbox as anybody may, or as the page."""

    def __init__(self, server: SandboxServer) -> None:
        self.address = server.address
        self.strings = Puppeteer(f"http://{server.address}", CONTROL)
        self.headers: dict[str, str] = {}

    def ask(
        self, path: str, token: str | None = None, method: str = "GET", body: bytes | None = None
    ) -> tuple[int, Any]:
        """Return the status and the JSON (or the bytes) of one answer; its headers are in `headers`."""
        connection = HTTPConnection(self.address, timeout=10)
        try:
            connection.request(method, path, body, {"Authorization": f"Bearer {token}"} if token else {})
            answer = connection.getresponse()
            self.headers = {name.lower(): value for name, value in answer.getheaders()}
            raw = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(raw) if "json" in self.headers["content-type"] else raw

    def get(self, path: str, token: str | None = None) -> Any:
        """Return what a path answers with 200."""
        status, found = self.ask(path, token)
        assert status == 200, found
        return found


@pytest.fixture
def world() -> World:
    world = World()
    world.page = world.add_account("page", "The Page").id
    world.add_account("mae", "Mae")
    return world


@pytest.fixture
def options() -> Options:
    return Options(TOKEN, CONTROL)


@pytest.fixture
def reader(world: World, options: Options) -> Iterator[Reader]:
    with SandboxServer("127.0.0.1", 0, Stage(world, options)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield Reader(server)
        server.shutdown()
        thread.join(5)
