"""Bar L13: the quorum of a policy, two witnesses that were shown two logs, and a witness that somebody else wrote."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from archive.ledger.cosignature import parse_witness, witness_request
from archive.ledger.merkle import consistency_proof
from archive.ledger.note import Checkpoint, parse_note
from archive.ledger.policy import BadPolicy, SplitView, parse_policy, views_compare
from config.drills.outsiders import OwnWitness
from tests.archive.ledger.test_go import SIGNER, VKEY, Published

NAMES = [f"witness.example/{n}" for n in range(4)]
KEYS = [OwnWitness(VKEY, name).vkey for name in NAMES]
WITNESSES = "".join(f"witness w{n} {key} https://w{n}.example/\n" for n, key in enumerate(KEYS))


@pytest.mark.parametrize(
    ("rest", "enough", "too_few"),
    [
        ("quorum none", [], None),
        ("quorum w1", [1], [0, 2, 3]),
        ("group g any w0 w1\nquorum g", [1], [2, 3]),
        ("group g all w0 w1\nquorum g", [0, 1], [0, 2, 3]),
        ("group g 2 w0 w1 w2\nquorum g", [0, 2], [2, 3]),
        ("group g any w0 w1\ngroup h any w2 w3\n# both\n\ngroup both all g h\nquorum both", [1, 3], [0, 1]),
    ],
)
def test_a_quorum_is_met_by_those_it_names_and_no_fewer(
    rest: str, enough: list[int], too_few: list[int] | None
) -> None:
    policy = parse_policy(f"log {VKEY}\n{WITNESSES}{rest}\n")
    assert policy.met([NAMES[n] for n in enough])
    if too_few is not None:
        assert not policy.met([NAMES[n] for n in too_few])
        assert not policy.met([])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum g",
        "quorum none\nquorum none",
        f"witness a {VKEY}\nquorum a",
        f"witness a {KEYS[0][:-2]}\nquorum a",
        f"witness a {KEYS[0]}\nwitness a {KEYS[1]}\nquorum a",
        f"witness a {KEYS[0]}\ngroup g 2 a\nquorum g",
        f"witness a {KEYS[0]}\ngroup g 0 a\nquorum g",
        f"witness a {KEYS[0]}\ngroup g any a a\nquorum g",
        f"witness a {KEYS[0]}\ngroup g any b\nquorum g",
        f"witness a {KEYS[0]}\ngroup g some a\nquorum g",
        "log x y z w\nquorum none",
        "wait",
    ],
    ids=map(str, count()),  # the keys in the texts are of this process only
)
def test_a_policy_that_cannot_be_followed_is_refused(text: str) -> None:
    with pytest.raises(BadPolicy, match=r"policy"):
        parse_policy(text)


def signed(size: int, root: bytes) -> bytes:
    return SIGNER.sign(Checkpoint(SIGNER.name, size, root).text()).render().encode()


def test_two_witnesses_that_were_shown_two_logs_are_told_so(tmp_path: Path, settings: Settings) -> None:
    """Each alone is content: what it saw is consistent. Only together their notes show the split."""
    views = signed(7, bytes(32)), signed(7, b"\1" * 32)
    for name, view in zip(NAMES, views, strict=False):
        status, line = OwnWitness(VKEY, name).answer("/add-checkpoint", witness_request(0, [], view))
        assert status == 200
        (tmp_path / name[-1]).write_bytes(view + line)
    notes = [(tmp_path / "0").read_bytes(), (tmp_path / "1").read_bytes()]
    assert views_compare(notes, [SIGNER.verifier()]) == [SplitView(7, 0, 1)]
    assert views_compare([notes[0], notes[0], signed(8, bytes(32))], [SIGNER.verifier()]) == []
    settings.DAYBOOK_LOG_VKEY = VKEY
    with pytest.raises(CommandError, match="cannot be of one log"):
        call_command("ledger", "compare", str(tmp_path / "0"), str(tmp_path / "1"))
    call_command("ledger", "compare", str(tmp_path / "0"), str(tmp_path / "0"))


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Run `aics-witness` (Python 3.12 or later); yield its address and its key."""
    program = shutil.which("aics-witness")
    if not program:
        pytest.skip("aics-witness is not on this machine (tests/oracles/README.md says how to get it)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = ["--config", str(tmp_path / "witness.json")]
    made = ["--name", "witness.example/w1", "--listen", f"127.0.0.1:{port}", "--db", str(tmp_path / "witness.db")]
    told = subprocess.run(
        [program, "init", *config, *made, "--key-file", str(tmp_path / "key")],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    subprocess.run([program, "add-log", *config, "--origin", SIGNER.name, "--vkey", VKEY], check=True)
    running = subprocess.Popen([program, "serve", *config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                httpx.get(address, timeout=1)
                break
            except httpx.TransportError:
                time.sleep(0.05)  # until it listens
        yield address, next(word for word in told.split() if word.startswith("witness.example/w1+"))
    finally:
        running.terminate()
        running.wait(10)


def test_a_witness_that_somebody_else_wrote_cosigns_and_refuses_as_it_must(
    stranger: tuple[str, str], tmp_path: Path
) -> None:
    address, key = stranger
    log = Published(tmp_path / "log", (5, 300))
    notes = {size: (log.folder / f"checkpoints/{size}").read_bytes() for size in (5, 300)}
    proof = consistency_proof(log.hashes, 5, 300)

    def asked(old: int, path: list[bytes], size: int) -> httpx.Response:
        return httpx.post(f"{address}/add-checkpoint", content=witness_request(old, path, notes[size]), timeout=10)

    assert asked(0, [], 5).status_code == 200
    stale = asked(0, [], 300)
    assert (stale.status_code, stale.text.strip()) == (409, "5")
    assert asked(5, proof[::-1], 300).status_code == 422
    answer = asked(5, proof, 300)
    assert answer.status_code == 200
    text = parse_note(notes[300]).text
    [line] = parse_note(text.encode() + b"\n" + answer.content).signatures
    assert abs(parse_witness(key).time_of(text, line) - time.time()) < 60
