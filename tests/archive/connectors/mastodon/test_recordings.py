"""The connector against recorded answers of a real Mastodon 4.x server."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.connectors.contract import AccountSettings, Cut, Outcome, Policy, Secret, Session
from archive.connectors.errors import ConnectorError
from archive.connectors.mastodon.normalise import normalise
from archive.connectors.registry import connector_named
from tests.archive.connectors.kit import Clock, require_items, require_page, require_ranges
from tests.archive.connectors.loopback import Loopback, Reply, loopback
from tests.archive.connectors.mastodon.recordings import Recorded, recorded, replay
from tests.fixtures import fixture_path

MASTODON = connector_named("mastodon")
OPERATIONS = (
    ("history", re.compile(r"/api/v1/statuses/(\d+)/history")),
    ("thread", re.compile(r"/api/v1/statuses/(\d+)/context")),
    ("look_up", re.compile(r"/api/v1/statuses/(\d+)")),
    (
        "timeline",
        re.compile(r"/api/v1/accounts/(\d+)/statuses|/api/v1/timelines/.*|/api/v1/favourites|/api/v1/bookmarks"),
    ),
    ("profile", re.compile(r"/api/v1/accounts/(?:lookup|verify_credentials|\d+)()")),
)
PAGE = re.compile(r"/api/v1/accounts/\d+/statuses")
SCHEDULED = "test_scheduled_status"
"""Its answer is a scheduled status, which is no status yet."""

WRITTEN = re.compile(r"/api/v1/statuses(?:/\d+(?:/reblog)?)?")


@pytest.fixture
def folder() -> Path:
    return fixture_path("mastodon-api")


def operation_of(one: Recorded) -> tuple[str, str] | None:
    for operation, pattern in OPERATIONS:
        found = pattern.fullmatch(one.path)
        if found and one.reply.status == 200 and one.method == "GET":
            return operation, found[1] or "1"
    # A post, an edit and a boost answer with the status itself.
    if one.cassette != SCHEDULED and one.reply.status == 200 and one.method in ("POST", "PUT"):
        return ("look_up", "1") if WRITTEN.fullmatch(one.path) else None
    return None


def cut_of(one: Recorded) -> Cut | None:
    found = operation_of(one)
    return normalise(found[0], one.reply.body, subject=found[1], own_id="1") if found else None


def test_every_recorded_status_and_account_is_taken_byte_for_byte(folder: Path) -> None:
    counts: Counter[str] = Counter()
    for one in recorded(folder):
        cut = cut_of(one)
        if cut is None:
            continue
        where = f"{one.cassette} {one.path}"
        assert not cut.bad, where
        assert not cut.notices, f"{where}: a field of a real server is not in the manifest"
        require_ranges(one.reply.body, cut)
        require_items(one.reply.body, cut.items, "id")
        counts.update(item.content["/type"] for item in cut.items)  # type: ignore[misc]
        counts["boosts and quotes inside"] += sum(item.within is not None for item in cut.items)
        counts["media"] += sum(len(item.media) for item in cut.items)
        counts["revisions"] += sum(item.revision is not None for item in cut.items)
    assert counts["Note"] > 200
    assert counts["Profile"] > 50
    assert min(counts["Question"], counts["media"], counts["revisions"], counts["boosts and quotes inside"]) > 0


def test_no_recorded_answer_of_any_kind_makes_the_normaliser_raise(folder: Path) -> None:
    for one in recorded(folder):
        for operation in MASTODON.manifest.operations:
            require_ranges(one.reply.body, normalise(operation, one.reply.body, subject="1"))


def test_a_real_server_that_names_a_field_twice_is_quarantined(folder: Path) -> None:
    """It happens: this recorded answer holds one name twice, and ordinary readers silently drop one value."""
    answers = [one for one in recorded(folder) if one.cassette == SCHEDULED and one.method == "POST"]
    codes = [bad.code for one in answers for bad in normalise("look_up", one.reply.body, own_id="1").bad]
    assert "duplicate-key" in codes


def open_replay(server: Loopback, clock: Clock, network_id: str = "1", handle: str = "") -> Session:
    settings = AccountSettings(
        server.url, network_id=network_id, handle=handle, credential=Secret("REDACTED-token"), policy=Policy(retries=1)
    )
    return MASTODON.open(settings, clock.surroundings)


def test_recorded_conversations_replay_through_the_client(folder: Path) -> None:
    clock = Clock()
    asked: Counter[str] = Counter()
    by_cassette: dict[str, list[Recorded]] = {}
    for one in recorded(folder):
        by_cassette.setdefault(one.cassette, []).append(one)
    with loopback() as server:
        for recordings in by_cassette.values():
            server.answering = replay(recordings)
            for one in recordings:
                found = operation_of(one)
                # A conversation may hold one address twice, before and after an edit: the first is replayed.
                same = [other for other in recordings if (other.method, other.path) == ("GET", one.path)]
                if found is None or one != next(iter(same), None):
                    continue
                operation, id = found
                with open_replay(server, clock) as session:
                    if operation == "look_up":
                        answer = session.look_up(id)
                        assert answer.outcome is Outcome.PRESENT
                        assert answer.exchange is not None
                        assert answer.exchange.body == one.reply.body
                    elif operation in ("thread", "history"):
                        page = session.thread(id) if operation == "thread" else session.history(id)
                        require_page(MASTODON, page, "1")
                        assert page.exchange.body == one.reply.body
                    else:
                        continue
                asked[operation] += 1
        assert min(asked[name] for name in ("look_up", "thread", "history")) >= 1


def test_recorded_pages_link_to_each_other(folder: Path) -> None:
    pages = [one for one in recorded(folder) if operation_of(one) and PAGE.fullmatch(one.path)]
    linked = 0
    with loopback() as server:
        for one in pages:
            server.script(one.reply)
            with open_replay(server, Clock(), one.path.split("/")[4]) as session:
                page = session.timeline()
            assert page.exchange.body == one.reply.body
            link = page.exchange.header("link") or ""
            assert (page.older is not None) == ('rel="next"' in link)
            assert (page.newer is not None) == ('rel="prev"' in link)
            assert page.older is None or page.older in link
            linked += page.newer is not None
    assert linked


def test_the_recorded_rate_headers_make_the_next_call_wait(folder: Path) -> None:
    one = next(one for one in recorded(folder) if operation_of(one) and operation_of(one)[0] == "look_up")  # type: ignore[index]
    headers = dict(one.reply.headers)
    assert headers["x-ratelimit-reset"].endswith("Z")
    clock = Clock()

    def spent(seconds: int) -> tuple[tuple[str, str], ...]:

        reset = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
        return (*{**headers, "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}.items(),)

    id = str(json.loads(one.reply.body)["id"])
    with loopback() as server, open_replay(server, clock) as session:
        server.script(Reply(200, one.reply.body, spent(30)))
        assert session.look_up(id).outcome is Outcome.PRESENT
        assert not clock.waits
        server.script(Reply(200, one.reply.body, spent(3_600)))
        assert session.look_up(id).outcome is Outcome.PRESENT
        assert 25 <= clock.waits[0] <= 31, "the reset is an instant, measured from the answer's own date"
        refused = session.look_up(id)
        assert (refused.outcome, refused.code) == (Outcome.ERROR, "rate-limited")
        assert len(clock.waits) == 1
        assert len(server.asked) == 1, "nothing is asked while nothing may be asked"


def test_recorded_refusals_are_what_they_are(folder: Path) -> None:
    refusals = {one.reply.status: one for one in recorded(folder) if one.reply.status in (401, 404)}
    with loopback() as server, open_replay(server, Clock()) as session:
        server.script(refusals[404].reply)
        assert session.look_up("5").outcome is Outcome.GONE
        with pytest.raises(ConnectorError) as account:
            session.profile()
        assert account.value.code == "account-not-found"
        server.script(refusals[401].reply)
        assert session.look_up("5").outcome is Outcome.FORBIDDEN
