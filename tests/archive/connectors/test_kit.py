"""The kit can fail: it finds the connectors that break the contract."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from archive.connectors.contract import Cut, LookUp, Outcome
from archive.connectors.mastodon.client import MastodonConnector, MastodonSession
from archive.connectors.mastodon.normalise import normalise
from tests.archive.connectors.kit import Clock, ConnectorContract, Rig, require_items, require_no_secret, require_ranges
from tests.archive.connectors.loopback import Loopback, Reply, loopback
from tests.archive.connectors.mastodon.samples import OWN_ID, account, dump, status

BODY = dump([status("1"), status("2"), status("3", "", reblog=status("4"))])
CUT = normalise("timeline", BODY, own_id=OWN_ID)


class Hasty(MastodonSession):
    """A connector that takes every failed look-up for a deletion."""

    def look_up(self, id: str) -> LookUp:
        answer = super().look_up(id)
        return answer if answer.item else msgspec.structs.replace(answer, outcome=Outcome.GONE)


class HastyConnector(MastodonConnector):
    def open(self, *arguments: Any) -> MastodonSession:
        return Hasty(*arguments)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


@pytest.mark.parametrize("name", ["forbidden", "server-error", "cut", "a login page"])
def test_a_connector_that_takes_a_refusal_for_a_deletion_fails(server: Loopback, name: str) -> None:
    rig = Rig(
        HastyConnector(), OWN_ID, "1", dump(account()), BODY, dump(status("1")), b"{}", "id", "content", "created_at"
    )
    with pytest.raises(AssertionError):
        ConnectorContract().test_what_proves_nothing_never_means_gone(rig, server, Clock(), name)


def test_ranges_that_are_off_overlap_or_hide_their_nesting_fail() -> None:
    require_ranges(BODY, CUT)
    first, second, outer, inner = CUT.items
    for broken in (
        msgspec.structs.replace(first, stop=second.start + 1),
        msgspec.structs.replace(first, stop=len(BODY) + 1),
    ):
        with pytest.raises(AssertionError):
            require_ranges(BODY, Cut((broken, second)))
    with pytest.raises(AssertionError):
        require_ranges(BODY, Cut((outer, msgspec.structs.replace(inner, within=None))))


def test_a_slice_that_is_not_the_item_fails() -> None:
    first = CUT.items[0]
    require_items(BODY, [first], "id")
    for broken in (msgspec.structs.replace(first, start=first.start + 1), msgspec.structs.replace(first, id="9")):
        with pytest.raises((AssertionError, json.JSONDecodeError)):
            require_items(BODY, [broken], "id")


def test_a_credential_that_is_kept_fails(server: Loopback) -> None:
    server.script(Reply(body=BODY))
    rig = Rig(MastodonConnector(), OWN_ID, "1", b"", BODY, b"", b"", "id", "content", "created_at")
    with rig.open(server, Clock()) as session:
        exchange = session.timeline().exchange
    require_no_secret(exchange, "planted")
    with pytest.raises(AssertionError):
        require_no_secret(msgspec.structs.replace(exchange, headers=(("x", "planted"),)), "planted")
