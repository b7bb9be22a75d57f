"""A state knows what it is, for ever, and keeps its secrets to its owner."""

import json
import os
import stat
from pathlib import Path

import pytest

from config.runner.errors import RunnerError
from config.runner.state import Kind, open_state, state_exists


def test_a_state_opened_again_is_the_same(tmp_path: Path) -> None:
    assert not state_exists(Kind.LIVE, tmp_path)
    first = open_state(Kind.LIVE, tmp_path)
    assert state_exists(Kind.LIVE, tmp_path)
    assert open_state(Kind.LIVE, tmp_path) == first


def test_live_ledgers_have_names_of_their_own_and_demonstrations_say_what_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAYBOOK_LOG_ORIGIN", raising=False)
    assert open_state(Kind.LIVE, tmp_path / "a").origin != open_state(Kind.LIVE, tmp_path / "b").origin
    assert open_state(Kind.DEMO, tmp_path / "a").origin == "demo.daybook.invalid/ledger/1"


def test_a_state_never_changes_its_kind(tmp_path: Path) -> None:
    open_state(Kind.LIVE, tmp_path)
    (tmp_path / "live").rename(tmp_path / "demo")
    with pytest.raises(RunnerError, match="never changes its kind"):
        open_state(Kind.DEMO, tmp_path)


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"kind": "queer"}', json.dumps({"kind": "live"})])
def test_a_damaged_description_is_refused_and_left_alone(tmp_path: Path, damage: str) -> None:
    open_state(Kind.LIVE, tmp_path)
    about = tmp_path / "live" / "about.json"
    about.write_text(damage)
    with pytest.raises(RunnerError, match="damaged"):
        open_state(Kind.LIVE, tmp_path)
    assert about.read_text() == damage


def test_secrets_stay_the_same_and_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        secrets = open_state(Kind.LIVE, tmp_path).secrets
        password, key = secrets.password("daybook_app"), secrets.key_file("log-key")
    finally:
        os.umask(before)
    assert secrets.password("daybook_app") == password
    assert len(key.read_bytes()) == 32
    for path in (key, tmp_path / "live" / "secrets" / "daybook_app"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (tmp_path / "live", tmp_path / "live" / "secrets"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_an_empty_secret_of_a_full_disk_is_made_anew(tmp_path: Path) -> None:
    secrets = open_state(Kind.LIVE, tmp_path).secrets
    (tmp_path / "live" / "secrets" / "valkey").touch()
    assert len(secrets.password("valkey")) > 40
