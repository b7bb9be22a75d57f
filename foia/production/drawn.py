"""The texts of a document value, whatever its shape: what the leak scan reads before fonts make it unreadable."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from archive.documents.document import Document


def texts_of(document: Document) -> Iterator[str]:
    """Yield every text that drawing the document is given, titles, marks and addresses included."""
    yield from _texts(document)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value):
        for each in fields(value):
            yield from _texts(getattr(value, each.name))
