import io
import tracemalloc

import pypdf
import pytest
from PIL import Image, ImageCms
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
def test_every_listed_type_is_drawn(form: str) -> None:
    assert isinstance(redraw(photo(form=form), f"Image/{form.title()}; charset=binary"), Picture)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (photo(form="PNG"), "a PNG picture"),
        (photo(form="WEBP"), "a WebP picture"),
        (b"<?xml version='1.0'?>\n<svg onload='x()'/>", "an SVG drawing"),
        (b"\xef\xbb\xbf <!DOCTYPE html><script>x()</script>", "an HTML page"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript"),
        (b"\0\0\0\x20ftypisom", "a film or sound"),
        (b"MZ\x90", "a program"),
    ],
)
def test_a_file_that_lies_about_its_type_is_named_as_what_it_is(content: bytes, kind: str) -> None:
    assert redraw(content, "image/jpeg") == NotDrawn(f"the file says that it is image/jpeg, but it is {kind}")


def swapped(profile: bytes) -> bytes:
    """The profile with red and blue in each other's place."""
    table = bytearray(profile)
    places = {bytes(table[n : n + 4]): n for n in range(132, 132 + 12 * int.from_bytes(table[128:132]), 12)}
    for one, other in ((b"rXYZ", b"bXYZ"),):
        a, b = places[one], places[other]
        table[a + 4 : a + 12], table[b + 4 : b + 12] = table[b + 4 : b + 12], table[a + 4 : a + 12]
    return bytes(table)


def in_colour(profile: bytes, *, mode: str = "RGB", colour: object = (255, 0, 0), form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (8, 8), colour).save(out, form, icc_profile=profile)  # type: ignore[arg-type]
    return out.getvalue()


def middle(picture: Picture | NotDrawn, at: tuple[int, int] = (4, 4)) -> tuple[int, ...]:
    assert isinstance(picture, Picture)
    opened = Image.open(io.BytesIO(picture.jpeg))
    assert opened.mode == "RGB"
    assert opened.info.get("icc_profile") is None
    pixel = opened.getpixel((min(at[0], opened.width - 1), min(at[1], opened.height - 1)))
    assert isinstance(pixel, tuple)
    return tuple(int(part) for part in pixel)


def test_a_colour_profile_is_honoured_and_then_gone() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    red, _, blue = middle(redraw(in_colour(swapped(srgb)), "image/png"))
    assert red < 60 < 200 < blue, "what the profile calls its first colour is blue"
    red, _, blue = middle(redraw(in_colour(srgb), "image/png"))
    assert blue < 60 < 200 < red


@pytest.mark.parametrize("profile", [b"", b"junk", b"\0" * 200])
def test_a_profile_that_cannot_be_read_is_passed_over(profile: bytes) -> None:
    red, _, blue = middle(redraw(in_colour(profile), "image/png"))
    assert blue < 60 < 200 < red


def test_a_profile_for_other_colours_than_the_picture_has_is_passed_over() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert middle(redraw(in_colour(srgb, mode="CMYK", colour=(0, 0, 0, 0), form="JPEG"), "image/jpeg"))[0] > 250
    assert middle(redraw(in_colour(srgb, mode="L", colour=128), "image/png"))[0] in range(125, 132)


@pytest.mark.parametrize("side", [8, 2_000])
@pytest.mark.parametrize(("form", "mode"), [("PNG", "I;16"), ("TIFF", "I;16"), ("TIFF", "I;16B"), ("TIFF", "I")])
def test_sixteen_bits_of_grey_keep_their_shades(side: int, form: str, mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (side, 8), 0x8000).save(out, form)
    assert middle(redraw(out.getvalue(), f"image/{form.lower()}"))[0] in range(125, 132)


def test_a_palette_is_made_smaller_in_its_colours() -> None:
    dots = Image.new("P", (3_200, 3_200))
    dots.putpalette([255, 0, 0, 0, 0, 255])
    dots.paste(1, (0, 0, 3_200, 1_600))
    striped = Image.new("1", (3_200, 8))
    for number in range(0, 3_200, 2):
        striped.paste(1, (number, 0, number + 1, 8))
    out, other = io.BytesIO(), io.BytesIO()
    dots.save(out, "PNG")
    striped.save(other, "PNG")
    assert middle(redraw(out.getvalue(), "image/png"))[2] > 200
    assert 90 < middle(redraw(other.getvalue(), "image/png"), at=(4, 1))[0] < 170, "grey, not every second line"


def test_a_progressive_jpeg_may_hold_fewer_pixels_than_another() -> None:
    out = io.BytesIO()
    Image.new("CMYK", (8_000, 4_000)).save(out, "JPEG", progressive=True)
    assert redraw(out.getvalue(), "image/jpeg") == NotDrawn("the picture has too many pixels to draw (32 million)")


@pytest.mark.parametrize(("size", "millions"), [((20_000, 10_000), "more than 100"), ((10_000, 8_000), "80")])
def test_two_hundred_million_pixels_are_named_and_not_unpacked(size: tuple[int, int], millions: str) -> None:
    out = io.BytesIO()
    Image.new("1", size).save(out, "PNG")
    tracemalloc.start()
    found = redraw(out.getvalue(), "image/png")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == NotDrawn(f"the picture has too many pixels to draw ({millions} million)")
    assert peak < 4_000_000


def test_a_jpeg_of_endless_passes_is_not_gone_through() -> None:
    out = io.BytesIO()
    Image.new("L", (4_000, 2_000)).save(out, "JPEG", progressive=True)
    begun = out.getvalue()
    scan = begun.rindex(b"\xff\xda")
    bomb = begun[:scan] + begun[scan:-2] * 200 + b"\xff\xd9"
    assert redraw(bomb, "image/jpeg") == NotDrawn("the picture is coded in too many passes to draw")
    assert isinstance(redraw(begun, "image/jpeg"), Picture)


def test_of_a_moving_picture_the_first_frame_is_drawn_and_the_others_are_not_counted() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    picture = redraw(out.getvalue(), "image/gif")
    assert isinstance(picture, Picture)
    assert picture.moves
    assert middle(picture)[0] > 200
    still = redraw(photo(form="GIF"), "image/gif")
    assert isinstance(still, Picture)
    assert not still.moves


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
        (photo()[:5_000] + b"\0" * 9, "image/png"),
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
    assert redraw(photo(), "image/jpeg") == NotDrawn("the file is too large to draw (more than 0 MB)")


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
