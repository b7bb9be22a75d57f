"""A backup's archive brings files and folders below its own place, and nothing else."""

import io
import tarfile
from pathlib import Path

import pyrage
import pytest

from config.continuity.sealing import seal, unseal
from config.continuity.unpacking import unpack


def _archive(*members: tarfile.TarInfo) -> tarfile.TarFile:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(bytes(member.size)))
    out.seek(0)
    return tarfile.open(fileobj=out, mode="r|")


def _member(name: str, kind: bytes = tarfile.REGTYPE, *, size: int = 0, mode: int = 0o644) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.size, member.mode, member.linkname = kind, size, mode, "/etc/passwd"
    member.uid = member.gid = 54_321
    return member


def test_files_and_folders_become_the_owners_alone(tmp_path: Path) -> None:
    members = (_member("secrets", tarfile.DIRTYPE, mode=0o777), _member("secrets/key", size=32), _member("PG_VERSION"))
    with _archive(*members) as tar:
        unpack(tar, tmp_path)
    made = {str(path.relative_to(tmp_path)): path.stat() for path in tmp_path.rglob("*")}
    assert {name: oct(stat.st_mode & 0o777) for name, stat in made.items()} == {
        "secrets": "0o700",
        "secrets/key": "0o600",
        "PG_VERSION": "0o600",
    }
    assert {stat.st_uid for stat in made.values()} == {tmp_path.stat().st_uid}


@pytest.mark.parametrize(
    "member",
    [
        _member("/etc/cron.d/x"),
        _member("a/../../x"),
        _member("link", tarfile.SYMTYPE),
        _member("hard", tarfile.LNKTYPE),
        _member("pipe", tarfile.FIFOTYPE),
        _member("device", tarfile.CHRTYPE),
    ],
    ids=lambda member: member.name,
)
def test_what_is_neither_or_leads_elsewhere_is_refused(tmp_path: Path, member: tarfile.TarInfo) -> None:
    with _archive(member) as tar, pytest.raises(tarfile.TarError, match="no file or folder"):
        unpack(tar, tmp_path / "in")
    assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == []


def test_what_the_taker_raises_first_is_what_comes_out() -> None:
    identity, sealed, calls = pyrage.x25519.Identity.generate(), list[bytes](), 0
    seal([bytes(300_000)], [identity.to_public()], sealed.append)

    def take(chunk: bytes) -> None:
        nonlocal calls
        calls += 1
        raise BrokenPipeError(f"call {calls}")

    with pytest.raises(BrokenPipeError, match="call 1"):
        unseal(sealed, identity, take)
    assert calls == 1
