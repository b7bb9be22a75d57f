"""Pictures made safe to print: decoded under limits and encoded anew, so that nothing of the file itself travels on.

What a camera or a network wrote around the pixels (EXIF, positions, comments, thumbnails, profiles) is gone from the
copy, whose colours are sRGB: a profile is honoured, then dropped.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final, cast

from PIL import Image, ImageCms

MAX_BYTES: Final = 40 * 1024 * 1024
MAX_PIXELS: Final = {"JPEG": 60_000_000, "WEBP": 20_000_000}
"""By decoder. A JPEG is made smaller while it is decoded; what the others need is measured to stay under 400 MB."""
MAX_PIXELS_ELSE: Final = 36_000_000
MAX_SIDE: Final = 1_600
"""Pixels: about 240 dpi over the width of a page."""
QUALITY: Final = 82

_MAX_PROFILE: Final = 4 * 1024 * 1024
_MAX_SCANNED: Final = 1_200_000_000
"""Pixels times scans of a progressive JPEG: each goes over the whole picture, and a small file may have thousands."""

# The decoder that each stated type may be given to; no other is ever asked.
_DECODERS: Final = {
    "image/jpeg": "JPEG",
    "image/jpg": "JPEG",
    "image/pjpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/x-ms-bmp": "BMP",
    "image/tiff": "TIFF",
}
_MAX_PROGRESSIVE: Final = 120_000_000
"""Pixels times colours of a progressive JPEG: all of it is held, two bytes each, until its last pass."""
_TOO_MANY: Final = "the picture has too many pixels to draw ({millions} million)"
_ORIENTATION: Final = 0x0112
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What the first bytes of a file say of its kind (the WHATWG's table for sniffing, and what people post beside it).
_SIGNS: Final = (
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (0, b"GIF8", "a GIF picture"),
    (8, b"WEBP", "a WebP picture"),
    (0, b"II*\0", "a TIFF picture"),
    (0, b"MM\0*", "a TIFF picture"),
    (0, b"BM", "a BMP picture"),
    (4, b"ftyphei", "a HEIF picture"),
    (4, b"ftypmif1", "a HEIF picture"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftyp", "a film or sound"),
    (0, b"\x1aE\xdf\xa3", "a film or sound"),
    (0, b"%PDF-", "a PDF"),
    (0, b"%!PS", "PostScript"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"MZ", "a program"),
    (0, b"\x7fELF", "a program"),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG made by us, in sRGB, at most `MAX_SIDE` pixels a side. `moves`: the original has more frames than this."""

    jpeg: bytes
    width: int
    height: int
    moves: bool


@dataclass(frozen=True, slots=True)
class NotDrawn:
    """Why a file is named instead of drawn; `reason` is a sentence fragment for a reader."""

    reason: str


def is_drawn(media_type: str) -> bool:
    """Whether files of this type are drawn at all, parameters of the type aside."""
    return _bare(media_type) in _DECODERS


def redraw(content: bytes, media_type: str) -> Picture | NotDrawn:
    """Decode a picture whose stated type is one of those drawn, and encode it anew as JPEG on white.

    A file whose bytes are of another kind than stated is not drawn, and the reason says so. Never raises on what a
    file holds. Memory is bounded by MAX_PIXELS.
    """
    refused = glance(content, len(content), media_type)
    if refused is not None:
        return refused
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _redraw(content, _DECODERS[_bare(media_type)])
    except Image.DecompressionBombError:  # Pillow's own limit is above ours
        return NotDrawn(_TOO_MANY.format(millions="more than 100"))
    except Exception:  # decoders fail on hostile bytes in many ways; each becomes the same named placeholder
        return NotDrawn("the file cannot be read as a picture")


def glance(start: bytes, size: int, media_type: str) -> NotDrawn | None:
    """Why a file of `size` bytes that begins so is not drawn, as far as that tells; None leaves it to decoding."""
    if not is_drawn(media_type):
        return NotDrawn("a file of this type is not drawn on paper")
    if not size:
        return NotDrawn("the file is empty")
    if size > MAX_BYTES:
        return NotDrawn(f"the file is too large to draw (more than {MAX_BYTES // 1024 // 1024} MB)")
    kind = _kind(start)
    if kind is not None and kind.upper() != f"A {_DECODERS[_bare(media_type)]} PICTURE":
        return NotDrawn(f"the file says that it is {_bare(media_type)}, but it is {kind}")
    return None


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _kind(content: bytes) -> str | None:
    """What a file seems to be by its first bytes, None where they say nothing."""
    for place, sign, kind in _SIGNS:
        if content[place : place + len(sign)] == sign:
            return kind
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<svg") or (start.startswith(b"<?xml") and b"<svg" in content[:4096].lower()):
        return "an SVG drawing"
    if start.startswith((b"<!doctype html", b"<html", b"<script")):
        return "an HTML page"
    return None


def _redraw(content: bytes, decoder: str) -> Picture | NotDrawn:
    with Image.open(io.BytesIO(content), formats=(decoder,)) as opened:
        pixels = opened.width * opened.height
        if pixels > MAX_PIXELS.get(decoder, MAX_PIXELS_ELSE):
            return NotDrawn(_TOO_MANY.format(millions=f"{pixels // 1_000_000:,}"))
        if opened.info.get("progressive") and pixels * len(opened.getbands()) > _MAX_PROGRESSIVE:
            return NotDrawn(_TOO_MANY.format(millions=f"{pixels // 1_000_000:,}"))
        if decoder == "JPEG" and content.count(b"\xff\xda") * pixels > _MAX_SCANNED:
            return NotDrawn("the picture is coded in too many passes to draw")
        moves = _moves(opened)
        opened.draft(None, (MAX_SIDE, MAX_SIDE))
        turn = _UPRIGHT.get(opened.getexif().get(_ORIENTATION, 1))
        profile = opened.info.get("icc_profile")
        smaller = _in_eight_bits(opened)
        smaller.thumbnail((MAX_SIDE, MAX_SIDE))
        page = _on_white(_in_srgb(smaller, profile))
    if turn is not None:
        page = page.transpose(turn)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=QUALITY, optimize=False, progressive=False)
    return Picture(out.getvalue(), page.width, page.height, moves)


def _moves(opened: Image.Image) -> bool:
    """Whether there is a second frame. They are not counted: a file may have millions."""
    try:
        return bool(getattr(opened, "is_animated", False)) if opened.format != "TIFF" else False
    except Exception:  # a broken second frame says nothing against the first
        return False


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """A picture that can be made smaller: sixteen bits of grey by their upper eight, a palette as its colours."""
    if image.mode in {"I;16", "I;16L", "I;16B"}:
        upper = 0 if image.mode == "I;16B" else 1
        return Image.frombytes("L", image.size, image.tobytes()[upper::2])
    if image.mode == "I":
        return image.point(lambda value: value * (1 / 257)).convert("L")
    wider = {"1": "L", "P": "RGBA", "PA": "RGBA"}.get(image.mode)
    return image.convert(wider) if wider else image


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """The picture in sRGB, its transparency kept. A profile that does not fit it or cannot be read is passed over."""
    alpha = image.getchannel("A") if "A" in image.getbands() else None
    bare = {"RGBA": "RGB", "RGBX": "RGB", "LA": "L", "La": "L", "RGBa": "RGB", "YCbCr": "RGB"}
    colours = image.convert(bare[image.mode]) if image.mode in bare else image
    if isinstance(profile, bytes) and 0 < len(profile) <= _MAX_PROFILE:
        colours = _converted(colours, profile)
    colours = colours.convert("RGB")
    if alpha is not None:
        colours.putalpha(alpha)
    return colours


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = theirs.profile.xcolor_space.strip()
        if {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}.get(space) != image.mode:
            return image
        ours = ImageCms.createProfile("sRGB")
        return cast(Image.Image, ImageCms.profileToProfile(image, theirs, ours, outputMode="RGB"))
    except (ImageCms.PyCMSError, OSError, ValueError, KeyError, TypeError):
        return image


def _on_white(image: Image.Image) -> Image.Image:
    page = Image.new("RGB", image.size, "white")
    if image.mode == "RGBA":
        page.paste(image, mask=image.getchannel("A"))
    else:
        page.paste(image)
    return page
