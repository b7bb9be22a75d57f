"""The connector against the sandbox: a page's life as a reader sees it, and the sandbox's faults."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest

from archive.connectors.contract import AccountSettings, Item, Outcome, Page, Policy, Secret, Session
from archive.connectors.errors import ConnectorError, MediaRefused
from archive.connectors.registry import connector_named
from sandbox import story
from sandbox.puppeteer import Puppeteer
from sandbox.server import Options, SandboxServer, Stage, perform
from sandbox.world import World
from tests.archive.connectors.kit import Clock, require_no_secret, require_page

TOKEN = "page-token-for-tests"
CONTROL = "control-token-for-tests"
MASTODON = connector_named("mastodon")


class Town:
    """A running sandbox with the demonstration story, and the one who pulls its strings."""

    def __init__(self, server: SandboxServer) -> None:
        self.url = f"http://{server.address}"
        self.strings = Puppeteer(self.url, CONTROL)
        self.clock = Clock()

    def open(self, credential: str = TOKEN, **policy: float) -> Session:
        settings = AccountSettings(
            base_url=self.url,
            handle="@riverton_pd",
            credential=Secret(credential),
            policy=Policy(retries=1, timeout=5.0, **policy),  # type: ignore[arg-type]
        )
        return MASTODON.open(settings, self.clock.surroundings)

    def id_of(self, key: str) -> str:
        return self.strings.id_of(key)


@pytest.fixture
def town() -> Iterator[Town]:
    world = World()
    perform(world, story.demonstration(datetime(2026, 11, 20, tzinfo=UTC)))
    with SandboxServer("127.0.0.1", 0, Stage(world, Options(TOKEN, CONTROL))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield Town(server)
        server.shutdown()
        thread.join(5)


def read_all(session: Session, own_id: str) -> list[Page]:
    """Every page of the timeline, from the newest to the oldest."""
    pages = [session.timeline()]
    while pages[-1].older is not None:
        pages.append(session.timeline(pages[-1].older))
    for page in pages:
        require_page(MASTODON, page, own_id)
        assert not page.bad
        assert not page.notices
    return pages


def said(item: Item) -> str:
    return "".join(str(item.content[f"/content/{n}"]) for n in range(int(str(item.content["/content/#"]))))


def test_the_whole_page_and_all_its_threads_are_read(town: Town) -> None:
    with town.open() as session:
        profile = session.profile()
        own_id = profile.items[0].id
        require_page(MASTODON, profile, own_id)
        pages = read_all(session, own_id)
        posts = [item for page in pages for item in page.items]
        comments = 0
        for post in posts:
            thread = session.thread(post.id)
            require_page(MASTODON, thread, own_id)
            assert thread.complete
            assert not thread.bad
            comments += len(thread.items)
    statuses = town.strings.list()["statuses"]
    assert len(posts) == sum(one["parent"] is None for one in statuses)
    assert comments == sum(one["parent"] is not None for one in statuses) >= 150
    assert [page.complete for page in pages] == [False, True]
    assert [item.id for item in posts] == sorted((item.id for item in posts), key=int, reverse=True)
    texts = {one["id"]: one["text"] for one in statuses}
    assert all(said(post) == texts[post.id] for post in posts)


def test_what_is_new_is_found_by_the_newer_cursor(town: Town) -> None:
    with town.open() as session:
        newer = session.timeline().newer
        assert newer is not None
        assert session.timeline(newer).items == ()
        assert session.timeline(newer).newer is None
        fresh = town.strings.post("The bridge is open again.")
        page = session.timeline(newer)
        assert [item.id for item in page.items] == [fresh]
        assert not page.complete


def test_an_edit_shows_in_the_post_and_in_its_history(town: Town) -> None:
    post = town.id_of(story.EDITED_POST)
    with town.open() as session:
        before = session.look_up(post).item
        story.correct_post(town.strings)
        after = session.look_up(post).item
        history = session.history(post)
    assert before is not None
    assert after is not None
    assert "one lane form" in said(before)
    assert "one lane from" in said(after)
    assert after.updated is not None
    assert [said(revision) for revision in history.items] == [said(before), said(after)]
    require_page(MASTODON, history, before.author_id or "")
    shown = history.items[1].content
    assert {name: after.content[name] for name in shown} == shown, "a revision is the same words as the post"


def test_hidden_deleted_and_there_are_three_different_things(town: Town) -> None:
    hidden, deleted, kept = (town.id_of(key) for key in (story.HIDDEN_COMMENT, story.DELETED_COMMENT, "phone"))
    story.hide_comment(town.strings)
    story.take_back_comment(town.strings)
    with town.open() as session, town.open(credential="") as stranger:
        found = session.look_up(hidden)
        assert (found.outcome, found.item and found.item.state) == (Outcome.PRESENT, {"/hidden": True})
        assert session.look_up(deleted).outcome is Outcome.GONE
        assert session.look_up(kept).outcome is stranger.look_up(kept).outcome is Outcome.PRESENT
        assert stranger.look_up(hidden).outcome is Outcome.GONE, "who may not see it learns no more: cannot_see says so"
        town.strings.unhide(id=hidden)
        again = session.look_up(hidden)
        assert (again.item and again.item.state) == {"/hidden": False}
        assert found.item is not None
        assert again.item is not None
        assert again.item.content == found.item.content, "hiding is no edit"


def test_a_picture_comes_whole_and_only_from_a_named_host(town: Town) -> None:
    with town.open() as session:
        item = session.look_up(town.id_of("k9-retires")).item
        assert item is not None
        assert [medium.name for medium in item.media] == [
            "A grey-muzzled shepherd wearing a medal looks away from the camera.",
            "A cake in the shape of a bone.",
        ]
        with session.media(item.media[0]) as stream:
            jpeg = b"".join(stream.chunks())
            assert stream.exchange.header("content-type") == "image/jpeg"
            assert not any(name == "authorization" for name, _ in stream.exchange.request.headers)
        assert jpeg.startswith(b"\xff\xd8")
        port = town.url.rpartition(":")[2]
        for address in ("http://169.254.169.254/x", f"http://localhost:{port}/media/1.png", "file:///etc/passwd", ""):
            with pytest.raises(MediaRefused):
                session.media(msgspec.structs.replace(item.media[0], address=address))


def test_a_picture_that_is_cut_or_too_large_is_no_picture(town: Town) -> None:
    with town.open() as session:
        item = session.look_up(town.id_of("k9-retires")).item
        assert item is not None
        town.strings.fault("cut", path="/media/*")
        with session.media(item.media[0]) as stream, pytest.raises(ConnectorError) as caught:
            list(stream.chunks())
        assert (caught.value.code, caught.value.retryable) == ("cut-body", True)
        town.strings.fault("404", path="/media/*")
        with pytest.raises(ConnectorError) as missing:
            session.media(item.media[0])
        assert missing.value.code == "not-found"
    with town.open(media_limit=100) as small, small.media(item.media[0]) as stream:
        with pytest.raises(ConnectorError) as large:
            list(stream.chunks())
        assert large.value.code == "too-large"


def test_a_half_page_is_never_complete_when_it_says_so_and_its_items_are_still_there(town: Town) -> None:
    with town.open() as session:
        whole = session.timeline()
        town.strings.fault("partial", path="/api/v1/accounts/*/statuses")
        half = session.timeline()
        missing = {item.id for item in whole.items} - {item.id for item in half.items}
        assert missing
        assert all(session.look_up(id).outcome is Outcome.PRESENT for id in sorted(missing)[:3])
        town.strings.fault("partial-206", path="/api/v1/accounts/*/statuses")
        told = session.timeline()
        assert [notice.code for notice in told.notices] == ["half-page"]
        assert not told.complete


@pytest.mark.parametrize(
    "kind,code",
    [
        ("401", "unauthorised"),
        ("403", "forbidden"),
        ("404", "account-not-found"),
        ("429", "rate-limited"),
        ("500", "server-error"),
        ("503", "server-error"),
        ("cut", "cut-body"),
        ("redirect", "redirected"),
    ],
)
def test_a_fault_that_stays_is_an_error_with_a_code(town: Town, kind: str, code: str) -> None:
    with town.open() as session:
        session.profile()
        town.strings.fault(kind, count=5, path="/api/v1/accounts/*/statuses", retry_after="3")
        with pytest.raises(ConnectorError) as caught:
            session.timeline()
    assert caught.value.code == code


@pytest.mark.parametrize(
    "kind", ["wrong-type", "missing-id", "missing-field", "impossible-date", "nul", "duplicate-key", "lone-surrogate"]
)
def test_a_fault_of_one_item_costs_that_item_only(town: Town, kind: str) -> None:
    with town.open() as session:
        whole = session.timeline()
        town.strings.fault(kind, path="/api/v1/accounts/*/statuses", item=7)
        spoilt = session.timeline()
        again = session.timeline()
    assert [bad.code for bad in spoilt.bad] == [kind]
    assert len(spoilt.items) == len(whole.items) - 1
    assert len(again.items) == len(whole.items)


def test_a_forty_megabyte_answer_stops_at_the_limit(town: Town) -> None:
    with town.open() as session:
        session.profile()
        town.strings.fault("oversize", path="/api/v1/accounts/*/statuses")
        page = session.timeline()
    assert [bad.code for bad in page.bad] == ["too-large"]
    assert len(page.exchange.body) == Policy().body_limit


def test_a_credential_that_comes_back_is_masked(town: Town) -> None:
    with town.open() as session:
        session.profile()
        town.strings.fault("echo", path="/api/v1/accounts/*/statuses", text=TOKEN)
        page = session.timeline()
    require_no_secret(page.exchange, TOKEN)
    assert page.exchange.masked >= 3
    assert "key ********************" in said(page.items[0])


def test_a_slow_network_is_given_up_on(town: Town) -> None:
    with town.open() as session:
        session.profile()
    settings = AccountSettings(town.url, handle="riverton_pd", policy=Policy(timeout=0.1, retries=0))
    town.strings.fault("slow", seconds=3.0)
    with MASTODON.open(settings, town.clock.surroundings) as hasty, pytest.raises(ConnectorError) as caught:
        hasty.profile()
    assert (caught.value.code, caught.value.retryable) == ("timed-out", True)


def test_a_restart_on_another_port_edits_nothing(town: Town) -> None:
    """Addresses of posts belong to the network's domain, so a state that is kept shows no false edit."""
    with town.open() as session:
        profile, page = session.profile(), session.timeline()
    port = town.url.rpartition(":")[2]
    for item in [*profile.items, *page.items]:
        assert port not in repr(item.fields())
