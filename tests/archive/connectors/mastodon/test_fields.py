"""What Mastodon says becomes the right fields, and the manifest's marks tell the truth about each."""

from __future__ import annotations

from typing import Any

import pytest

from archive.connectors.contract import Item, Kind, Mark
from archive.connectors.mastodon.known import MANIFEST
from archive.connectors.mastodon.normalise import normalise
from tests.archive.connectors.mastodon.samples import (
    OWN_ID,
    RESIDENT_ID,
    account,
    attachment,
    comment,
    dump,
    poll,
    status,
)


def one(value: Any, operation: str = "look_up", subject: str = "") -> Item:
    """The first item of an answer that must hold no bad one."""
    cut = normalise(operation, dump(value), subject=subject, own_id=OWN_ID)
    assert not cut.bad
    return cut.items[0]


def text_of(item: Item, name: str = "/content") -> str:
    """The segments of a text, joined."""
    return "".join(str(item.content[f"{name}/{n}"]) for n in range(int(str(item.content[f"{name}/#"]))))


FULL = comment(
    "500",
    "400",
    "<p>Is the <a href='https://x.invalid/a'>bridge</a> open?</p>",
    spoiler_text="Bridge talk",
    edited_at="2025-01-03T00:00:00.000Z",
    media_attachments=[attachment("31")],
    poll=poll(),
    quote={"state": "accepted", "quoted_status": status("90")},
    reblog=status("91"),
    hidden=False,
)

CHANGES: dict[str, dict[str, Any]] = {
    "status": {
        "id": "501",
        "created_at": "2025-01-02T03:04:05.679Z",
        "edited_at": "2025-01-03T00:00:00.001Z",
        "in_reply_to_id": "401",
        "in_reply_to_account_id": RESIDENT_ID,
        "sensitive": True,
        "spoiler_text": "Bridge talk!",
        "visibility": "unlisted",
        "language": "es",
        "url": "https://social.invalid/other",
        "content": "<p>Is the bridge closed?</p>",
        "account": account("110000000000000009", "mae@elsewhere.invalid"),
        "media_attachments": [],
        "poll": poll(options=[{"title": "Maybe"}]),
        "reblog": status("92"),
        "quote": {"state": "accepted", "quoted_status": status("93")},
        "hidden": True,
        "replies_count": 100,
        "reblogs_count": 100,
        "favourites_count": 100,
        "quotes_count": 100,
    },
    "account": {
        "id": "110000000000000003",
        "acct": "riverton_police",
        "display_name": "Riverton Police",
        "created_at": "2019-03-02T00:00:00.000Z",
        "note": "<p>New words</p>",
        "url": "https://social.invalid/@riverton_police",
        "fields": [{"name": "Phone", "value": "911"}],
        "avatar": "https://social.invalid/avatars/new.png",
        "avatar_description": "A badge",
        "header": "https://social.invalid/headers/new.png",
        "header_description": "A bridge",
        "locked": True,
        "bot": True,
        "group": True,
        "suspended": True,
        "limited": True,
        "memorial": True,
        "followers_count": 100,
        "following_count": 100,
        "statuses_count": 100,
    },
    "author": {"id": "110000000000000009", "acct": "new", "display_name": "New Name", "url": "https://x.invalid/@new"},
    "attachment": {"id": "32", "type": "video", "description": "An open bridge"},
    "poll": {
        "options": [{"title": "Yes"}, {"title": "Never"}],
        "multiple": True,
        "expires_at": "2025-02-02T00:00:00.000Z",
        "expired": True,
        "votes_count": 100,
        "voters_count": 100,
    },
}


def _with(schema: str, name: str, value: Any) -> tuple[Item, Item]:
    """An item before and after one field of one schema takes another value."""
    if schema == "account":
        before = account(header="https://social.invalid/headers/old.png")
        return one(before, "profile"), one({**before, name: value}, "profile")
    if schema == "revision":
        before = {key: FULL[key] for key in MANIFEST.fields["revision"] if key in FULL}
        return one([before], "history", "500"), one([{**before, name: value}], "history", "500")
    after = dict(FULL)
    if schema == "status":
        after[name] = value
    elif schema == "author":
        after["account"] = {**FULL["account"], name: value}
    elif schema == "attachment":
        after["media_attachments"] = [{**FULL["media_attachments"][0], name: value}]
    else:
        after["poll"] = {**FULL["poll"], name: value}
    return one(FULL), one(after)


@pytest.mark.parametrize("schema,name", [(schema, name) for schema, marks in MANIFEST.fields.items() for name in marks])
def test_a_field_does_what_its_mark_says(schema: str, name: str) -> None:
    mark = MANIFEST.fields[schema][name]
    changes = CHANGES["status" if schema == "revision" else schema]
    assert mark is Mark.TRANSPORT or name in changes
    before, after = _with(schema, name, changes.get(name) if mark is not Mark.TRANSPORT else _other(schema, name))
    changed = {
        Mark.CONTENT: before.content != after.content,
        Mark.CONTEXT: before.context != after.context,
        Mark.STATE: before.state != after.state,
        Mark.STAT: before.stat != after.stat,
    }
    # An account inside a status is also called something: that moves with the account, and is context.
    allowed = {Mark.CONTEXT} if name == "account" else set()
    assert {one for one, did in changed.items() if did} - allowed == ({mark} - {Mark.TRANSPORT})


def _other(schema: str, name: str) -> Any:
    """Another value, of its own type, for a field that only lies in the bytes."""
    if (schema, name) == ("attachment", "remote_url"):
        return "https://far.invalid/1.png"
    if name in ("url", "preview_url"):
        return "https://social.invalid/media/31.png?Signature=def"
    return None


def test_the_kind_follows_from_the_item_and_the_account_alone() -> None:
    assert one(status("1")).kind is Kind.POST
    assert one(comment("2", "1", "<p>Why?</p>")).kind is Kind.COMMENT
    own = status("3", in_reply_to_id="2", in_reply_to_account_id=RESIDENT_ID)
    assert one(own).kind is Kind.REPLY
    assert one(own).parent_id == "2"


def test_an_answer_whose_parent_was_deleted_stays_a_comment_and_was_not_edited() -> None:
    whole = one(comment("2", "1", "<p>Why?</p>"))
    orphan = one(comment("2", "1", "<p>Why?</p>") | {"in_reply_to_id": None})
    assert (orphan.kind, orphan.parent_id) == (Kind.COMMENT, None)
    assert orphan.content == whole.content
    assert "/inReplyTo" not in orphan.fields()


def test_fields_are_those_of_a_record() -> None:
    item = one(FULL)
    assert text_of(item) == "Is the bridge open?"
    assert item.content["/content/3"] == "open?"
    assert item.content["/content/#"] == 4
    assert text_of(item, "/summary") == "Bridge talk"
    assert item.content["/link/0"] == "https://x.invalid/a"
    assert item.content["/published"] == "2025-01-02T03:04:05.678000Z"
    assert item.content["/updated"] == "2025-01-03T00:00:00.000000Z"
    assert item.context["/inReplyTo"] == "400"
    assert item.content["/author/id"] == RESIDENT_ID
    assert item.context["/author/handle"] == "mae@elsewhere.invalid"
    assert item.content["/attachment/0/reference"] == "31"
    assert item.content["/attachment/0/type"] == "Image"
    assert item.content["/attachment/0/name"] == "A closed bridge"
    assert item.content["/poll/option/1"] == "No"
    assert item.stat == {"replies": 1, "shares": 2, "likes": 3, "quotes": 4, "votes": 4, "voters": 4}
    assert item.state == {"/hidden": False, "/quote/state": "accepted", "/poll/expired": False}
    assert item.media[0].address == "https://social.invalid/media/31.png?Signature=abc"
    assert "Signature" not in repr(item.fields())


def test_an_empty_text_is_said_to_be_empty() -> None:
    item = one(status("1", "", media_attachments=[attachment("31")]))
    assert item.content["/content/#"] == 0
    assert "/content/0" not in item.content


def test_a_boost_encloses_the_boosted_status() -> None:
    body = dump([status("1"), status("2", "", reblog=status("3", "<p>Theirs</p>", account=account("9", "weather")))])
    cut = normalise("timeline", body, own_id=OWN_ID)
    outer, inner = cut.items[1], cut.items[2]
    assert (outer.content["/type"], outer.content["/object/id"]) == ("Announce", "3")
    assert (inner.id, inner.within, inner.author_id) == ("3", 1, "9")
    assert outer.start < inner.start < inner.stop < outer.stop
    assert body[inner.start : inner.stop] == dump(status("3", "<p>Theirs</p>", account=account("9", "weather")))


def test_a_boost_of_ones_own_post_is_found_at_its_own_place() -> None:
    """The boosting and the boosted account are the same bytes: only a walk tells the places apart."""
    mine = status("3")
    body = dump([{"account": mine, **status("2", "", reblog=mine)} | {"account": account()}])
    inner = normalise("timeline", body, own_id=OWN_ID).items[1]
    assert body[inner.start - len(b'"reblog":') : inner.start] == b'"reblog":'


def test_a_spoilt_boosted_status_leaves_the_boost() -> None:
    cut = normalise("timeline", dump([status("2", "", reblog=status("3", content=5))]), own_id=OWN_ID)  # type: ignore[arg-type]
    assert [item.id for item in cut.items] == ["2"]
    assert [(bad.code, bad.id) for bad in cut.bad] == [("wrong-type", "3")]


def test_a_thread_gives_its_ancestors_and_its_descendants() -> None:
    body = dump({"ancestors": [status("1")], "descendants": [comment("3", "2", "<p>a</p>"), comment("4", "3", "b")]})
    cut = normalise("thread", body, subject="2", own_id=OWN_ID)
    assert [(item.id, item.parent_id) for item in cut.items] == [("1", None), ("3", "2"), ("4", "3")]


def test_one_odd_comment_does_not_lose_the_thread() -> None:
    good = dump(comment("3", "2", "<p>good</p>")).decode()
    odd = dump(comment("4", "2", "<p>@@</p>")).decode().replace("@@", "\\ud83d")
    cut = normalise("thread", f'{{"ancestors":[],"descendants":[{odd},{good}]}}'.encode(), own_id=OWN_ID)
    assert [item.id for item in cut.items] == ["3"]
    assert [(bad.code, bad.id) for bad in cut.bad] == [("lone-surrogate", "4")]


def test_a_history_gives_revisions_with_the_day_of_the_first() -> None:
    def revision(at: str, text: str) -> dict[str, Any]:
        return {"content": text, "spoiler_text": "", "sensitive": False, "created_at": at, "account": account()}

    body = dump(
        [revision("2025-01-01T00:00:00.000Z", "<p>form</p>"), revision("2025-01-02T00:00:00.000Z", "<p>from</p>")]
    )
    first, second = normalise("history", body, subject="77", own_id=OWN_ID).items
    assert [first.revision, second.revision] == [0, 1]
    assert first.id == second.id == second.content["/id"] == "77"
    assert first.content["/published"] == second.content["/published"] == "2025-01-01T00:00:00.000000Z"
    assert "/updated" not in first.content
    assert second.content["/updated"] == "2025-01-02T00:00:00.000000Z"
    assert second.kind is None


def test_a_profile_is_what_the_page_says_of_itself() -> None:
    item = one(account(fields=[{"name": "Web", "value": '<a href="https://r.invalid">r.invalid</a>'}]), "profile")
    assert item.kind is Kind.PROFILE
    assert (item.namespace, item.id) == ("account", OWN_ID)
    assert text_of(item) == "We keep what we say."
    assert item.content["/field/0/value"] == "r.invalid"
    assert item.content["/attachment/0/reference"] == f"/avatars/{OWN_ID}.png"
    assert item.stat == {"followers": 12, "following": 3, "posts": 9}


@pytest.mark.parametrize("id", ["", "../1", "1/2", "1?x", "a b", "9" * 65, "１", "1\n"])
def test_an_id_that_could_leave_its_path_is_refused(id: str) -> None:
    cut = normalise("timeline", dump([status(id)]), own_id=OWN_ID)
    assert not cut.items
    assert cut.bad[0].code in ("missing-id", "wrong-type")


def test_an_id_that_is_a_number_is_a_wrong_type_and_not_rounded() -> None:
    cut = normalise("timeline", dump([status("1") | {"id": 110000000000000001}]), own_id=OWN_ID)
    assert [(bad.code, bad.id) for bad in cut.bad] == [("wrong-type", None)]


@pytest.mark.parametrize(
    "change,code",
    [
        ({"media_attachments": [attachment(str(n)) for n in range(101)]}, "too-many"),
        ({"spoiler_text": "x" * 200_001}, "too-long"),
        ({"content": "<p>" + "<a href='https://x.invalid'>x</a>" * 501}, "too-many"),
        ({"replies_count": 2**60}, "wrong-type"),
        ({"replies_count": 1.5}, "wrong-type"),
        ({"language": "e" * 40}, "wrong-type"),
        ({"created_at": "yesterday"}, "wrong-type"),
        ({"created_at": "2025-13-01T00:00:00Z"}, "impossible-date"),
        ({"account": {"id": "1"}}, "missing-field"),
    ],
)
def test_limits_hold(change: dict[str, Any], code: str) -> None:
    cut = normalise("timeline", dump([status("1") | change, status("2")]), own_id=OWN_ID)
    assert [item.id for item in cut.items] == ["2"]
    assert [(bad.code, bad.id) for bad in cut.bad] == [(code, "1")]


def test_too_many_items_of_one_answer_are_one_bad_item(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.connectors.mastodon.normalise.ITEM_LIMIT", 3)
    body = dump([status(str(n)) for n in range(1, 6)])
    cut = normalise("timeline", body, own_id=OWN_ID)
    assert [item.id for item in cut.items] == ["1", "2", "3"]
    assert [(bad.code, bad.stop) for bad in cut.bad] == [("too-many", len(body))]
