"""What a version says, read from its committed fields into the words that a page shows."""

import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import orjson
from django.conf.locale import LANG_INFO

from archive.ledger import segments
from archive.ledger.canonical import Json, text_of
from archive.ledger.models import EventContent

_LONE = re.compile("[\ud800-\udfff]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")
_ATTACHMENTS = 100  #: shown of one version; more were taken from no network so far


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a version says of one attachment; the bytes are a `Media` row, if they were captured."""

    n: int
    type: str
    media_type: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Said:
    """A version in words. `text` and `warning` are exactly as captured, lone surrogates included: draw them with the
    filter `visible`. All else can be drawn as it is.
    """

    text: str = ""
    warning: str = ""
    author_name: str = ""
    author_handle: str = ""
    author_id: str = ""
    url: str = ""
    language: str = ""
    visibility: str = ""
    answers: str = ""  #: network id of what it answers
    published_raw: str = ""  #: a network time that came without a zone
    attachments: tuple[Attachment, ...] = ()

    @property
    def lang(self) -> str:
        """The language as HTML may name it; nothing for one that browsers would not know."""
        code = self.language.lower().replace("_", "-")
        return code if _LANGUAGE.fullmatch(code) and code.partition("-")[0] in LANG_INFO else ""

    @property
    def author(self) -> str:
        """Name and handle, or what there is of them, or the network's id."""
        handle = f"@{self.author_handle.removeprefix('@')}" if self.author_handle else ""
        if self.author_name and handle:
            return f"{self.author_name} ({handle})"
        return self.author_name or handle or self.author_id


NOTHING = Said()


def said_of(fields: Mapping[str, Json]) -> Said:
    """Read the fields of a version (schema record/1). A field that is absent or of another type reads as empty."""
    return Said(
        text=segments.join("/content", fields) or "",
        warning=segments.join("/summary", fields) or "",
        author_name=_plain(fields, "/author/name"),
        author_handle=_plain(fields, "/author/handle"),
        author_id=_plain(fields, "/author/id"),
        url=_plain(fields, "/url"),
        language=_plain(fields, "/language"),
        visibility=_plain(fields, "/visibility"),
        answers=_plain(fields, "/inReplyTo"),
        published_raw=_plain(fields, "/published-raw"),
        attachments=tuple(_attachments(fields)),
    )


def said_by(event_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Said]:
    """Read many versions by the ids of their events; one whose content was destroyed is not in the answer."""
    rows = EventContent.objects.filter(pk__in=event_ids).values_list("event_id", "fields")
    return {event_id: said_of(orjson.loads(bytes(fields))) for event_id, fields in rows}


def _attachments(fields: Mapping[str, Json]) -> list[Attachment]:
    found: list[Attachment] = []
    for n in range(_ATTACHMENTS):
        stem = f"/attachment/{n}/"
        if stem + "type" not in fields and stem + "reference" not in fields:
            break
        found.append(
            Attachment(
                n, _plain(fields, stem + "type"), _plain(fields, stem + "mediaType"), _plain(fields, stem + "name")
            )
        )
    return found


def _plain(fields: Mapping[str, Json], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str | Mapping):
        return ""
    return _LONE.sub(lambda found: f"[U+{ord(found[0]):04X}]", text_of(value))
