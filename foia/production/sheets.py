"""The sheets of production.pdf: one for each produced version, drawn from what may be shown and nothing else."""

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from archive.documents.addresses import permalink
from archive.documents.document import Furniture, Redaction, Span, Spans, Text, plain
from archive.documents.films import Film, film_of
from archive.documents.layouts import HistoryLine, MediaShown, RecordSheet, StateShown, ThreadItem, moment_text
from archive.documents.layouts.words import shortened
from archive.documents.pictures import MAX_BYTES, is_drawn
from archive.ledger.canonical import parse_time
from archive.ledger.errors import ParseError
from archive.records.models import Media
from foia.production.context import Around, Threads
from foia.production.paths import media_path
from foia.production.produced import HistoryEvent, MediaFile, Produced
from foia.production.wording import Wording
from foia.review.redaction import Decision, Withheld

EXCERPT = 320  #: characters of an item that is shown for context
FILM_READ = 8 << 20  #: bytes at the beginning of a film that are read for its length and its cover

Loader = Callable[[Media, int], bytes]
"""Reads the bytes of a medium, at most so many."""


def sheet_of(
    each: Produced, *, wording: Wording, load: Loader, furniture: Furniture, threads: Threads | None = None
) -> RecordSheet:
    """Return the sheet of one version, with the thread around it as far as `threads` shows it."""
    shown = each.shown
    threads = threads or Threads()
    around = threads.around(each)
    parent = threads.parent(each)
    account = each.version.record.account
    notes = []
    if each.decision == Decision.WITHHOLD:
        notes.append(wording.withheld_in_full.format(codes=", ".join(each.codes)))
    elif each.decision == Decision.REDACT:
        notes.append(wording.redacted)
    if around.more:
        notes.append(wording.more_answers.format(n=around.more))
    return RecordSheet(
        title=f"{wording.kinds.get(each.version.record.kind, each.version.record.kind)}, {account.name}",
        mark=each.bates,
        account=f"{account.name} ({account.handle})",
        network=shown.text("/network"),
        kind=_kind(each, wording),
        author=_author(each),
        published=_time(shown.text("/published"), wording.zone) or shown.text("/published-raw"),
        captured=_time(shown.text("/event/time"), wording.zone),
        address=_address(each),
        words=_words(each),
        words_language=shown.text("/language") or None,
        in_reply_to=plain(_answered(shown.text("/inReplyTo"), parent)),
        media=tuple(_media(each, wording, load)),
        states=tuple(_states(each, wording)),
        by_hand=wording.by_hand if shown.text("/kind") == "by-hand" else "",
        context=tuple(_context(each, around, wording)),
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
    return permalink(each.shown.text("/url"))


def _answered(name: str, parent: Produced | None) -> str:
    return f"{parent.bates} ({name})" if parent is not None else name


def _context(each: Produced, around: Around, wording: Wording) -> Iterator[ThreadItem]:
    """Yield the thread around a version, or nothing where it stands alone. Long words are cut: they have own pages."""
    if not around.above and not around.answers:
        return
    before = ""
    for depth, item in enumerate(around.above):
        yield _context_item(item, wording, depth=depth, answers=before)
        before = item.bates
    depth = len(around.above)
    yield ThreadItem(
        kind=_kind(each, wording),
        author=(),
        posted="",
        words=(),
        depth=depth,
        mark=each.bates,
        answers=before,
        this=True,
    )
    for item in around.answers:
        yield _context_item(item, wording, depth=depth + 1, answers=each.bates)


def _context_item(item: Produced, wording: Wording, *, depth: int, answers: str) -> ThreadItem:
    return ThreadItem(
        kind=_kind(item, wording),
        author=_author(item),
        posted=_time(item.shown.text("/published"), wording.zone) or item.shown.text("/published-raw"),
        words=shortened(_words(item), EXCERPT),
        depth=depth,
        mark=item.bates,
        answers=answers,
        language=item.shown.text("/language") or None,
        states=tuple(_states(item, wording)),
    )


def _kind(each: Produced, wording: Wording) -> str:
    kind = each.shown.text("/kind")
    return wording.kinds.get(kind, kind)


def _states(each: Produced, wording: Wording) -> Iterator[StateShown]:
    """Yield what became of a version on its network, edits aside: those are versions with pages of their own."""
    for event in each.history:
        kind = event.values.get("/observation/kind")
        if isinstance(kind, str) and kind != "edited":
            who = event.values.get("/observation/who")
            when = _time(str(event.values.get("/event/time", "")), wording.zone)
            yield StateShown(kind, when, who if isinstance(who, str) else "")


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
        said = each.shown.text(f"/attachment/{n}/mediaType")
        alternative = each.shown.text(f"/attachment/{n}/name")
        if file is None:
            yield MediaShown(name, said or wording.file, alternative)
            continue
        # What the server said with the bytes; the network's own word only where that is no type of a picture.
        media_type = file.media.media_type if is_drawn(file.media.media_type) else said or file.media.media_type
        film = _film(file, media_type, load)
        yield MediaShown(
            name=file_name(each, n, wording),
            media_type=media_type,
            alternative=alternative,
            content=_content(file, media_type, load),
            size=file.media.stored.size,
            seconds=film.seconds,
            place=media_path(each.bates, file.media),
            still=film.cover,
        )


def file_name(each: Produced, n: int, wording: Wording) -> str:
    """Return the name under which the sheet shows the n-th attachment (from 0), if its bytes are produced."""
    return f"{wording.attachment.format(n=n + 1)}, {each.bates}-{n + 1}"


def _film(file: MediaFile, media_type: str, load: Loader) -> Film:
    """Return what a film or a sound says of itself at its beginning; nothing is read of anything else."""
    if not media_type.startswith(("video/", "audio/")):
        return Film()
    return film_of(load(file.media, FILM_READ))


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
    return moment_text(instant, zone)
