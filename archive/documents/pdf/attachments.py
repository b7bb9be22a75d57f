"""Files inside a file (ISO 32000-1, 7.11.4; ISO 19005-3, 6.8)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from archive.documents.document import Attachment
from archive.documents.pdf.strings import byte_string, one_line, text_string
from archive.documents.pdf.writer import Writer

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*/[A-Za-z0-9.+-]+", re.ASCII)
_PATH = re.compile(r"[\\/:\x00-\x1f]")


def write_attachments(writer: Writer, attachments: Iterable[Attachment]) -> list[int]:
    """Embed the files in the order given; answers the numbers of their specifications."""
    return [_write(writer, attachment) for attachment in attachments]


def names_tree(specifications: Iterable[int]) -> bytes:
    """The name tree of the files. Its keys are sorted; numbers keep the order."""
    entries = b"".join(b"(%06d)%d 0 R" % each for each in enumerate(specifications, start=1))
    return b"<</EmbeddedFiles<</Names[%s]>>>>" % entries


def _write(writer: Writer, attachment: Attachment) -> int:
    digest = byte_string(hashlib.md5(attachment.content, usedforsecurity=False).digest())
    stream = writer.add_stream(
        attachment.content,
        b"/Type/EmbeddedFile/Subtype%s/Params<</Size %d/CheckSum%s>>"
        % (_type_name(attachment.media_type), len(attachment.content), digest),
    )
    # A viewer may save under this name: no path travels in it.
    name = text_string(_PATH.sub("_", attachment.name) if one_line(attachment.name) else "file")
    return writer.add(
        b"<</Type/Filespec/F%s/UF%s/Desc%s/AFRelationship/%s/EF<</F %d 0 R/UF %d 0 R>>>>"
        % (name, name, text_string(attachment.description), attachment.relation.encode("ascii"), stream, stream)
    )


def _type_name(media_type: str) -> bytes:
    """The media type as a PDF name, in which a slash is written by its number (ISO 32000-1, 7.3.5)."""
    known = media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"
    return b"/" + known.replace("/", "#2F").encode("ascii")
