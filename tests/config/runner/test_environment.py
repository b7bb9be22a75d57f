"""Each process learns what it needs, and no other secret."""

import base64
import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from config.runner.environment import URL_NAMES, Addresses, Role, environment, verifier_key
from config.runner.errors import RunnerError
from config.runner.outside import Outside
from config.runner.processes import PROCESSES, service_of
from config.runner.state import Kind, State, open_state

_ADDRESSES = Addresses({role: f"postgresql://daybook_{role}" for role in Role}, "redis://", "file:///")


@pytest.fixture
def state(tmp_path: Path) -> State:
    return open_state(Kind.DEMO, tmp_path)


@pytest.mark.parametrize("role", list(Role))
def test_a_process_gets_the_address_of_its_own_role_only(state: State, role: Role) -> None:
    env = environment(state, _ADDRESSES, role)
    assert {name for name in URL_NAMES.values() if name in env} == {URL_NAMES.get(role, "DATABASE_URL")}
    assert ("DAYBOOK_LOG_KEY_FILE" in env) == (role is Role.SEQUENCER)
    assert ("DAYBOOK_STREAM_URL" in env) == (role is Role.BACKUP)
    assert ("STORAGE_URL" in env and "REDIS_URL" in env) == (role is not Role.PUBLIC)


def test_addresses_of_the_caller_are_not_passed_on(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL_MIGRATE", "DAYBOOK_LOG_KEY_FILE", "DJANGO_SETTINGS_MODULE", "STORAGE_URL"):
        monkeypatch.setenv(name, "the caller's")
    assert "the caller's" not in environment(state, _ADDRESSES).values()


def test_the_verifier_key_is_a_signed_note_key(tmp_path: Path) -> None:
    seed = tmp_path / "seed"
    seed.write_bytes(bytes(range(32)))
    name, short, key = verifier_key("demo.daybook.invalid/ledger/1", seed).split("+", 2)
    typed = base64.b64decode(key)
    public = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()
    assert typed == b"\x01" + public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert short == hashlib.sha256(name.encode() + b"\n" + typed).hexdigest()[:8]


def test_only_a_live_state_uses_engines_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*URL_NAMES.values(), "REDIS_URL", "STORAGE_URL"):
        monkeypatch.setenv(name, "outside://")
    assert Outside.of(open_state(Kind.DEMO, tmp_path)) == Outside()
    live = Outside.of(open_state(Kind.LIVE, tmp_path))
    assert live == Outside(dict.fromkeys(URL_NAMES, "outside://"), "outside://", "outside://")


def test_an_outside_database_without_all_its_roles_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in URL_NAMES.values():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", "outside://")
    with pytest.raises(RunnerError, match="DATABASE_URL_SEQUENCER"):
        Outside.of(open_state(Kind.LIVE, tmp_path))


def test_the_public_face_has_credentials_of_its_own_and_mail_goes_to_the_app_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the evidence")
    monkeypatch.setenv("PUBLIC_AWS_SECRET_ACCESS_KEY", "of the copies")
    monkeypatch.setenv("MAIL_URL_FILE", "/etc/daybook/mail")
    live = open_state(Kind.LIVE, tmp_path)
    app, public = environment(live, _ADDRESSES), environment(live, _ADDRESSES, Role.PUBLIC)
    assert (app["AWS_SECRET_ACCESS_KEY"], public["AWS_SECRET_ACCESS_KEY"]) == ("of the evidence", "of the copies")
    assert "of the evidence" not in public.values()
    assert app["MAIL_URL_FILE"] == "/etc/daybook/mail"
    assert not {"MAIL_URL_FILE", "DAYBOOK_SETUP_CODE_FILE"} & public.keys()
    assert app["DAYBOOK_SECRET_KEY_FILE"] != public["DAYBOOK_SECRET_KEY_FILE"]


def test_the_staff_learn_where_the_public_face_is_unless_the_person_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = open_state(Kind.LIVE, tmp_path)
    web = next(process for process in PROCESSES if process.name == "web")
    ports = {"web": 8000, "public": 8100}
    assert service_of(web, live, _ADDRESSES, ports).env["DAYBOOK_PUBLIC_ADDRESS"] == "http://127.0.0.1:8100"
    monkeypatch.setenv("DAYBOOK_PUBLIC_ADDRESS", "https://records.riverton.example")
    told = service_of(web, live, _ADDRESSES, ports).env["DAYBOOK_PUBLIC_ADDRESS"]
    assert told == "https://records.riverton.example"
