"""Pictures made safe to print: decoded under limits and encoded anew, so that nothing of the file itself travels on.

What a camera or a network wrote around the pixels (EXIF, positions, comments, thumbnails, profiles) is gone from the
copy.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps

MAX_BYTES: Final = 40 * 1024 * 1024
MAX_PIXELS: Final = 60_000_000
MAX_SIDE: Final = 1_600
"""Pixels: about 240 dpi over the width of a page."""
QUALITY: Final = 82

_TYPES: Final = frozenset(
    {"image/jpeg", "image/jpg", "image/pjpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff"}
)
# Networks mislabel one of these as another, so each may turn out to be any of them; no other decoder is ever asked.
_DECODERS: Final = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG made by us, at most `MAX_SIDE` pixels a side. `frames` tells how many the original had."""

    jpeg: bytes
    width: int
    height: int
    frames: int


@dataclass(frozen=True, slots=True)
class NotDrawn:
    """Why a file is named instead of drawn; `reason` is a sentence fragment for a reader."""

    reason: str


def is_drawn(media_type: str) -> bool:
    """Whether files of this type are drawn at all, parameters of the type aside."""
    return media_type.partition(";")[0].strip().lower() in _TYPES


def redraw(content: bytes, media_type: str) -> Picture | NotDrawn:
    """Decode a picture whose stated type is one of those drawn, and encode it anew as JPEG on white.

    Never raises on what a file holds.
    """
    if not is_drawn(media_type):
        return NotDrawn("a file of this type is not drawn on paper")
    if not content:
        return NotDrawn("the file is empty")
    if len(content) > MAX_BYTES:
        return NotDrawn("the file is too large to draw")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _redraw(content)
    except Exception:  # decoders fail on hostile bytes in many ways; each becomes the same named placeholder
        return NotDrawn("the file cannot be read as a picture")


def _redraw(content: bytes) -> Picture | NotDrawn:
    with Image.open(io.BytesIO(content), formats=_DECODERS) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            return NotDrawn("the picture has too many pixels to draw")
        frames = int(getattr(opened, "n_frames", 1))
        opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((MAX_SIDE, MAX_SIDE))
        layered = upright.convert("RGBA")
    page = Image.new("RGB", layered.size, "white")
    page.paste(layered, mask=layered.getchannel("A"))
    out = io.BytesIO()
    page.save(out, "JPEG", quality=QUALITY, optimize=False, progressive=False)
    return Picture(out.getvalue(), page.width, page.height, frames)
