"""The sheets of production.pdf: one for each produced version, drawn from what may be shown and nothing else."""

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from archive.documents.document import Furniture, Link, Redaction, Span, Spans, Text, plain
from archive.documents.layouts import HistoryLine, MediaShown, RecordSheet
from archive.documents.pictures import MAX_BYTES, is_drawn
from archive.ledger.canonical import parse_time
from archive.ledger.errors import ParseError
from archive.records.models import Media
from foia.production.produced import HistoryEvent, MediaFile, Produced
from foia.production.wording import Wording
from foia.review.redaction import Decision, Withheld

Loader = Callable[[Media, int], bytes]
"""Reads the bytes of a medium, at most so many."""


def sheet_of(each: Produced, *, wording: Wording, load: Loader, furniture: Furniture) -> RecordSheet:
    """Return the sheet of one version."""
    shown = each.shown
    account = each.version.record.account
    notes = []
    if each.decision == Decision.WITHHOLD:
        notes.append(wording.withheld_in_full.format(codes=", ".join(each.codes)))
    elif each.decision == Decision.REDACT:
        notes.append(wording.redacted)
    return RecordSheet(
        title=f"{wording.kinds.get(each.version.record.kind, each.version.record.kind)}, {account.name}",
        mark=each.bates,
        account=f"{account.name} ({account.handle})",
        network=shown.text("/network"),
        kind=wording.kinds.get(shown.text("/kind"), shown.text("/kind")),
        author=_author(each),
        published=_time(shown.text("/published"), wording.zone) or shown.text("/published-raw"),
        captured=_time(shown.text("/event/time"), wording.zone),
        address=_address(each),
        words=_words(each),
        words_language=shown.text("/language") or None,
        in_reply_to=plain(shown.text("/inReplyTo")),
        media=tuple(_media(each, wording, load)),
        history=tuple(_history(each, wording)),
        proof=plain(wording.proof.format(path=f"records/{each.bates}.json")),
        notes=tuple(notes),
        furniture=furniture,
    )


def _words(each: Produced) -> Spans:
    spans: list[Span] = []
    for stem in ("/summary", "/content"):
        runs = each.shown.runs(stem)
        if runs and spans:
            spans.append(Text("\n\n"))
        spans += [Redaction(run.code) if isinstance(run, Withheld) else Text(run) for run in runs if run]
    return tuple(spans)


def _author(each: Produced) -> Spans:
    code = each.shown.code("/author")
    if code:
        return (Redaction(code),)
    name, handle = each.shown.text("/author/name"), each.shown.text("/author/handle")
    return plain(f"{name} (@{handle})" if name and handle else name or handle)


def _address(each: Produced) -> Spans:
    code = each.shown.code("/url")
    if code:
        return (Redaction(code),)
    url = each.shown.text("/url")
    return (Link(url, url),) if url else ()


def _media(each: Produced, wording: Wording, load: Loader) -> Iterator[MediaShown]:
    if each.decision == Decision.WITHHOLD:
        return
    files = {file.media.n: file for file in each.files}
    numbers = {int(name.split("/")[2]) for name in each.shown.values if name.startswith("/attachment/")}
    numbers |= {
        int(hidden.path.split("/")[2]) for hidden in each.shown.withheld if hidden.path.startswith("/attachment/")
    }
    for n in sorted(numbers):
        name = wording.attachment.format(n=n + 1)
        code = each.shown.code(f"/attachment/{n}")
        if code:
            yield MediaShown(name, wording.file, withheld=code)
            continue
        file = files.get(n)
        media_type = each.shown.text(f"/attachment/{n}/mediaType") or (file.media.media_type if file else wording.file)
        yield MediaShown(
            name=f"{name}, {each.bates}-{n + 1}" if file else name,
            media_type=media_type,
            alternative=each.shown.text(f"/attachment/{n}/name"),
            content=_content(file, media_type, load) if file else None,
        )


def _content(file: MediaFile, media_type: str, load: Loader) -> bytes | Callable[[], bytes]:
    """Return how to fetch a picture when it is drawn; what is not drawn is not fetched."""
    if not is_drawn(media_type):
        return b""
    return lambda: load(file.media, MAX_BYTES + 1)


def _history(each: Produced, wording: Wording) -> Iterator[HistoryLine]:
    for event in each.history:
        line = _history_line(event, wording)
        if line is not None:
            yield line


def _history_line(event: HistoryEvent, wording: Wording) -> HistoryLine | None:
    values = event.values
    kind = values.get("/observation/kind")
    if not isinstance(kind, str):
        return None
    who, basis = values.get("/observation/who"), values.get("/observation/basis")
    what = wording.observations.get(kind, kind)
    if isinstance(who, str):
        what = f"{what} ({wording.who.get(who, who)})"
    return HistoryLine(
        when=_time(str(values.get("/event/time", "")), wording.zone),
        what=plain(what),
        how=wording.bases.get(str(basis), str(basis or "")),
    )


def _time(text: str, zone: ZoneInfo) -> str:
    """Return a canonical time in the department's zone with UTC beside it, other text as it is, empty for none."""
    try:
        instant = parse_time(text)
    except ParseError:
        return text
    return time_text(instant, zone)


def time_text(instant: datetime, zone: ZoneInfo) -> str:
    """Return an instant as people read it: the zone's own time with its name, and UTC (legal.md 11.18)."""
    local = instant.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S} {local:%Z} ({instant:%Y-%m-%d %H:%M:%S} UTC)"
