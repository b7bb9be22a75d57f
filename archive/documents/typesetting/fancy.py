"""Mathematical letters, which posts use to be bold or slanted where a network offers no such thing: 𝗕𝗿𝗲𝗮𝗸𝗶𝗻𝗴.

Unicode has them as font variants of ordinary letters, and no face at hand has them. The sans-serif alphabets are those
of Noto Sans itself, the monospaced one is that of Noto Sans Mono CJK; serif, script, Fraktur and double-struck letters
are drawn in the nearest weight and slant. The text of the document keeps the very letters.
"""

from __future__ import annotations

import functools
import unicodedata
from typing import Final

from archive.documents.typesetting.faces import CJK_MONOSPACED, LATIN, LATIN_ITALIC, cut_name, extent, font, scale
from archive.documents.typesetting.shapes import Shape

_ALPHABETS: Final = range(0x1D400, 0x1D800)
# Style as the character's name has it, face, bold. The place in the list is part of the resource name: only append.
_STYLES: Final = (
    ("BOLD", LATIN, True),
    ("ITALIC", LATIN_ITALIC, False),
    ("BOLD ITALIC", LATIN_ITALIC, True),
    ("SCRIPT", LATIN_ITALIC, False),
    ("BOLD SCRIPT", LATIN_ITALIC, True),
    ("FRAKTUR", LATIN, False),
    ("BOLD FRAKTUR", LATIN, True),
    ("DOUBLE-STRUCK", LATIN, True),
    ("SANS-SERIF", LATIN, False),
    ("SANS-SERIF BOLD", LATIN, True),
    ("SANS-SERIF ITALIC", LATIN_ITALIC, False),
    ("SANS-SERIF BOLD ITALIC", LATIN_ITALIC, True),
    ("MONOSPACE", CJK_MONOSPACED, False),
)


@functools.lru_cache(maxsize=1_024)
def fancy_shape(character: str) -> Shape | None:
    """The mathematical letter in the style that its name says; None for any other character."""
    if len(character) != 1 or ord(character) not in _ALPHABETS:
        return None
    name = unicodedata.name(character, "").removeprefix("MATHEMATICAL ")
    fitting = [number for number, style in enumerate(_STYLES) if name.startswith(f"{style[0]} ")]
    if not fitting:
        return None
    number = max(fitting, key=lambda each: len(_STYLES[each][0]))
    _, face, bold = _STYLES[number]
    cut = font(face, bold=bold)
    glyph = cut.get_nominal_glyph(ord(unicodedata.normalize("NFKC", character)))
    if not glyph:
        return None
    # The same glyph stands for the ordinary letter elsewhere, so the style has a font resource of its own.
    resource = cut_name(face, bold=bold, variant=number + 1)
    advance = cut.get_glyph_h_advance(glyph) * scale(face)
    reach = extent(LATIN)
    return Shape(
        text=character,
        glyphs=(),
        width=advance,
        ascent=reach.ascent,
        descent=reach.descent,
        uses=((resource, glyph, character),),
        simple=(resource, f"{glyph:04X}"),
    )
