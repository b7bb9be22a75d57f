"""The parts of Mastodon's entities that become fields, typed. What is not listed here stays in the slice.

An optional field may be missing or null: servers differ by age. A present one of another type refuses the item.
"""

from __future__ import annotations

import msgspec


class ProfileField(msgspec.Struct, gc=False):
    name: str = ""
    value: str = ""


class Account(msgspec.Struct, gc=False):
    id: str
    acct: str
    display_name: str | None = None
    url: str | None = None


class Profile(Account):
    created_at: str | None = None
    note: str | None = None
    fields: list[ProfileField] | None = None
    avatar: str | None = None
    avatar_description: str | None = None
    header: str | None = None
    header_description: str | None = None
    locked: bool | None = None
    bot: bool | None = None
    group: bool | None = None
    suspended: bool | None = None
    limited: bool | None = None
    memorial: bool | None = None
    followers_count: int | None = None
    following_count: int | None = None
    statuses_count: int | None = None


class Attachment(msgspec.Struct, gc=False):
    id: str
    type: str = "unknown"
    url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class PollOption(msgspec.Struct, gc=False):
    title: str
    votes_count: int | None = None


class Poll(msgspec.Struct):
    options: list[PollOption] = []
    multiple: bool = False
    expires_at: str | None = None
    expired: bool = False
    votes_count: int | None = None
    voters_count: int | None = None


class Reference(msgspec.Struct, gc=False):
    """A status inside another, read on its own by its range: here only its id counts."""

    id: str


class Quote(msgspec.Struct):
    state: str | None = None
    quoted_status: Reference | None = None


class Revision(msgspec.Struct):
    content: str
    created_at: str
    account: Account
    spoiler_text: str | None = None
    sensitive: bool | None = None
    media_attachments: list[Attachment] | None = None
    poll: Poll | None = None


class Status(msgspec.Struct):
    id: str
    created_at: str
    account: Account
    content: str
    spoiler_text: str | None = None
    sensitive: bool | None = None
    visibility: str | None = None
    language: str | None = None
    url: str | None = None
    edited_at: str | None = None
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    media_attachments: list[Attachment] | None = None
    poll: Poll | None = None
    reblog: Reference | None = None
    quote: Quote | None = None
    hidden: bool | None = None
    replies_count: int | None = None
    reblogs_count: int | None = None
    favourites_count: int | None = None
    quotes_count: int | None = None
