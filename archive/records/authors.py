"""Finding an author by what a clerk has: a handle, or the network's own id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.access import policy
from archive.access.actor import Actor
from archive.records.folding import fold
from archive.records.models import Author, Record, SearchDocument, SearchToken
from archive.records.said import said_by

_SEEN = 200  #: newest records with the handle in which an author is looked for
_CHOICES = 20


@dataclass(frozen=True, slots=True)
class AuthorChoice:
    """An author as a filter: `code` stands in addresses, `shown` is name and handle of the newest record of theirs."""

    author_id: int
    code: str
    shown: str


def authors_named(text: str, *, actor: Actor, at: datetime) -> list[AuthorChoice]:
    """Return the authors that `text` may mean: `network:id`, an id, or a handle with or without `@`.

    Several people may have written under one handle over the years: then all of them, at most twenty. Only authors of
    records that the actor may see.
    """
    text = text.strip()
    network, colon, stable_id = text.partition(":")
    found = Author.objects.filter(network=network, stable_id=stable_id) if colon else Author.objects.none()
    if not found:
        found = Author.objects.filter(stable_id=text)
    ids = list(found.values_list("pk", flat=True)[:_CHOICES]) or _by_handle(text, actor, at)
    return authors_by_id(ids, actor=actor, at=at)


def authors_by_id(ids: Sequence[int], *, actor: Actor, at: datetime) -> list[AuthorChoice]:
    """Return those of these authors of whom the actor may see a record."""
    authors = Author.objects.in_bulk(list(dict.fromkeys(ids)))
    choices: list[AuthorChoice] = []
    for author in authors.values():
        documents = policy.visible(actor, SearchDocument.objects.all(), at).filter(author=author)
        newest = documents.order_by("-sort_at", "-record").values_list("record__current__version__event_id", flat=True)
        event = newest.first()
        if event is None:
            continue
        said = said_by([event]).get(event)
        shown = said.author if said and said.author else author.stable_id
        choices.append(AuthorChoice(author.pk, f"{author.network}:{author.stable_id}", shown))
    return choices


def _by_handle(text: str, actor: Actor, at: datetime) -> list[int]:
    """Authors of those records with the handle in them whose own author has that handle."""
    handle = fold(text.removeprefix("@")).text
    tokens = SearchToken.objects.filter(kind="handle", value=handle).order_by("-sort_at")
    records = list(tokens.values_list("record_id", flat=True)[:_SEEN])
    return [
        author_id
        for author_id, own in _handles(records, actor, at)
        if fold(own.removeprefix("@")).text in (handle, handle.partition("@")[0]) and author_id is not None
    ][:_CHOICES]


def _handles(records: Sequence[int], actor: Actor, at: datetime) -> list[tuple[int | None, str]]:
    rows = policy.visible(actor, Record.objects.all(), at).filter(pk__in=records, current__isnull=False)
    found = list(rows.values_list("current__author_id", "current__version__event_id"))
    said = said_by([event for _, event in found])
    return list({(author, said[event].author_handle): None for author, event in found if event in said})
