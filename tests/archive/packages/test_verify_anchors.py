"""What outsiders vouch for: time stamps that OpenSSL checks, and the lines of witnesses."""

import base64
import shutil
import sys
import time
from collections.abc import Callable
from hashlib import sha256, sha512
from pathlib import Path

import pytest

from archive.ledger.timestamps import stamp_request
from archive.packages import verify
from config.drills.outsiders import Authority, OwnWitness
from tests.archive.packages.bundles import STRANGER, VKEY, Log, build, copy, retag, unpack
from tests.archive.packages.judge import run

STAMP = "proofs/checkpoint.tsr"
NOW = 1_900_000_000

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl on this machine")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("other"))


def stamped_by(*authorities: Authority) -> Callable[[bytes], list[bytes]]:
    return lambda text: [each.stamp("", stamp_request(text))[1] for each in authorities]


@pytest.fixture(scope="module")
def stamped(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stamped")
    return unpack(build(folder, stamp=stamped_by(authority)), folder / "unpacked")


@needs_openssl
def test_a_time_stamp_holds_under_the_certificate_that_was_given(stamped: Path, authority: Authority) -> None:
    done = run("--vkey", VKEY, "--tsa-root", str(authority.root), str(stamped))
    assert done.returncode == 0, done.stdout
    first = done.stdout.split("\n")[0]
    assert "anchor" not in first
    assert f"  not after: {time.strftime('%Y-%m-%d', time.gmtime())}" in done.stdout
    assert "hours from capture, as claimed, to the first outside anchor here: " in done.stdout


@needs_openssl
def test_without_a_certificate_it_is_said_what_to_do(stamped: Path) -> None:
    done = run("--vkey", VKEY, str(stamped))
    assert done.returncode == 2
    assert f"  [anchor.unchecked] {STAMP}: the outside time stamp: give --tsa-root FILE" in done.stdout
    assert "The outside anchor was not checked" in done.stdout.split("\n")[0]


@needs_openssl
def test_a_machine_without_openssl_checks_all_else(stamped: Path, authority: Authority) -> None:
    import subprocess

    command = [sys.executable, "-I", "-S", str(stamped / "verify.py"), "--vkey", VKEY, "--tsa-root"]
    done = subprocess.run(
        [*command, str(authority.root)], env={"PATH": "/nowhere"}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert "[anchor.unreadable]" in done.stdout


@needs_openssl
def test_a_program_that_the_bundle_brings_is_not_run(stamped: Path, authority: Authority, tmp_path: Path) -> None:
    import subprocess

    top = copy(stamped, tmp_path)
    (top / "openssl").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 0\n")
    (top / "openssl").chmod(0o755)
    command = [sys.executable, "-I", "-S", str(stamped / "verify.py"), "--vkey", VKEY, "--tsa-root"]
    subprocess.run(
        [*command, str(authority.root), str(top)],
        env={"PATH": str(top)},
        cwd=top,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    assert not (tmp_path / "ran").exists()


@needs_openssl
def test_another_authority_is_not_a_finding_but_is_not_enough(stamped: Path, other: Authority) -> None:
    done = run("--vkey", VKEY, "--tsa-root", str(other.root), str(stamped))
    assert done.returncode == 2
    assert "[anchor.untrusted]" in done.stdout


@needs_openssl
def test_of_two_time_stamps_each_needs_its_authority(authority: Authority, other: Authority, tmp_path: Path) -> None:
    top = unpack(build(tmp_path, stamp=stamped_by(authority, other)), tmp_path / "unpacked")
    assert (top / "proofs/checkpoint.2.tsr").exists()
    roots = ["--tsa-root", str(authority.root)], ["--tsa-root", str(other.root)]
    assert run("--vkey", VKEY, *roots[0], str(top)).returncode == 2
    done = run("--vkey", VKEY, *roots[0], *roots[1], str(top))
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("  not after: ") == 2


@needs_openssl
def test_a_time_stamp_holds_after_its_certificate_has_expired(tmp_path: Path) -> None:
    brief = Authority(tmp_path / "brief", days=1)
    top = unpack(build(tmp_path, stamp=stamped_by(brief)), tmp_path / "unpacked")
    text = (top / "proofs/checkpoint").read_bytes().partition(b"\n\n")[0] + b"\n"
    words = ("-verify", "-digest", sha512(text).hexdigest(), "-in", str(top / STAMP), "-CAfile")
    later = ("-attime", str(int(time.time()) + 40 * 86400))
    assert not verify.openssl("/x", *words, str(brief.root), *later).startswith("exit 0")
    assert run("--vkey", VKEY, "--tsa-root", str(brief.root), str(top)).returncode == 0


@needs_openssl
@pytest.mark.parametrize("given", [True, False], ids=["certificate", "none"])
@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda token: b"", "anchor.form"),
        (lambda token: b"a token", "anchor.form"),
        (lambda token: token[:-1], "anchor.form"),
        (lambda token: token + b"\0", "anchor.form"),
        (lambda token: b"0\x82" + (900).to_bytes(2, "big") + bytes(900), "anchor.message"),
    ],
)
def test_a_broken_time_stamp_is_wrong(
    stamped: Path, authority: Authority, tmp_path: Path, spoil: Callable[[bytes], bytes], code: str, given: bool
) -> None:
    top = copy(stamped, tmp_path)
    (top / STAMP).write_bytes(spoil((top / STAMP).read_bytes()))
    retag(top)
    done = run("--vkey", VKEY, *(["--tsa-root", str(authority.root)] if given else []), str(top))
    assert (done.returncode, f"[{code}] {STAMP}" in done.stdout) == (1, True), done.stdout


@needs_openssl
def test_a_time_stamp_of_another_checkpoint_is_wrong(stamped: Path, authority: Authority, tmp_path: Path) -> None:
    top = copy(stamped, tmp_path)
    (top / STAMP).write_bytes(authority.stamp("", stamp_request(b"another text\n"))[1])
    retag(top)
    done = run("--vkey", VKEY, str(top))
    assert (done.returncode, f"[anchor.message] {STAMP}" in done.stdout) == (1, True)


@needs_openssl
def test_a_false_signature_under_a_time_stamp_is_wrong(stamped: Path, authority: Authority, tmp_path: Path) -> None:
    top = copy(stamped, tmp_path)
    token = (top / STAMP).read_bytes()
    (top / STAMP).write_bytes(token[:-1] + bytes([token[-1] ^ 1]))
    retag(top)
    done = run("--vkey", VKEY, "--tsa-root", str(authority.root), str(top))
    assert (done.returncode, f"[anchor.false] {STAMP}" in done.stdout) == (1, True), done.stdout


@needs_openssl
def test_no_changed_time_stamp_is_taken_for_good(stamped: Path, authority: Authority, tmp_path: Path) -> None:
    """Each byte is changed in turn; unsigned parts of a response may change, so its digest and its time are held."""
    top = copy(stamped, tmp_path)
    token = (top / STAMP).read_bytes()
    text = (top / "proofs/checkpoint").read_bytes().partition(b"\n\n")[0] + b"\n"
    at = token.index(sha512(text).digest())
    for place in range(at - 20, at + 90, 5):  # the version, the imprint, the serial number and the time
        (top / STAMP).write_bytes(token[:place] + bytes([token[place] ^ 4]) + token[place + 1 :])
        bundle = verify.Bundle(str(top), [verify.key_parse(VKEY)], [str(authority.root)])
        bundle.run(1)
        assert bundle.anchors == [], place


WITNESS = OwnWitness(VKEY)


def cosigned(witness: OwnWitness = WITNESS, at: int = NOW) -> Callable[[bytes], bytes]:
    witness.clock = lambda: at
    witness.size, witness.root = 0, sha256(b"").digest()
    return lambda note: note + witness.answer("/add-checkpoint", b"old 0\n\n" + note)[1]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seen")
    return unpack(build(folder, cosign=cosigned()), folder / "unpacked")


def test_a_witness_that_was_named_says_when(seen: Path) -> None:
    done = run("--vkey", VKEY, "--witness", WITNESS.vkey, str(seen))
    assert done.returncode == 0, done.stdout
    assert "  not after: 2030-03-17 17:46:40 UTC, witness witness.example/1\n" in done.stdout


def test_a_witness_that_was_not_named_leaves_something_unchecked(seen: Path) -> None:
    done = run("--vkey", VKEY, str(seen))
    assert done.returncode == 2
    assert "[witness.unchecked] proofs/checkpoint: signed by witness.example/1+" in done.stdout


def test_a_named_witness_that_did_not_sign_leaves_something_unchecked(good: Path) -> None:
    done = run("--vkey", VKEY, "--witness", WITNESS.vkey, str(good))
    assert done.returncode == 2
    assert "[witness.absent]" in done.stdout


def test_a_witness_cannot_stand_in_for_the_log_nor_the_log_for_a_witness(seen: Path) -> None:
    assert run("--witness", WITNESS.vkey, str(seen)).returncode == 2
    for words in (("--vkey", WITNESS.vkey), ("--witness", VKEY)):
        done = run(*words, str(seen))
        assert done.returncode == 2
        assert "[key.form]" in done.stderr


def test_a_time_moved_in_a_witness_s_line_is_false() -> None:
    note = cosigned()(Log([b"a", b"b"]).note())
    keys = [verify.key_parse(VKEY), verify.key_parse(WITNESS.vkey, verify.WITNESS)]
    assert verify.checkpoint_open(note, keys).seen == ((NOW, "witness.example/1"),)
    encoded = note.decode().splitlines()[-1].split(" ")[2]
    octets = bytearray(verify.base64_bytes(encoded))
    octets[11] ^= 1
    moved = note.replace(encoded.encode(), base64.b64encode(octets))
    with pytest.raises(verify.Wrong, match="is false"):
        verify.checkpoint_open(moved, keys)


def test_a_key_of_the_log_s_name_with_another_id_is_told_apart(good: Path) -> None:
    done = run("--vkey", STRANGER.verifier().vkey(), str(good))
    assert "[key.id] proofs/checkpoint" in done.stdout
    name, identity, key = VKEY.split("+", 2)
    done = run("--vkey", f"{name}+{identity[::-1]}+{key}", str(good))
    assert (done.returncode, "[key.id]" in done.stderr) == (2, True)
