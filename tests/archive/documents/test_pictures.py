import io

import pypdf
import pytest
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from archive.documents import pictures
from archive.documents.document import Document, Figure
from archive.documents.pictures import NotDrawn, Picture, redraw
from tests.archive.documents.reading import drawn, read, squeezed
from tests.archive.documents.samples import photo


def with_camera_words() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE 40.48 -88.99"
    exif[0x0112] = 6  # to be turned by a quarter
    out = io.BytesIO()
    Image.new("RGB", (300, 100), "red").save(out, "JPEG", exif=exif, comment=b"SECRET-COMMENT")
    return out.getvalue()


def test_nothing_around_the_pixels_survives() -> None:
    original = with_camera_words()
    assert b"SECRET" in original
    picture = redraw(original, "image/jpeg")
    assert isinstance(picture, Picture)
    assert b"SECRET" not in picture.jpeg
    assert (picture.width, picture.height) == (100, 300), "turned as the camera said"
    figure = Figure(original, "image/jpeg", "A red square", "a.jpg")
    assert b"SECRET" not in drawn(Document("t", "en-US", (figure,)))


def test_a_large_picture_is_made_smaller() -> None:
    picture = redraw(photo((4000, 1000)), "image/jpeg")
    assert isinstance(picture, Picture)
    assert (picture.width, picture.height) == (1600, 400)


def test_transparency_is_drawn_on_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    picture = redraw(out.getvalue(), "image/png")
    assert isinstance(picture, Picture)
    assert Image.open(io.BytesIO(picture.jpeg)).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_every_listed_type_is_drawn_even_when_it_is_mislabelled(form: str) -> None:
    assert isinstance(redraw(photo(form=form), "image/jpeg; charset=binary"), Picture)


def many_pixels() -> bytes:
    """A TIFF head that claims an enormous picture."""
    ifd = ImageFileDirectory_v2()
    for tag, value in ((256, 100_000), (257, 100_000), (258, 8), (259, 1), (262, 1), (273, 8), (278, 1), (279, 1)):
        ifd[tag] = value
    out = io.BytesIO()
    out.write(b"II*\0\x08\0\0\0")
    ifd.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", "image/png"),
        (b"junk", "image/png"),
        (photo()[:200], "image/jpeg"),
        (photo(), "video/mp4"),
        (photo(), "image/svg+xml"),
        (many_pixels(), "image/tiff"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "image/jpeg"),
    ],
)
def test_what_cannot_be_drawn_is_named_with_a_reason(content: bytes, media_type: str) -> None:
    assert isinstance(redraw(content, media_type), NotDrawn)
    figure = Figure(content, media_type, "What it shows", "evidence-7.bin", caption="A caption")
    text = squeezed("".join(read(drawn(Document("t", "en-US", (figure,))))))
    assert squeezed(f"Not drawn: evidence-7.bin ({media_type}), ") in text
    assert squeezed("Picture shows: What it shows") in text


def test_a_file_over_the_limit_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_BYTES", 100)
    assert redraw(photo(), "image/jpeg") == NotDrawn("the file is too large to draw")


def test_pictures_are_fetched_one_at_a_time_and_shown_in_order() -> None:
    fetched: list[int] = []

    def fetch(number: int) -> bytes:
        fetched.append(number)
        return photo((100 + number, 50))

    figures = tuple(
        Figure(lambda n=n: fetch(n), "image/jpeg", f"Picture number {n}", f"{n}.jpg")  # type: ignore[misc]
        for n in range(12)
    )
    pdf = drawn(Document("t", "en-US", figures))
    assert fetched == list(range(12))
    assert sum(len(page.images) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages) == 12
