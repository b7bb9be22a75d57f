"""Draw the pictures that the sandbox serves: small, real, and the same bytes every time."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageDraw

from .world import Picture


def draw(picture: Picture) -> bytes:
    """Return the bytes of a PNG or JPEG with a sky, a ground and its label."""
    return _draw(picture.label, picture.form, picture.width, picture.height)


@lru_cache(maxsize=256)
def _draw(label: str, form: str, width: int, height: int) -> bytes:
    seed = sha256(label.encode()).digest()
    image = Image.new("RGB", (width, height), (150 + seed[0] // 4, 180 + seed[1] // 5, 210 + seed[2] // 6))
    pen = ImageDraw.Draw(image)
    horizon = height * (50 + seed[3] % 25) // 100
    pen.rectangle((0, horizon, width, height), fill=(60 + seed[4] // 4, 90 + seed[5] // 4, 60 + seed[6] // 5))
    for index in range(5):
        left = (seed[7 + index] * width) // 256
        top = horizon - (seed[12 + index] * height) // 700
        shade = 70 + seed[17 + index] // 3
        pen.rectangle((left, top, left + width // 9, horizon), fill=(shade, shade, shade + 12))
    # The built-in font knows Latin-1 only.
    pen.text((8, height - 18), label.encode("latin-1", "replace").decode("latin-1"), fill=(255, 255, 255))
    made = BytesIO()
    image.save(made, format="JPEG" if form == "jpeg" else "PNG")
    return made.getvalue()
