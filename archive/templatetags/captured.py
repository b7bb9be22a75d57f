"""Drawing what was captured: every character visible, instants in UTC, digests and times in words."""

from datetime import UTC, datetime, timedelta

from django import template
from django.template.defaultfilters import date as formatted
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.connectors.registry import connectors
from archive.documents.visible import Kind, browser_pieces
from archive.records.excerpts import Run

register = template.Library()

DEEPEST = 8  #: levels of a thread that are drawn; deeper ones stand at the last


@register.filter
def visible(text: str | None) -> SafeString:
    """Captured text as HTML. What a browser would draw as nothing, or use to reorder the page, is named instead.

    The element around it wants `white-space: pre-wrap` and `dir="auto"`.
    """
    if not text:
        return mark_safe("")
    if text.replace("\n", "").isprintable():
        return conditional_escape(text)
    drawn: list[SafeString] = []
    for piece in browser_pieces(text):
        if piece.kind is Kind.BREAK:
            drawn.append(mark_safe("\n"))
        elif piece.kind is Kind.NAMED:
            drawn.append(format_html('<span class="doc-code-point">{}</span>', piece.text))
        else:
            drawn.append(conditional_escape(piece.text))
    return mark_safe("".join(drawn))  # noqa: S308 every piece is escaped above


@register.filter
def named(text: str | None) -> str:
    """Captured text as plain text, for a title or an attribute: what cannot be seen is named."""
    return "".join(" " if piece.kind is Kind.BREAK else piece.text for piece in browser_pieces(text or ""))


@register.filter
def marked(runs: tuple[Run, ...]) -> SafeString:
    """Runs of captured text, those that a search hit in `<mark>`."""
    return format_html_join(
        "",
        "{}",
        ((format_html("<mark>{}</mark>", visible(run.text)) if run.marked else visible(run.text),) for run in runs),
    )


@register.filter
def network(name: str) -> str:
    """The name of a network as people write it."""
    connector = connectors().get(name)
    return connector.manifest.title if connector else _("imported tables") if name == "import" else name


@register.filter
def utc(at: datetime | None) -> str:
    """An instant to the second in UTC; a dash for none."""
    return formatted(at.astimezone(UTC), "Y-m-d H:i:s") + " UTC" if at else "—"


@register.filter
def lasting(span: timedelta | None) -> str:
    """A length of time in its two largest units; a dash for none."""
    if span is None:
        return "—"
    seconds = int(span.total_seconds())
    if seconds < 1:
        return _("less than a second")
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    words = [
        ngettext("{n} day", "{n} days", days).format(n=f"{days:,}") if days else "",
        ngettext("{n} hour", "{n} hours", hours).format(n=hours) if hours else "",
        ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes) if minutes else "",
        ngettext("{n} second", "{n} seconds", seconds).format(n=seconds) if seconds else "",
    ]
    return " ".join([word for word in words if word][:2])


@register.filter
def level(depth: int) -> int:
    """The level at which an item of a thread is drawn."""
    return min(depth, DEEPEST)


@register.filter
def in_fours(digest: str) -> str:
    """A long digest in groups, so that two can be compared by eye and it breaks at the end of a line."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
