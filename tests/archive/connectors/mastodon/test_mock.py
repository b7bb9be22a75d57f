"""The connector against `mastodon-mock`, a server that somebody else wrote."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from archive.connectors.contract import AccountSettings, Kind, Outcome, Policy, Secret, Session
from archive.connectors.registry import connector_named
from tests.archive.connectors.kit import Clock, require_page

TOKEN = "mock_token"
MASTODON = connector_named("mastodon")
PATIENCE = 60.0


class Mock:
    """A running mock, and the one account that may post."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False)
        self.own_id = str(self.ask("GET", "/api/v1/accounts/verify_credentials")["id"])

    def ask(self, method: str, path: str, **form: Any) -> Any:
        answer = self._client.request(method, path, json=form or None)
        answer.raise_for_status()
        return answer.json()

    def post(self, text: str, **form: Any) -> str:
        return str(self.ask("POST", "/api/v1/statuses", status=text, **form)["id"])

    def open(self, page_size: int = 40) -> Session:
        policy = Policy(retries=1, page_size=page_size)
        settings = AccountSettings(self.url, network_id=self.own_id, credential=Secret(TOKEN), policy=policy)
        return MASTODON.open(settings, Clock().surroundings)


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = Path(tmp_path_factory.mktemp("mock")) / "log"
    command = [
        sys.executable,
        "-m",
        "mastodon_mock",
        "serve",
        "--in-memory",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, cwd=log.parent)
    try:
        _await(process, port, log)
        yield Mock(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(20)


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            httpx.get(f"http://127.0.0.1:{port}/api/v1/instance", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)  # another process starts up: there is nothing to wait on but its port
        else:
            return
    raise AssertionError(f"mastodon-mock did not start: {log.read_text()}")


def test_a_page_its_thread_its_edit_and_its_deletion_are_read(mock: Mock) -> None:
    post = mock.post("Bridge closed. Ünïcode, 中文, 🚧 and\n\na second paragraph.", language="en")
    answer = mock.post("When will it open?", in_reply_to_id=post)
    with mock.open() as session:
        profile = session.profile()
        require_page(MASTODON, profile, mock.own_id)
        assert profile.items[0].kind is Kind.PROFILE
        page = session.timeline()
        require_page(MASTODON, page, mock.own_id)
        assert not page.bad
        assert [notice.path for notice in page.notices] == []
        assert {post, answer} <= {item.id for item in page.items}
        thread = session.thread(post)
        require_page(MASTODON, thread, mock.own_id)
        assert [(item.id, item.parent_id, item.kind) for item in thread.items] == [(answer, post, Kind.REPLY)]
        mock.ask("PUT", f"/api/v1/statuses/{post}", status="Bridge open.")
        history = session.history(post)
        require_page(MASTODON, history, mock.own_id)
        assert [item.revision for item in history.items] == [0, 1]
        edited = session.look_up(post).item
        assert edited is not None
        assert edited.updated is not None
        assert edited.content["/content/0"] == "Bridge "
        mock.ask("DELETE", f"/api/v1/statuses/{post}")
        assert session.look_up(post).outcome is Outcome.GONE
        orphan = session.look_up(answer)
        assert orphan.outcome is Outcome.PRESENT


def test_the_listing_is_paged_to_its_end_and_back(mock: Mock) -> None:
    ids = [mock.post(f"Number {n}") for n in range(7)]
    with mock.open(page_size=3) as session:
        found: list[str] = []
        page = session.timeline()
        newest = page.newer
        while True:
            require_page(MASTODON, page, mock.own_id)
            found += [item.id for item in page.items]
            if page.older is None:
                break
            page = session.timeline(page.older)
        assert page.complete
        assert len(found) == len(set(found))
        assert set(ids) <= set(found)
        fresh = mock.post("Number 8")
        assert newest is not None
        assert [item.id for item in session.timeline(newest).items] == [fresh]
