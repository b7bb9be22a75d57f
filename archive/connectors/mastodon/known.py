"""Which fields of Mastodon's entities are known: those that the manifest marks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..manifests import load_manifest

MANIFEST = load_manifest("archive.connectors.mastodon")

_KNOWN = {schema: frozenset(marks) for schema, marks in MANIFEST.fields.items()}
_LONGEST_NAME = 80


def unknown_fields(schema: str, value: dict[str, Any]) -> Iterator[str]:
    """Yield `schema/name` for each field of `value`, and of the entities inside it, that the manifest does not mark."""
    yield from _unknown(schema, value)
    if schema == "account":
        return
    account = value.get("account")
    if type(account) is dict:
        yield from _unknown("account", account)
    for attachment in value.get("media_attachments") or ():
        yield from _unknown("attachment", attachment)
    poll = value.get("poll")
    if type(poll) is dict:
        yield from _unknown("poll", poll)


def _unknown(schema: str, value: dict[str, Any]) -> Iterator[str]:
    if value.keys() <= _KNOWN[schema]:
        return
    for name in sorted(value.keys() - _KNOWN[schema]):
        yield f"{schema}/{name[:_LONGEST_NAME]}"
