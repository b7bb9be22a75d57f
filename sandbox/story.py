"""The demonstration story: years of a small town's police page, as acts for the sandbox. All of it is invented."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from importlib import resources
from random import Random
from typing import Any

from .puppeteer import Puppeteer

Script = list[dict[str, Any]]

OLD_POST = "open-house-first"
"""Key of a post some seven years old: long past any retention period of years."""

EDITED_POST = "road-works"
"""Key of a post with a typing mistake, which `correct_post` mends."""

DELETED_COMMENT = "regretted"
"""Key of a comment that its author takes back."""

HIDDEN_COMMENT = "ugly"
"""Key of a comment that the page hides."""

PRIVATE_COMMENT = "phone"
"""Key of a comment with a telephone number and an address, which a release must redact."""

_POOL_EVERY = 2


def demonstration(as_of: datetime) -> Script:
    """Return the acts of the story as if it had ended at `as_of` (aware UTC). The same instant, the same acts."""
    told = tomllib.loads(resources.files(__package__).joinpath("story.toml").read_text(encoding="utf-8"))
    chance = Random(5_19)  # noqa: S311 a story, not a secret
    posts = sorted(((_when(post, as_of), post) for post in told["post"]), key=lambda pair: pair[0])
    born = (posts[0][0] - timedelta(days=90)).isoformat()
    script: Script = [{"act": "account", "page": True, "at": born, **told["page"]}]
    for username, name in told["people"].items():
        script.append({"act": "account", "username": username, "display_name": name, "at": born})
    pool = list(told["comments"]["pool"])
    chance.shuffle(pool)
    for number, (at, post) in enumerate(posts):
        pictures = [_picture(*one) for one in post.get("pictures", ())]
        script.append(
            {"act": "post", "key": post["key"], "text": post["text"], "at": at.isoformat(), "pictures": pictures}
        )
        comments = [list(one) for one in post.get("comments", ())]
        if number % _POOL_EVERY:
            comments.append(pool[number // _POOL_EVERY % len(pool)])
        script.extend(_conversation(post["key"], comments, at, as_of, chance))
    return script


def correct_post(stage: Puppeteer) -> None:
    """The page mends a typing mistake: a new version."""
    text = next(one["text"] for one in stage.list()["statuses"] if one["key"] == EDITED_POST)
    stage.edit(key=EDITED_POST, text=text.replace("one lane form Monday", "one lane from Monday"))


def take_back_comment(stage: Puppeteer) -> None:
    """A resident deletes her own comment: gone, and nobody says by whom."""
    stage.delete(key=DELETED_COMMENT)


def hide_comment(stage: Puppeteer) -> None:
    """The page hides a comment from the public; its own credential still sees it."""
    stage.hide(key=HIDDEN_COMMENT)


def answer_question(stage: Puppeteer) -> None:
    """A new comment arrives under an old post."""
    stage.comment("dana_rr", "Years later: the bus does stop there now. Thank you!", to_key="old-question")


def later(stage: Puppeteer) -> None:
    """Do all that happens after the first capture: an edit, two removals of different kinds, a late answer."""
    correct_post(stage)
    take_back_comment(stage)
    hide_comment(stage)
    answer_question(stage)


def _conversation(post: str, comments: list[list[str]], at: datetime, as_of: datetime, chance: Random) -> Script:
    script: Script = []
    above = post
    for number, (author, text, *key) in enumerate(comments):
        at = min(at + timedelta(minutes=chance.randint(2, 170), seconds=chance.randint(0, 59)), as_of)
        name = key[0] if key else f"{post}-{number}"
        to_key = above if author.startswith(">") else post
        who = author.removeprefix(">")
        script.append(
            {
                "act": "comment",
                "author": who,
                "text": text,
                "to_key": to_key,
                "at": at.isoformat(),
                "key": name,
                "language": None,
            }
        )
        above = name
    return script


def _when(post: dict[str, Any], as_of: datetime) -> datetime:
    """The latest such day that had passed at `as_of`, `back` years before."""
    moment = datetime.fromisoformat(f"{as_of.year}-{post['day']}T{post['at']}:00+00:00")
    if moment > as_of - timedelta(days=7):
        moment = moment.replace(year=moment.year - 1)
    return moment.replace(year=moment.year - post["back"]).astimezone(UTC)


def _picture(label: str, alt: str, form: str) -> dict[str, str]:
    return {"label": label, "alt": alt, "form": form}
