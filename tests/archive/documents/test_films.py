import io
import struct
import wave

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents.films import Film, film_of
from tests.archive.documents.samples import photo


def box(name: bytes, inside: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(inside), name) + inside


def a_film(*, scale: int = 600, length: int = 43_440, cover: bytes = b"") -> bytes:
    mvhd = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, scale, length) + bytes(80))
    kept = b""
    if cover:
        data = box(b"data", struct.pack(">II", 13, 0) + cover)
        kept = box(b"udta", box(b"meta", bytes(4) + box(b"hdlr", bytes(25)) + box(b"ilst", box(b"covr", data))))
    return box(b"ftyp", b"isom" + bytes(8)) + box(b"mdat", bytes(5_000)) + box(b"moov", mvhd + kept)


def element(name: bytes, inside: bytes) -> bytes:
    return name + (0x10000000 | len(inside)).to_bytes(4) + inside


def a_webm(length: float) -> bytes:
    scale = element(b"\x2a\xd7\xb1", (1_000_000).to_bytes(3))
    info = element(b"\x15\x49\xa9\x66", scale + element(b"\x44\x89", struct.pack(">d", length)))
    segment = element(b"\x11\x4d\x9b\x74", bytes(12)) + info
    return element(b"\x1aE\xdf\xa3", bytes(8)) + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + segment


def a_sound(seconds: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setparams((1, 2, 8_000, 0, "NONE", ""))
        sound.writeframes(bytes(16_000 * seconds))
    return out.getvalue()


def test_a_film_says_how_long_it_is() -> None:
    assert film_of(a_film()) == Film(72.4)
    assert film_of(a_webm(61_500.0)) == Film(61.5)
    assert film_of(a_sound(3)) == Film(3.0)


def test_a_film_gives_the_picture_it_carries() -> None:
    assert film_of(a_film(cover=photo())).cover == photo()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\0\x18ftypisom",
        a_film()[:3_000],
        a_film(scale=0),
        a_film(scale=1, length=2**32 - 1),
        a_webm(float("nan")),
        struct.pack(">I4s", 1, b"ftyp") + b"\xff" * 8,
    ],
)
def test_what_a_film_does_not_say_or_cannot_mean_is_not_said(content: bytes) -> None:
    assert film_of(content) == Film()


@given(st.sampled_from([a_film(cover=b"x"), a_webm(1.0), a_sound(1)[:200]]), st.integers(0, 400), st.binary(max_size=8))
@settings(max_examples=200)
def test_no_film_is_so_broken_that_it_raises(content: bytes, place: int, patch: bytes) -> None:
    film_of(content[:place] + patch + content[place + len(patch) :])
