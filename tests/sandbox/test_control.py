"""The puppeteer's acts are checked, kept, and all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import store
from sandbox.faults import KINDS
from sandbox.puppeteer import Unwilling
from sandbox.server import Options
from sandbox.world import World
from tests.sandbox.conftest import CONTROL, TOKEN, Reader


@pytest.mark.parametrize(
    "act,arguments",
    [
        ("post", {}),
        ("post", {"text": 5}),
        ("post", {"text": "x", "mood": "odd"}),
        ("post", {"text": "x", "author": "nobody"}),
        ("post", {"text": "x", "at": "2025-01-01T00:00:00"}),
        ("post", {"text": "x", "at": "2025-02-30T00:00:00Z"}),
        ("post", {"text": "x" * 100_001}),
        ("post", {"text": "x", "visibility": "secret"}),
        ("post", {"text": "x", "pictures": [{"label": "x", "form": "gif"}]}),
        ("post", {"text": "x", "pictures": [{"label": "x", "width": 100_000}]}),
        ("post", {"text": "x", "pictures": [{"label": "x"}] * 17}),
        ("comment", {"text": "x"}),
        ("comment", {"text": "x", "to": "5"}),
        ("comment", {"text": "x", "to": "../5"}),
        ("edit", {"key": "nothing"}),
        ("hide", {}),
        ("dance", {}),
        ("faults", {"kind": "earthquake"}),
        ("faults", {"kind": "500", "count": "many"}),
    ],
)
def test_an_act_that_makes_no_sense_is_refused_and_changes_nothing(reader: Reader, act: str, arguments: object) -> None:
    before = reader.strings.list()
    with pytest.raises(Unwilling):
        reader.strings.act(act, **arguments)  # type: ignore[arg-type]
    assert reader.strings.list() == before


def test_a_batch_is_done_whole_or_not_at_all(reader: Reader) -> None:
    with pytest.raises(Unwilling):
        reader.strings.perform([{"act": "post", "text": "one"}, {"act": "post"}])
    assert reader.strings.list()["statuses"] == []
    assert len(reader.strings.perform([{"act": "post", "text": "one"}, {"act": "post", "text": "two"}])) == 2


def test_a_body_that_is_no_json_or_too_long_is_refused(reader: Reader) -> None:
    assert reader.ask("/control/post", CONTROL, "POST", b"{")[0] == 400
    assert reader.ask("/control/post", CONTROL, "POST", b"[" * 100_000)[0] == 400
    assert reader.ask("/control/batch", CONTROL, "POST", b"{}")[0] == 422


def test_the_clock_can_be_stopped(reader: Reader) -> None:
    reader.strings.act("clock", now="2020-02-02T02:02:02Z")
    post = reader.strings.post("then")
    assert reader.get(f"/api/v1/statuses/{post}")["created_at"] == "2020-02-02T02:02:02.000Z"
    reader.strings.act("clock", now=None)
    assert reader.get(f"/api/v1/statuses/{reader.strings.post('now')}")["created_at"] > "2025"


def test_faults_strike_as_often_as_asked_where_they_match(reader: Reader, world: World) -> None:
    path = f"/api/v1/accounts/{world.page}/statuses"
    reader.strings.fault("500", path="/api/v1/accounts/*/statuses", count=2, skip=1)
    assert [reader.ask(path)[0] for _ in range(4)] == [200, 500, 500, 200]
    reader.strings.fault("429", path=path, retry_after="3")
    assert reader.ask(f"/api/v1/accounts/{world.page}")[0] == 200
    assert reader.ask(path)[0] == 429
    assert reader.headers["retry-after"] == "3"
    reader.strings.fault("500", count=100)
    reader.strings.clear_faults()
    assert reader.ask(path)[0] == 200


@pytest.mark.parametrize(
    "kind", sorted(set(KINDS) - {"slow", "cut", "oversize", "malformed", "lone-surrogate", "html"})
)
def test_every_fault_can_strike_every_kind_of_answer(reader: Reader, world: World, kind: str) -> None:
    post = reader.strings.post("One", pictures=[{"label": "Dog"}])
    for path in (
        f"accounts/{world.page}",
        f"accounts/{world.page}/statuses",
        f"statuses/{post}",
        f"statuses/{post}/context",
    ):
        reader.strings.fault(kind)
        reader.ask(f"/api/v1/{path}")
    reader.strings.fault(kind, path="/media/*")
    reader.ask(f"/media/avatar/{world.page}.png")
    assert not any(fault["count"] for fault in reader.strings.list()["faults"])


class TestWithAFolder:
    @pytest.fixture
    def options(self, tmp_path: Path) -> Options:
        return Options(TOKEN, CONTROL, tmp_path / "kept")

    def test_a_restart_finds_the_world_again(self, reader: Reader, tmp_path: Path) -> None:
        post = reader.strings.post("kept", key="k", pictures=[{"label": "Dog"}])
        reader.strings.edit(key="k", text="kept, and edited")
        reader.strings.hide(key="k")
        found = store.load(tmp_path / "kept")
        assert found is not None
        status = found.require(int(post))
        assert ([one.text for one in status.revisions], status.hidden) == (["kept", "kept, and edited"], True)
        assert found.pictures[status.now.media[0]].label == "Dog"

    def test_a_damaged_file_is_told_and_not_overwritten(self, tmp_path: Path) -> None:
        store.save(tmp_path, World())
        (tmp_path / store.FILE).write_text("{")
        with pytest.raises(ValueError, match="cannot be read"):
            store.load(tmp_path)
