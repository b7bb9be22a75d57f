"""The contract kit: what every connector passes. A connector's tests subclass `ConnectorContract` and give a `rig`.

The kit speaks to the connector over real HTTP, and knows nothing of its network but what the rig tells.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archive.connectors.codes import BAD_CODES, NOTICE_CODES
from archive.connectors.contract import (
    AccountSettings,
    BadItem,
    Connector,
    Cut,
    Exchange,
    Item,
    Mark,
    Notice,
    Outcome,
    Page,
    Policy,
    Secret,
    Session,
    Surroundings,
)
from archive.connectors.errors import ConnectorError, RateLimited
from tests.archive.connectors.loopback import Loopback, Reply, loopback

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
PLANTED = "planted-Token_1234567890/secret"


@dataclass
class Clock:
    """A clock that a test moves, and a record of every wait."""

    at: datetime = NOW
    waits: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += timedelta(seconds=seconds)

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(self.now, self.wait)


@dataclass(frozen=True)
class Rig:
    """What the kit must know of a network: sound answers, and where the parts lie that it spoils.

    `listing` is the body of a timeline page: a JSON list of at least three items whose `id_name` is text.
    `single` is the body of a look-up of `item_id`; `gone` is what the network itself says of an item that is gone.
    """

    connector: Connector
    own_id: str
    item_id: str
    profile: bytes
    listing: bytes
    single: bytes
    gone: bytes
    id_name: str
    text_name: str
    time_name: str

    def settings(self, url: str, credential: str = PLANTED, **policy: Any) -> AccountSettings:
        return AccountSettings(
            base_url=url,
            network_id=self.own_id,
            credential=Secret(credential),
            policy=Policy(**{"timeout": 2.0, "retries": 2, "backoff": 0.5, **policy}),
        )

    def open(self, server: Loopback, clock: Clock, **policy: Any) -> Session:
        return self.connector.open(self.settings(server.url, **policy), clock.surroundings)


# --- what holds for every page ---------------------------------------------------------------------------------------


def require_ranges(body: bytes, cut: Cut | Page) -> None:
    """Ranges lie in the body, are in byte order, nest or do not touch, and say truly what encloses what."""
    parts: list[Item | BadItem] = sorted([*cut.items, *cut.bad], key=lambda part: (part.start, -part.stop))
    for part in [*parts, *cut.notices]:
        assert 0 <= part.start <= part.stop <= len(body)
    open_: list[Item | BadItem] = []
    for part in parts:
        while open_ and open_[-1].stop <= part.start:
            open_.pop()
        assert not open_ or part.stop <= open_[-1].stop, "ranges overlap without nesting"
        if isinstance(part, Item):
            assert part.within == (None if not open_ else cut.items.index(open_[-1]))
        open_.append(part)
    assert [item.start for item in cut.items] == sorted(item.start for item in cut.items)
    assert all(bad.code in BAD_CODES for bad in cut.bad)
    assert all(notice.code in NOTICE_CODES for notice in cut.notices)


def require_items(body: bytes, items: Sequence[Item], id_name: str) -> None:
    """Each slice is the item's own JSON, and its fields are what a version may commit to."""
    for item in items:
        value = json.loads(body[item.start : item.stop])
        assert item.revision is not None or value[id_name] == item.id
        for name, one in item.fields().items():
            assert name.startswith("/")
            assert one is None or type(one) in (str, int, bool)
            if type(one) is str:
                assert "\0" not in one
                one.encode("utf-8")
        assert not set(item.content) & set(item.context)
        count = item.content.get("/content/#")
        assert count is None or all(f"/content/{number}" in item.content for number in range(int(count)))
        assert item.published is None or item.published.utcoffset() == timedelta(0)


def require_page(connector: Connector, page: Page, own_id: str, id_name: str = "id") -> None:
    """The whole of a page: its ranges, its items, and that its stored bytes give the same items again."""
    exchange = page.exchange
    require_ranges(exchange.body, page)
    require_items(exchange.body, page.items, id_name)
    again = connector.normalise(exchange.operation, exchange.body, subject=exchange.subject, own_id=own_id)
    if exchange.whole:
        assert again.items == page.items
        assert again.bad == page.bad
    assert exchange.received_at.utcoffset() == timedelta(0)
    assert ("accept-encoding", "identity") in exchange.request.headers
    for cursor in (page.older, page.newer):
        assert cursor is None or len(cursor) <= 512
    assert not (page.complete and page.bad)


def require_no_secret(exchange: Exchange, secret: str) -> None:
    """The secret is nowhere in what may be stored."""
    assert secret not in repr(exchange)
    assert secret.encode() not in exchange.body


# --- spoilt items ----------------------------------------------------------------------------------------------------


def _spoil_text(rig: Rig, body: bytes, name: str, change: Callable[[str], str]) -> bytes:
    """Change the raw JSON text of one item, in ways that no JSON writer writes."""
    found = json.loads(body)
    target = found[1] if isinstance(found, list) else found
    raw = change(json.dumps(target))
    whole = json.dumps(found)
    return whole.replace(json.dumps(target), raw, 1).encode()


def _spoil_value(rig: Rig, body: bytes, name: str, value: Any) -> bytes:
    found = json.loads(body)
    target = found[1] if isinstance(found, list) else found
    if value is None:
        target.pop(name)
    else:
        target[name] = value
    return json.dumps(found, ensure_ascii=False).encode()


def spoilt(rig: Rig, body: bytes) -> dict[str, bytes]:
    """Return `body` with its second item spoilt, by the code that must come of it."""
    text = json.dumps(rig.text_name)
    return {
        "wrong-type": _spoil_value(rig, body, rig.text_name, {"not": "text"}),
        "missing-id": _spoil_value(rig, body, rig.id_name, None),
        "missing-field": _spoil_value(rig, body, rig.text_name, None),
        "impossible-date": _spoil_value(rig, body, rig.time_name, "2025-02-30T00:00:00Z"),
        "duplicate-key": _spoil_text(rig, body, "", lambda raw: "{" + f'"{rig.id_name}": "1", ' + raw[1:]),
        "lone-surrogate": _spoil_text(rig, body, "", lambda raw: raw.replace(f'{text}: "', f'{text}: "\\ud83d', 1)),
        "nul": _spoil_text(rig, body, "", lambda raw: raw.replace(f'{text}: "', f'{text}: "\\u0000', 1)),
        "not-utf8": _spoil_text(rig, body, "", lambda raw: raw.replace(f'{text}: "', f'{text}: "@@', 1)).replace(
            b'"@@', b'"\xff\xfe'
        ),
        "too-long": _spoil_value(rig, body, rig.text_name, "x" * 3_000_000),
        "too-deep": _spoil_text(rig, body, "", lambda raw: raw[:-1] + ', "deep": ' + "[" * 80 + "]" * 80 + "}"),
    }


SPOILT_CODES = (
    "wrong-type",
    "missing-id",
    "missing-field",
    "impossible-date",
    "duplicate-key",
    "lone-surrogate",
    "nul",
    "not-utf8",
    "too-long",
    "too-deep",
)

NEVER_GONE = {
    "unauthorised": Reply(401, b'{"error":"The access token is invalid"}'),
    "forbidden": Reply(403, b'{"error":"This action is not allowed"}'),
    "rate-limited": Reply(429, b'{"error":"Too many requests"}'),
    "server-error": Reply(500, b'{"error":"oops"}'),
    "unavailable": Reply(503, b"<html>Down for maintenance</html>", content_type="text/html"),
    "cut": Reply(200, b'{"id":"1","con', declared=4_000),
    "cut 404": Reply(404, b'{"error":"Rec', declared=4_000),
    "redirected": Reply(302, b"", (("Location", "http://127.0.0.1:9/login"),)),
    "a proxy's 404": Reply(404, b"<html>404 Not Found</html>", content_type="text/html"),
    "an empty 404": Reply(404, b""),
    "malformed": Reply(200, b'{"id":'),
    "another item": Reply(200, b'{"id":"999999"}'),
    "a login page": Reply(200, b"<html>Please log in</html>", content_type="text/html"),
    "no content": Reply(204, b""),
    "half": Reply(206, b"[]"),
}


class ConnectorContract:
    """Subclass this, give the fixture `rig`, and the connector is held to the contract."""

    @pytest.fixture
    def rig(self) -> Rig:
        raise AssertionError("a connector's tests give their own rig")

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def server(self) -> Iterator[Loopback]:
        with loopback() as running:
            yield running

    # -- the manifest

    def test_the_manifest_marks_every_field_once_and_names_its_operations(self, rig: Rig) -> None:
        manifest = rig.connector.manifest
        assert {"profile", "timeline", "look_up"} <= set(manifest.operations)
        assert manifest.namespaces
        assert manifest.cannot_see
        assert manifest.schema.startswith(f"{manifest.name}/")
        for marks in manifest.fields.values():
            assert marks
            assert set(marks.values()) <= set(Mark)

    # -- exact bytes

    def test_every_slice_cuts_exactly_and_again_the_same(self, rig: Rig, server: Loopback, clock: Clock) -> None:
        server.script(Reply(body=rig.listing))
        with rig.open(server, clock) as session:
            page = session.timeline()
        assert len(page.items) >= 3
        assert page.exchange.body == rig.listing
        require_page(rig.connector, page, rig.own_id, rig.id_name)
        for item, value in zip([one for one in page.items if one.within is None], json.loads(rig.listing), strict=True):
            assert json.loads(rig.listing[item.start : item.stop]) == value

    def test_white_space_escapes_and_a_byte_order_mark_move_no_range(self, rig: Rig) -> None:
        values = json.loads(rig.listing)
        odd = (
            b"\xef\xbb\xbf \n[ "
            + b" ,\r\n\t".join(json.dumps(value, indent=2).encode() for value in values)
            + b"\n ]\n"
        )
        cut = rig.connector.normalise("timeline", odd, own_id=rig.own_id)
        require_ranges(odd, cut)
        require_items(odd, cut.items, rig.id_name)
        plain = rig.connector.normalise("timeline", rig.listing, own_id=rig.own_id)
        assert [item.fields() for item in cut.items] == [item.fields() for item in plain.items]

    def test_one_post_gives_the_same_content_whichever_operation_showed_it(self, rig: Rig) -> None:
        values = json.loads(rig.listing)
        listed = rig.connector.normalise("timeline", rig.listing, own_id=rig.own_id).items
        for item in (one for one in listed if one.within is None):
            alone = json.dumps(next(value for value in values if value[rig.id_name] == item.id)).encode()
            looked_up = rig.connector.normalise("look_up", alone, subject=item.id, own_id=rig.own_id).items[0]
            assert looked_up.content == item.content
            assert looked_up.kind == item.kind

    # -- hostile bodies

    @pytest.mark.parametrize("code", SPOILT_CODES)
    def test_a_spoilt_item_is_quarantined_with_its_bytes_and_the_rest_goes_on(
        self, rig: Rig, server: Loopback, clock: Clock, code: str
    ) -> None:
        body = spoilt(rig, rig.listing)[code]
        server.script(Reply(body=body))
        with rig.open(server, clock) as session:
            page = session.timeline()
        require_ranges(body, page)
        sound = rig.connector.normalise("timeline", rig.listing, own_id=rig.own_id)
        victim = json.loads(rig.listing)[1][rig.id_name]
        assert [bad.code for bad in page.bad] == [code]
        assert [item.id for item in page.items] == [item.id for item in sound.items if item.id != victim]
        assert page.exchange.body[page.bad[0].start : page.bad[0].stop].startswith(b"{")
        assert not page.complete
        if code not in ("missing-id", "duplicate-key"):
            assert page.bad[0].id == victim, "what is listed but cannot be read is not absent"

    def test_an_unknown_field_is_kept_told_once_a_session_and_takes_the_item(
        self, rig: Rig, server: Loopback, clock: Clock
    ) -> None:
        body = _spoil_value(rig, rig.listing, "never_heard_of_it", {"x": 1})
        server.script(Reply(body=body))
        with rig.open(server, clock) as session:
            first, second = session.timeline(), session.timeline()
        sound = rig.connector.normalise("timeline", rig.listing, own_id=rig.own_id)
        assert [item.content for item in first.items] == [item.content for item in sound.items]
        told = [notice for notice in first.notices if notice.code == "unknown-field"]
        assert [notice.path.rpartition("/")[2] for notice in told] == ["never_heard_of_it"]
        assert b"never_heard_of_it" in first.exchange.body[told[0].start : told[0].stop]
        assert not second.notices

    def test_a_time_without_a_zone_is_kept_raw_and_starts_no_clock(self, rig: Rig) -> None:
        body = _spoil_value(rig, rig.listing, rig.time_name, "2025-02-03T12:00:00")
        cut = rig.connector.normalise("timeline", body, own_id=rig.own_id)
        victim = json.loads(rig.listing)[1][rig.id_name]
        item = next(item for item in cut.items if item.id == victim)
        assert item.published is None
        assert item.content["/published-raw"] == "2025-02-03T12:00:00"
        assert "/published" not in item.content
        assert [(notice.code, notice.id) for notice in cut.notices] == [("time-without-zone", victim)]

    @pytest.mark.parametrize("body", [b"", b"null", b"[", b"{}", b"\xff\xfe", b"[1,2", b'{"a":1', b"[" * 5_000, b"NaN"])
    def test_an_answer_that_is_no_listing_is_quarantined_whole(
        self, rig: Rig, server: Loopback, clock: Clock, body: bytes
    ) -> None:
        server.script(Reply(body=body))
        with rig.open(server, clock) as session:
            page = session.timeline()
        assert not page.items
        assert page.bad
        assert not page.complete
        require_ranges(body, page)

    def test_what_came_whole_before_a_broken_end_is_taken(self, rig: Rig, server: Loopback, clock: Clock) -> None:
        values = [json.dumps(value).encode() for value in json.loads(rig.listing)]
        body = b"[" + values[0] + b"," + values[1] + b"," + values[2][: len(values[2]) // 2]
        server.script(Reply(body=body))
        with rig.open(server, clock) as session:
            page = session.timeline()
        ids = [json.loads(value)[rig.id_name] for value in values]
        assert [item.id for item in page.items if item.within is None] == ids[:2]
        assert [(bad.code, bad.stop) for bad in page.bad] == [("malformed", len(body))]

    def test_no_bytes_at_all_make_a_normaliser_raise(self, rig: Rig) -> None:
        operations = ("profile", "timeline", "thread", "look_up", "history", "media", "no such operation")
        pieces = [
            rig.listing,
            rig.single,
            rig.profile,
            b"[",
            b"]",
            b"{",
            b"}",
            b'"',
            b",",
            b"\\ud800",
            b"\x00",
            b"1e999",
        ]

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(st.one_of(st.binary(max_size=30), st.sampled_from(pieces)), max_size=6).map(b"".join))
        @example(b'[{"id":' + b"9" * 5_000 + b"}]")
        @example(b'[{"id":"1","created_at":1}]')
        def attempt(body: bytes) -> None:
            for operation in operations:
                cut = rig.connector.normalise(operation, body, subject="1", own_id=rig.own_id)
                require_ranges(body, cut)
                assert cut == rig.connector.normalise(operation, body, subject="1", own_id=rig.own_id)

        attempt()

    def test_a_body_over_the_limit_stops_there_and_keeps_what_came(
        self, rig: Rig, server: Loopback, clock: Clock
    ) -> None:
        server.script(Reply(body=rig.listing + b" " * 3_000_000))
        with rig.open(server, clock, body_limit=1_000_000) as session:
            page = session.timeline()
        assert len(page.exchange.body) == 1_000_000
        assert page.exchange.body.startswith(rig.listing)
        assert (page.exchange.whole, page.exchange.fault) == (False, "too-large")
        assert [(bad.code, bad.start, bad.stop) for bad in page.bad] == [("too-large", 0, 1_000_000)]
        assert not page.items

    # -- absence

    @pytest.mark.parametrize("name", NEVER_GONE)
    def test_what_proves_nothing_never_means_gone(self, rig: Rig, server: Loopback, clock: Clock, name: str) -> None:
        server.script(NEVER_GONE[name])
        with rig.open(server, clock) as session:
            answer = session.look_up(rig.item_id)
        expected = {
            "unauthorised": Outcome.FORBIDDEN,
            "forbidden": Outcome.FORBIDDEN,
            "a proxy's 404": Outcome.AMBIGUOUS,
            "an empty 404": Outcome.AMBIGUOUS,
        }
        assert answer.outcome is expected.get(name, Outcome.ERROR)
        assert answer.item is None
        assert answer.code

    def test_a_network_that_is_not_there_means_nothing(self, rig: Rig, clock: Clock) -> None:
        with loopback() as closed:
            pass
        with rig.open(closed, clock) as session:
            answer = session.look_up(rig.item_id)
        assert (answer.outcome, answer.code) == (Outcome.ERROR, "unreachable")

    @pytest.mark.parametrize("status", [404, 410])
    def test_the_networks_own_word_on_the_item_means_gone(
        self, rig: Rig, server: Loopback, clock: Clock, status: int
    ) -> None:
        server.script(Reply(status, rig.gone))
        with rig.open(server, clock) as session:
            answer = session.look_up(rig.item_id)
        assert answer.outcome is Outcome.GONE
        assert answer.exchange is not None
        assert answer.exchange.body == rig.gone
        assert answer.exchange.status == status

    def test_a_present_item_is_present_even_when_it_cannot_be_read(
        self, rig: Rig, server: Loopback, clock: Clock
    ) -> None:
        server.script(Reply(body=rig.single), Reply(body=spoilt(rig, rig.single)["impossible-date"]))
        with rig.open(server, clock) as session:
            sound, spoiled = session.look_up(rig.item_id), session.look_up(rig.item_id)
        assert sound.outcome is spoiled.outcome is Outcome.PRESENT
        assert sound.item is not None
        assert sound.item.id == rig.item_id
        assert spoiled.item is None
        assert [bad.code for bad in spoiled.bad] == ["impossible-date"]

    def test_an_unknown_account_is_an_error_and_not_an_absence(self, rig: Rig, server: Loopback, clock: Clock) -> None:
        server.script(Reply(404, rig.gone))
        with rig.open(server, clock) as session:
            for operation in (session.profile, session.timeline):
                with pytest.raises(ConnectorError) as caught:
                    operation()
                assert caught.value.code == "account-not-found"

    def test_an_id_that_could_leave_its_path_is_never_sent(self, rig: Rig, server: Loopback, clock: Clock) -> None:
        server.script(Reply(404, rig.gone))
        with rig.open(server, clock) as session:
            for id in ("../accounts/1", "1?x=1", "1/context", "", "1\r\nHost: x", "%2e%2e", "a" * 10_000):
                assert session.look_up(id).outcome is Outcome.ERROR
        assert not server.asked

    # -- politeness

    def test_retry_after_is_waited_and_the_answer_then_stands(self, rig: Rig, server: Loopback, clock: Clock) -> None:
        server.script(Reply(429, b"{}", (("Retry-After", "7"),)), Reply(body=rig.listing))
        with rig.open(server, clock) as session:
            page = session.timeline()
        assert clock.waits == [7.0]
        assert [(one.status, one.code, one.waited) for one in page.exchange.earlier] == [(429, "rate-limited", 7.0)]
        assert page.items

    def test_a_wait_longer_than_the_policy_is_not_slept_but_told(
        self, rig: Rig, server: Loopback, clock: Clock
    ) -> None:
        server.script(Reply(429, b"{}", (("Retry-After", "3600"),)))
        with rig.open(server, clock) as session, pytest.raises(RateLimited) as caught:
            session.timeline()
        assert caught.value.retry_at == NOW + timedelta(hours=1)
        assert not clock.waits
        assert len(server.asked) == 1

    def test_a_fault_that_passes_is_retried_and_one_that_stays_is_told(
        self, rig: Rig, server: Loopback, clock: Clock
    ) -> None:
        cut = Reply(200, rig.listing[:50], declared=len(rig.listing))
        server.script(Reply(500, b"{}"), cut, Reply(body=rig.listing))
        with rig.open(server, clock) as session:
            page = session.timeline()
        assert [one.code for one in page.exchange.earlier] == ["server-error", "cut-body"]
        assert len(page.items) >= 3
        assert 0 < clock.waits[0] <= 0.5
        assert clock.waits[1] <= 1.0
        server.script(cut)
        with rig.open(server, clock) as session, pytest.raises(ConnectorError) as caught:
            session.timeline()
        assert (caught.value.code, caught.value.retryable) == ("cut-body", True)
        assert caught.value.exchange is not None
        assert caught.value.exchange.body == rig.listing[:50]
        assert len(server.asked) == 3

    def test_a_wait_that_is_cancelled_ends_the_call(self, rig: Rig, server: Loopback) -> None:
        class Cancelled(Exception):
            pass

        def refuse(seconds: float) -> None:
            raise Cancelled

        server.script(Reply(500, b"{}"))
        surroundings = Surroundings(lambda: NOW, refuse)
        with rig.connector.open(rig.settings(server.url), surroundings) as session, pytest.raises(Cancelled):
            session.timeline()
        assert len(server.asked) == 1

    # -- secrets

    def test_a_planted_credential_is_in_nothing_that_may_be_stored_or_logged(
        self, rig: Rig, server: Loopback, clock: Clock, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        echo = _spoil_value(rig, rig.listing, rig.text_name, f"my key is {PLANTED}, and {PLANTED.replace('/', '%2F')}")
        headers = (("Set-Cookie", f"s={PLANTED}"), ("X-Echo", PLANTED), ("X-Next", f"{server.url}/x?access_token=zzzz"))
        server.script(Reply(body=echo, headers=headers))
        with rig.open(server, clock) as session:
            page = session.timeline()
        require_no_secret(page.exchange, PLANTED)
        assert "zzzz" not in repr(page.exchange)
        assert len(page.exchange.body) == len(echo), "masked at equal length"
        assert page.exchange.masked >= 2
        require_page(rig.connector, page, rig.own_id, rig.id_name)
        assert PLANTED not in repr(page)
        assert PLANTED not in caplog.text
        assert any(PLANTED in value for question in server.asked for value in question.headers.values()), "it was sent"

    def test_an_error_carries_no_credential_either(self, rig: Rig, server: Loopback, clock: Clock) -> None:
        server.script(Reply(403, f'{{"error":"{PLANTED} may not"}}'.encode()))
        with rig.open(server, clock) as session, pytest.raises(ConnectorError) as caught:
            session.timeline()
        assert caught.value.exchange is not None
        require_no_secret(caught.value.exchange, PLANTED)
        assert PLANTED not in repr(caught.value) + str(caught.value)

    def test_a_body_cut_inside_a_credential_keeps_no_part_of_it(self, rig: Rig, server: Loopback, clock: Clock) -> None:
        cut = b'[{"content":"my key is ' + PLANTED.encode()[:-3]
        server.script(Reply(body=cut, declared=10_000))
        with rig.open(server, clock) as session, pytest.raises(ConnectorError) as caught:
            session.timeline()
        assert caught.value.exchange is not None
        assert caught.value.exchange.body == b'[{"content":"my key is ' + b"*" * (len(PLANTED) - 3)

    def test_the_credential_never_travels_in_clear_or_to_another_place(self, rig: Rig, clock: Clock) -> None:
        for url in ("http://network.invalid", "ftp://127.0.0.1", "", "https://", "https://user:word@network.invalid"):
            with pytest.raises(ConnectorError) as caught:
                rig.connector.open(rig.settings(url), clock.surroundings)
            assert caught.value.code == "bad-settings"
        with pytest.raises(ConnectorError, match="shorter"):
            rig.connector.open(rig.settings("https://network.invalid", credential="short"), clock.surroundings)
        with loopback(lambda question: Reply(body=rig.listing)) as elsewhere, loopback() as server:
            server.script(Reply(302, b"", (("Location", f"{elsewhere.url}/api"),)))
            with rig.open(server, clock) as session, pytest.raises(ConnectorError) as caught:
                session.timeline()
            assert caught.value.code == "redirected"
            assert not elsewhere.asked

    def test_notices_and_reasons_quote_no_content(self, rig: Rig) -> None:
        for code in SPOILT_CODES:
            cut = rig.connector.normalise("timeline", spoilt(rig, rig.listing)[code], own_id=rig.own_id)
            words: list[BadItem | Notice] = [*cut.bad, *cut.notices]
            for one in words:
                assert len(one.reason) < 300
                assert "x" * 50 not in one.reason
