"""From Mastodon's entities to the fields of record/1 (names: contract.py, MUST 8)."""

from __future__ import annotations

import re
from collections.abc import Sized
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from ..contract import Fields, Item, Kind, MediaReference
from ..hypertext import Shown, TooMuchMarkup, read_hypertext
from ..segments import put_text
from ..strict_json import Span, Unreadable
from ..times import BadTime, ImpossibleTime, read_time, write_time
from .shapes import Account, Attachment, Poll, Profile, Revision, Status

Oddity = tuple[str, str]
"""A notice code and the field it is about."""

HTML_LIMIT = 200_000
NAME_LIMIT = 2_000
ADDRESS_LIMIT = 4_096
DESCRIPTION_LIMIT = 20_000
LINK_LIMIT = 500
ATTACHMENT_LIMIT = 100
OPTION_LIMIT = 100
PROFILE_FIELD_LIMIT = 100
COUNT_LIMIT = 2**53

Parts = TypeVar("Parts", bound=Sized)

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,35}")
_MEDIA_TYPES = {"image": "Image", "gifv": "Video", "video": "Video", "audio": "Audio"}


def is_id(text: str) -> bool:
    """Tell whether `text` has the form of a Mastodon id. Only such ids are ever put into an address."""
    return _ID.fullmatch(text) is not None


def status_item(value: dict[str, Any], span: Span, own_id: str, within: int | None) -> tuple[Item, list[Oddity]]:
    """Return the item of a status. Raises `Unreadable` or `msgspec.ValidationError`."""
    status = msgspec.convert(value, Status)
    _require_id(status.id, "id")
    odd: list[Oddity] = []
    author = status.account
    parent = status.in_reply_to_id or None
    answered = status.in_reply_to_account_id or None
    kind = Kind.POST
    if parent or answered:
        kind = Kind.REPLY if own_id and author.id == own_id else Kind.COMMENT
    content: Fields = {
        "/network": "mastodon",
        "/type": "Announce" if status.reblog else "Question" if status.poll else "Note",
        "/kind": kind.value,
        "/id": status.id,
    }
    if status.url:
        content["/url"] = _short(status.url, ADDRESS_LIMIT, "url")
    published = _put_time(content, "/published", status.created_at, "created_at", odd)
    updated = _put_time(content, "/updated", status.edited_at, "edited_at", odd) if status.edited_at else None
    if status.language:
        if not _LANGUAGE.fullmatch(status.language):
            raise Unreadable("wrong-type", "language is not a language tag")
        content["/language"] = status.language
    if status.visibility:
        content["/visibility"] = _short(status.visibility, 64, "visibility")
    _put_words(content, status.spoiler_text, status.sensitive, status.content)
    media = _put_attachments(content, status.media_attachments)
    state: Fields = {}
    stat = _counts(
        replies=status.replies_count,
        shares=status.reblogs_count,
        likes=status.favourites_count,
        quotes=status.quotes_count,
    )
    if status.hidden is not None:
        state["/hidden"] = status.hidden
    if status.reblog:
        content["/object/id"] = _require_id(status.reblog.id, "reblog.id")
    if status.quote:
        if status.quote.quoted_status:
            content["/quote/id"] = _require_id(status.quote.quoted_status.id, "quote.quoted_status.id")
        if status.quote.state:
            state["/quote/state"] = _short(status.quote.state, 64, "quote.state")
    if status.poll:
        _put_poll(content, status.poll, odd)
        state["/poll/expired"] = status.poll.expired
        stat |= _counts(votes=status.poll.votes_count, voters=status.poll.voters_count)
    context = _author(content, author)
    # The server clears the parent's id when the parent is deleted: the words of the answer did not change by that.
    if parent:
        context["/inReplyTo"] = _require_id(parent, "in_reply_to_id")
    if answered:
        context["/inReplyToAuthor/id"] = _require_id(answered, "in_reply_to_account_id")
    item = Item(
        start=span.start,
        stop=span.stop,
        namespace="status",
        id=status.id,
        kind=kind,
        content=content,
        context=context,
        state=state,
        stat=stat,
        media=media,
        parent_id=parent,
        author_id=author.id,
        published=published,
        updated=updated,
        within=within,
    )
    return item, odd


def revision_item(
    value: dict[str, Any], span: Span, subject: str, number: int, first: list[str]
) -> tuple[Item, list[Oddity]]:
    """Return the item of one version of the status `subject`.

    A revision shows its own time only, so `first` carries the first revision's, which is when the status was published.
    Raises `Unreadable` or `msgspec.ValidationError`.
    """
    revision = msgspec.convert(value, Revision)
    _require_id(subject, "subject")
    odd: list[Oddity] = []
    if number == 0:
        first.append(revision.created_at)
    content: Fields = {
        "/network": "mastodon",
        "/type": "Question" if revision.poll else "Note",
        "/id": subject,
    }
    published = _put_time(content, "/published", first[0], "created_at", odd) if first else None
    updated = _put_time(content, "/updated", revision.created_at, "created_at", odd) if number else None
    _put_words(content, revision.spoiler_text, revision.sensitive, revision.content)
    media = _put_attachments(content, revision.media_attachments)
    if revision.poll:
        _put_poll(content, revision.poll, odd)
    item = Item(
        start=span.start,
        stop=span.stop,
        namespace="status",
        id=subject,
        kind=None,
        content=content,
        context=_author(content, revision.account),
        media=media,
        author_id=revision.account.id,
        published=published,
        updated=updated,
        revision=number,
    )
    return item, odd


def profile_item(value: dict[str, Any], span: Span) -> tuple[Item, list[Oddity]]:
    """Return the item of an account. Raises `Unreadable` or `msgspec.ValidationError`."""
    profile = msgspec.convert(value, Profile)
    _require_id(profile.id, "id")
    odd: list[Oddity] = []
    content: Fields = {"/network": "mastodon", "/type": "Profile", "/kind": Kind.PROFILE.value, "/id": profile.id}
    published = None
    if profile.created_at:
        published = _put_time(content, "/published", profile.created_at, "created_at", odd)
    content |= _author(content, profile)
    if profile.url:
        content["/url"] = _short(profile.url, ADDRESS_LIMIT, "url")
    _put_words(content, None, None, profile.note or "")
    described = _few(profile.fields or [], PROFILE_FIELD_LIMIT, "fields")
    for index, one in enumerate(described):
        content[f"/field/{index}/name"] = _short(one.name, NAME_LIMIT, "fields.name")
        content[f"/field/{index}/value"] = _shown(one.value, "fields.value").text
    for name, flag in (("/locked", profile.locked), ("/bot", profile.bot), ("/group", profile.group)):
        if flag is not None:
            content[name] = flag
    pictures = ((profile.avatar, profile.avatar_description), (profile.header, profile.header_description))
    media: list[MediaReference] = []
    for address, description in pictures:
        if address:
            # A profile's picture has no id. The path names the file; host and query belong to the delivery.
            reference = urlsplit(_short(address, ADDRESS_LIMIT, "picture")).path
            media.append(_put_attachment(content, len(media), "", reference, "Image", address, description))
    flags = (("/suspended", profile.suspended), ("/limited", profile.limited), ("/memorial", profile.memorial))
    item = Item(
        start=span.start,
        stop=span.stop,
        namespace="account",
        id=profile.id,
        kind=Kind.PROFILE,
        content=content,
        state={name: flag for name, flag in flags if flag is not None},
        stat=_counts(
            followers=profile.followers_count, following=profile.following_count, posts=profile.statuses_count
        ),
        media=tuple(media),
        author_id=profile.id,
        published=published,
    )
    return item, odd


def _author(content: Fields, account: Account) -> Fields:
    """Put who said it into `content`, and return what that account was called on the day."""
    content["/author/id"] = _require_id(account.id, "account.id")
    called: Fields = {"/author/handle": _short(account.acct, NAME_LIMIT, "account.acct")}
    if account.display_name:
        called["/author/name"] = _short(account.display_name, NAME_LIMIT, "account.display_name")
    if account.url:
        called["/author/url"] = _short(account.url, ADDRESS_LIMIT, "account.url")
    return called


def _put_words(content: Fields, summary: str | None, sensitive: bool | None, html: str) -> None:
    if sensitive is not None:
        content["/sensitive"] = sensitive
    if summary:
        put_text(content, "/summary", _short(summary, HTML_LIMIT, "spoiler_text"))
    shown = _shown(html, "content")
    put_text(content, "/content", shown.text)
    for index, link in enumerate(_few(shown.links, LINK_LIMIT, "links")):
        content[f"/link/{index}"] = _short(link, ADDRESS_LIMIT, "link")


def _shown(html: str, field: str) -> Shown:
    try:
        return read_hypertext(_short(html, HTML_LIMIT, field))
    except TooMuchMarkup:
        raise Unreadable("too-many", f"{field} has too many tags") from None


def _put_attachments(content: Fields, attachments: list[Attachment] | None) -> tuple[MediaReference, ...]:
    if not attachments:
        return ()
    media: list[MediaReference] = []
    for index, one in enumerate(_few(attachments, ATTACHMENT_LIMIT, "media_attachments")):
        address = _short(one.url or one.remote_url or "", ADDRESS_LIMIT, "media_attachments.url")
        kind = _MEDIA_TYPES.get(one.type, "Document")
        media.append(
            _put_attachment(content, index, _require_id(one.id, "media id"), one.id, kind, address, one.description)
        )
    return tuple(media)


def _put_attachment(
    content: Fields, index: int, id: str, reference: str, kind: str, address: str, description: str | None
) -> MediaReference:
    name = f"/attachment/{index}"
    if id:
        content[f"{name}/id"] = id
    content[f"{name}/type"] = kind
    if description:
        content[f"{name}/name"] = _short(description, DESCRIPTION_LIMIT, "description")
    content[f"{name}/reference"] = reference
    return MediaReference(index=index, id=id, reference=reference, type=kind, address=address, name=description or "")


def _put_poll(content: Fields, poll: Poll, odd: list[Oddity]) -> None:
    for index, option in enumerate(_few(poll.options, OPTION_LIMIT, "poll.options")):
        content[f"/poll/option/{index}"] = _short(option.title, NAME_LIMIT, "poll.options.title")
    content["/poll/multiple"] = poll.multiple
    if poll.expires_at:
        _put_time(content, "/poll/expires", poll.expires_at, "poll.expires_at", odd)


def _put_time(content: Fields, name: str, text: str, field: str, odd: list[Oddity]) -> datetime | None:
    try:
        found = read_time(text)
    except ImpossibleTime:
        raise Unreadable("impossible-date", f"{field} is a time that does not exist") from None
    except BadTime:
        raise Unreadable("wrong-type", f"{field} is not a time") from None
    if found.leap:
        odd.append(("leap-second", field))
    if found.instant is None:
        content[f"{name}-raw"] = found.raw
        odd.append(("time-without-zone", field))
        return None
    content[name] = write_time(found.instant)
    return found.instant


def _counts(**counts: int | None) -> dict[str, int]:
    found = {name: count for name, count in counts.items() if count is not None}
    if any(not -COUNT_LIMIT < count < COUNT_LIMIT for count in found.values()):
        raise Unreadable("wrong-type", "a counter is out of range")
    return found


def _require_id(text: str, field: str) -> str:
    if not _ID.fullmatch(text):
        if not text and field == "id":
            raise Unreadable("missing-id", "the item has no id")
        raise Unreadable("wrong-type", f"{field} is not a Mastodon id")
    return text


def _short(text: str, limit: int, field: str) -> str:
    if len(text) > limit:
        raise Unreadable("too-long", f"{field} is longer than {limit} characters")
    return text


def _few(parts: Parts, limit: int, field: str) -> Parts:
    if len(parts) > limit:
        raise Unreadable("too-many", f"more than {limit} of {field}")
    return parts
