"""A zip that anyone may have made is unpacked in one folder, or named as wrong."""

import io
import random
import stat
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command

from archive.packages.check import bundle_check
from archive.packages.errors import BadZip, NotABundle
from archive.packages.unpack import zip_unpack
from tests.archive.packages.bundles import STRANGER, VKEY


def hostile(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, octets in members:
            archive.writestr(name, octets)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "T/../../x",
        "/T/x",
        "T//x",
        "T/./x",
        "T\\..\\x",
        "C:/x",
        "T/c:x",
        "~/x",
        "T/\x1b[2J",
        "T/" + "x" * 250,
        "x",
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    path = hostile(tmp_path / "x.zip", ("T/good", b"1"), (name, b"2"))
    (tmp_path / "into").mkdir()
    with pytest.raises(BadZip):
        zip_unpack(path, tmp_path / "into")
    assert not (tmp_path / "x").exists()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("twin", ["T/good", "T/GOOD"])
def test_a_name_twice_is_refused_because_readers_differ_in_which_they_take(tmp_path: Path, twin: str) -> None:
    path = hostile(tmp_path / "x.zip", ("T/good", b"1"), (twin, b"2"))
    verdict = bundle_check(path, [VKEY])
    assert verdict.code == 1
    assert "in the zip twice" in verdict.report


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("T/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(BadZip, match="link"):
        zip_unpack(hostile(tmp_path / "x.zip", (link, b"/etc/passwd")), tmp_path)


def test_two_top_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadZip, match="one folder"):
        zip_unpack(hostile(tmp_path / "x.zip", ("T/a", b""), ("U/a", b"")), tmp_path)


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("T/zeros", bytes(50_000_000))
    with pytest.raises(BadZip, match="far more"):
        zip_unpack(tmp_path / "x.zip", tmp_path)
    assert not (tmp_path / "T").exists()


@pytest.mark.parametrize("octets", [b"", b"not a zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_bundle_could_not_be_checked(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(octets)
    with pytest.raises((NotABundle, BadZip)):
        zip_unpack(path, tmp_path)


def test_exit_codes_of_the_check(good_zip: Path, good: Path, tmp_path: Path) -> None:
    assert bundle_check(good_zip, [VKEY]).code == 0
    assert bundle_check(good, [VKEY]).code == 0
    assert bundle_check(good_zip, []).code == 2
    assert bundle_check(good_zip, [STRANGER.verifier().vkey()]).code == 1
    assert bundle_check(tmp_path / "none.zip", [VKEY]).code == 2
    assert bundle_check(good / "README.txt", [VKEY]).code == 2
    assert bundle_check(good_zip, ["not a key"]).code == 2
    assert bundle_check(good_zip, ["--help"]).code == 2


def test_a_flipped_bit_anywhere_in_the_zip_never_makes_another_bundle_that_holds(
    good_zip: Path, tmp_path: Path
) -> None:
    octets, chance = good_zip.read_bytes(), random.Random(7)
    path = tmp_path / "x.zip"
    for _ in range(12):
        place = chance.randrange(len(octets))
        path.write_bytes(octets[:place] + bytes([octets[place] ^ 1 << chance.randrange(8)]) + octets[place + 1 :])
        with zipfile.ZipFile(good_zip) as good:
            try:
                with zipfile.ZipFile(path) as bad:
                    same = {i.filename: bad.read(i) for i in bad.infolist()} == {
                        i.filename: good.read(i) for i in good.infolist()
                    }
            except Exception:
                same = False
        assert (bundle_check(path, [VKEY]).code == 0) is same


def test_a_bundle_that_was_zipped_again_with_deflate_holds(good: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "again.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("TEST-0001")
        for path in good.rglob("*"):
            archive.write(path, f"TEST-0001/{path.relative_to(good)}")
    assert bundle_check(tmp_path / "again.zip", [VKEY]).code == 0


def test_the_command_prints_the_report_and_ends_with_its_code(good_zip: Path) -> None:
    out = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify", str(good_zip), vkey=[VKEY], stdout=out)
    assert end.value.code == 0
    assert out.getvalue().startswith("HOLDS")
    with pytest.raises(SystemExit) as end:
        call_command("verify", str(good_zip), stdout=out)
    assert end.value.code == 2
