"""The files of a record on paper: a picture, a still with a slip, or words that say what is not there and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from archive.documents.document import Block, Figure, Note, Redaction, Text, plain
from archive.documents.pictures import is_drawn

Content = bytes | Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class MediaShown:
    """A file of the record. `content` None means that its bytes were not captured; `withheld` is an exemption code.

    What is no picture is named on a slip with its size in bytes and its length in seconds, where they are known, and
    where it is to be had (`place`). `still` is a picture out of a film.
    """

    name: str
    media_type: str
    alternative: str = ""
    content: Content | None = None
    withheld: str = ""
    size: int | None = None
    seconds: float | None = None
    place: str = ""
    still: Content | None = None


def media_blocks(media: MediaShown) -> Iterator[Block]:
    """The file as blocks. Nothing of one that is withheld is asked for, its size and length included."""
    if media.withheld:
        yield Note(_("Media withheld"), (Text(f"{media.name} ({media.media_type}) "), Redaction(media.withheld)))
    elif media.content is None:
        words = _("{name} ({type}): the file itself was not captured.")
        yield Note(_("Media not held"), plain(words.format(name=media.name, type=media.media_type)))
    elif is_drawn(media.media_type):
        yield Figure(media.content, media.media_type, media.alternative, media.name, caption=media.name)
    else:
        if media.still is not None:
            shows = media.alternative or _("a still; the film has no description")
            caption = _("Still of {name}").format(name=media.name)
            yield Figure(media.still, "image/jpeg", shows, media.name, caption=caption)
        yield Note(_("Media not drawn"), plain(_slip(media)))


def _slip(media: MediaShown) -> str:
    parts = [media.media_type]
    if media.size is not None:
        parts.append(size_text(media.size))
    if media.seconds is not None:
        parts.append(_("{length} long").format(length=length_text(media.seconds)))
    slip = f"{media.name} ({', '.join(parts)})."
    if media.alternative:
        slip += " " + _("It is described as: {words}").format(words=media.alternative)
    if media.place:
        slip += " " + _("The file is {place}.").format(place=media.place)
    return slip


def size_text(octets: int) -> str:
    """A size as people read it, with the number of bytes beside it."""
    size, unit = float(octets), "bytes"
    for larger in ("kB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{octets:,} bytes" if unit == "bytes" else f"{size:.1f} {unit}, {octets:,} bytes"


def length_text(seconds: float) -> str:
    """A length of time as `1:02:05` or `2:05`; tenths below a minute."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
