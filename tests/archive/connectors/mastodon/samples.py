"""Sound answers of an invented Mastodon server."""

from __future__ import annotations

import json
from typing import Any

OWN_ID = "110000000000000001"
RESIDENT_ID = "110000000000000002"
Entity = dict[str, Any]


def account(id: str = OWN_ID, acct: str = "riverton_pd", **more: Any) -> Entity:
    """An account with the fields of a 4.x server."""
    return {
        "id": id,
        "username": acct.split("@")[0],
        "acct": acct,
        "display_name": acct.title(),
        "locked": False,
        "bot": False,
        "discoverable": True,
        "indexable": True,
        "group": False,
        "created_at": "2019-03-01T00:00:00.000Z",
        "note": "<p>We keep what we say.</p>",
        "url": f"https://social.invalid/@{acct}",
        "uri": f"https://social.invalid/users/{acct}",
        "avatar": f"https://social.invalid/avatars/{id}.png?sig=1",
        "avatar_static": f"https://social.invalid/avatars/{id}.png",
        "avatar_description": "",
        "header": "",
        "header_static": "",
        "header_description": "",
        "followers_count": 12,
        "following_count": 3,
        "statuses_count": 9,
        "last_status_at": "2025-01-02",
        "emojis": [],
        "roles": [],
        "fields": [],
        **more,
    }


def status(id: str, content: str = "<p>Road closed.</p>", **more: Any) -> Entity:
    """A status with the fields of a 4.x server."""
    return {
        "id": id,
        "created_at": "2025-01-02T03:04:05.678Z",
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": f"https://social.invalid/users/riverton_pd/statuses/{id}",
        "url": f"https://social.invalid/@riverton_pd/{id}",
        "replies_count": 1,
        "reblogs_count": 2,
        "favourites_count": 3,
        "quotes_count": 4,
        "edited_at": None,
        "favourited": False,
        "reblogged": False,
        "muted": False,
        "bookmarked": False,
        "content": content,
        "filtered": [],
        "reblog": None,
        "application": None,
        "account": account(),
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
        "quote": None,
        **more,
    }


def comment(id: str, to: str, content: str, **more: Any) -> Entity:
    """A resident's answer to a status of the page."""
    return status(
        id,
        content,
        in_reply_to_id=to,
        in_reply_to_account_id=OWN_ID,
        account=account(RESIDENT_ID, "mae@elsewhere.invalid"),
        **more,
    )


def attachment(id: str, **more: Any) -> Entity:
    """A picture."""
    return {
        "id": id,
        "type": "image",
        "url": f"https://social.invalid/media/{id}.png?Signature=abc",
        "preview_url": f"https://social.invalid/media/{id}.png",
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": {},
        "description": "A closed bridge",
        "blurhash": "UKO2",
        **more,
    }


def poll(**more: Any) -> Entity:
    """A poll with two options."""
    return {
        "id": "5",
        "expires_at": "2025-02-01T00:00:00.000Z",
        "expired": False,
        "multiple": False,
        "votes_count": 4,
        "voters_count": 4,
        "options": [{"title": "Yes", "votes_count": 3}, {"title": "No", "votes_count": 1}],
        "emojis": [],
        **more,
    }


def dump(value: Any) -> bytes:
    """Write JSON as Rails does: no spaces, text as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
