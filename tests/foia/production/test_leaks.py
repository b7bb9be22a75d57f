"""The leak scan finds what it is told to hide, in every disguise, and nothing else."""

import gzip
import io
import json
import zipfile
import zlib
from base64 import a85encode, b64encode, urlsafe_b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foia.production.leaks import LeakSearch, Secret, windows

PHONE = "+1 312 555 0142"
SECRET = Secret(PHONE, "DEMO-000001", "/content")


def findings(octets: bytes, tmp_path: Path, *, text: str = PHONE, fixed: tuple[str, ...] = ()) -> set[str]:
    path = tmp_path / "file"
    path.write_bytes(octets)
    found = LeakSearch([Secret(text, "DEMO-000001", "/content")], fixed=fixed).in_file("data/file", path)
    assert all(each.bates == "DEMO-000001" and each.file == "data/file" for each in found)
    return {each.form for each in found}


def zipped(octets: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.txt", octets * 40)
    return out.getvalue()


def pdf_with(stream: bytes) -> bytes:
    return b"%PDF-1.4\n1 0 obj\n<< /Length 1 >>\nstream\n" + stream + b"\nendstream\nendobj\n"


LEAK = b"call " + PHONE.encode() + b" now"


DISGUISES = {
    "plain": (LEAK, "plain"),
    "utf-16-le": (LEAK.decode().encode("utf-16-le"), "utf-16-le"),
    "utf-16-be": (LEAK.decode().encode("utf-16-be"), "utf-16-be"),
    "hex": (LEAK.hex().encode(), "hex"),
    "hex capitals": (LEAK.hex().upper().encode(), "hex"),
    "pdf string": (LEAK.decode().encode("utf-16-be").hex().upper().encode(), "hex utf-16-be"),
    "base64": (b64encode(LEAK), "base64"),
    "base64 one on": (b64encode(b"x" + LEAK), "base64"),
    "base64 two on": (b64encode(b"xy" + LEAK), "base64"),
    "base64url": (urlsafe_b64encode(b"\xff\xff" + LEAK), "base64"),
    "zlib": (zlib.compress(LEAK * 50), "plain compressed"),
    "zlib behind a false start": (b"junk\x78\x9c" + zlib.compress(LEAK * 50), "plain compressed"),
    "gzip": (gzip.compress(LEAK * 50, mtime=0), "plain compressed"),
    "zip": (zipped(LEAK), "plain compressed"),
    "pdf stream": (pdf_with(zlib.compress(LEAK * 50)), "plain compressed"),
    "pdf stream in ascii85": (pdf_with(a85encode(zlib.compress(LEAK * 50)) + b"~>"), "plain compressed"),
    "pdf stream in hex": (pdf_with(zlib.compress(LEAK * 50).hex().encode() + b">"), "plain compressed"),
    "address": (b"https://x.invalid/?q=%2B1%20312%20555%200142", "percent"),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_planted_leak_is_found_in_every_disguise(disguise: str, tmp_path: Path) -> None:
    octets, form = DISGUISES[disguise]
    assert form in findings(octets, tmp_path)


def test_what_does_not_hold_the_text_is_clean(tmp_path: Path) -> None:
    assert not findings(b"call +1 312 555 0143 now" + zlib.compress(b"nothing here" * 99), tmp_path)
    assert not findings(b"", tmp_path)


def test_a_part_of_a_long_text_is_found(tmp_path: Path) -> None:
    text = " ".join(f"word{n}" for n in range(200))
    assert findings(text[300:430].encode(), tmp_path, text=text) == {"plain"}
    assert max(map(len, windows(text))) == 64


def test_a_part_that_somebody_else_said_openly_is_no_leak_but_the_whole_is(tmp_path: Path) -> None:
    quoted = "".join(f"quoted words {n} " for n in range(30))
    secret = f"He told me: {quoted} and his number is {PHONE}"
    search = LeakSearch([Secret(secret, "DEMO-000001", "/content")])
    assert search.in_text("data/file", quoted)
    search.explain(f"I heard them say: {quoted} and so on, that is all")
    assert not search.in_text("data/file", quoted)
    search.explain(secret)
    assert search.in_text("data/file", secret)


def test_text_beyond_ascii_is_found_escaped_and_recomposed(tmp_path: Path) -> None:
    text = "Zoë Ångström"
    assert "escaped" in findings(json.dumps({"name": text}).encode(), tmp_path, text=text)
    assert "plain" in findings("Zoe\u0308 A\u030angstro\u0308m".encode(), tmp_path, text=text)


def test_short_texts_are_looked_for_in_texts_and_not_in_random_bytes(tmp_path: Path) -> None:
    search = LeakSearch([Secret("Anna", "DEMO-000001", "/author/name")])
    path = tmp_path / "file"
    path.write_bytes(b"Anna")
    assert not search.in_file("data/file", path)
    [finding] = search.in_text("data/file", "by Anna B.")
    assert (finding.form, finding.path) == ("plain", "/author/name")


def test_what_every_bundle_says_is_left_to_the_structure(tmp_path: Path) -> None:
    search = LeakSearch([Secret("Police Department", "D-1", "/content")], fixed=["Anytown Police Department, Illinois"])
    assert (search.searched, search.left_out) == (0, 1)
    assert not search.in_text("data/letter.pdf", "Anytown Police Department")


def test_a_leak_across_the_border_of_two_inflated_pieces_is_found(tmp_path: Path) -> None:
    for before in range((1 << 20) - len(PHONE) - 2, (1 << 20) + 2):
        if before % 8 == 0:
            assert "plain compressed" in findings(zlib.compress(b"." * before + LEAK + b"." * 99), tmp_path), before


@settings(max_examples=200, deadline=None)
@given(
    number=st.from_regex(r"[0-9]{9,19}", fullmatch=True),
    digit=st.integers(1, 9),
    end=st.sampled_from([0, -1]),
    before=st.binary(max_size=5),
    after=st.binary(max_size=5),
)
def test_a_number_that_differs_in_one_digit_is_not_taken_for_the_hidden_one(
    number: str, digit: int, end: int, before: bytes, after: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = end % len(number)
    other = number[:place] + str((int(number[place]) + digit) % 10) + number[place + 1 :]
    folder = tmp_path_factory.mktemp("hay")
    assert findings(b64encode(before + number.encode() + after), folder, text=number) == {"base64"}
    assert not findings(b64encode(before + other.encode() + after), folder, text=number)


@settings(max_examples=60, deadline=None)
@given(text=st.text(min_size=8, max_size=80), before=st.binary(max_size=7), after=st.binary(max_size=7))
def test_base64_of_any_text_at_any_place_is_found(
    text: str, before: bytes, after: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = text.strip()
    if len(text.encode("utf-8", "surrogatepass")) < 9 or len(text) < 4:
        return
    octets = b64encode(before + text.encode("utf-8", "surrogatepass") + after)
    assert findings(octets, tmp_path_factory.mktemp("hay"), text=text)
