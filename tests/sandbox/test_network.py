"""The sandbox is a small Mastodon: what it shows, to whom, and page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.server import Options
from sandbox.world import World
from tests.sandbox.conftest import CONTROL, TOKEN, Reader


def test_a_post_is_listed_with_its_thread_and_its_links(reader: Reader, world: World) -> None:
    post = reader.strings.post("Bridge closed, see https://x.invalid/a?b=1&c=2 #Riverton @mae <b>")
    answer = reader.strings.comment("mae", "Why?", to=post)
    deeper = reader.strings.comment("page", "Repairs.", to=answer)
    found = reader.get(f"/api/v1/accounts/{world.page}/statuses")
    assert [one["id"] for one in found] == [deeper, post]
    status = reader.get(f"/api/v1/statuses/{post}")
    assert status["replies_count"] == 1
    assert 'href="https://x.invalid/a?b=1&amp;c=2"' in status["content"]
    assert 'class="mention hashtag"' in status["content"]
    assert "&lt;b&gt;" in status["content"]
    context = reader.get(f"/api/v1/statuses/{post}/context")
    assert [one["id"] for one in context["descendants"]] == [answer, deeper]
    assert [one["id"] for one in reader.get(f"/api/v1/statuses/{deeper}/context")["ancestors"]] == [post, answer]


def test_ids_rise_with_the_time_of_a_post_also_of_a_back_dated_one(reader: Reader) -> None:
    today = int(reader.strings.post("today"))
    old = int(reader.strings.post("long ago", at="2019-05-18T14:05:00Z"))
    also_old = int(reader.strings.post("the same moment", at="2019-05-18T14:05:00Z"))
    assert old < also_old < today
    assert old >> 16 == int(datetime(2019, 5, 18, 14, 5, tzinfo=UTC).timestamp() * 1000)


def test_pages_link_to_older_and_newer_ones(reader: Reader, world: World) -> None:
    ids = [reader.strings.post(f"number {n}", at=f"2025-01-01T00:00:{n:02}Z") for n in range(7)][::-1]
    path = f"/api/v1/accounts/{world.page}/statuses"
    assert [one["id"] for one in reader.get(f"{path}?limit=3")] == ids[:3]
    assert f"max_id={ids[2]}" in reader.headers["link"]
    assert f"min_id={ids[0]}" in reader.headers["link"]
    assert [one["id"] for one in reader.get(f"{path}?limit=3&max_id={ids[2]}")] == ids[3:6]
    assert [one["id"] for one in reader.get(f"{path}?limit=2&min_id={ids[4]}")] == ids[2:4], "min_id is right above"
    assert [one["id"] for one in reader.get(f"{path}?limit=2&since_id={ids[4]}")] == ids[:2], "since_id is the newest"
    assert reader.get(f"{path}?max_id={ids[6]}") == []
    assert "link" not in reader.headers
    assert reader.ask(f"{path}?limit=x")[0] == 400
    assert len(reader.get(f"{path}?limit=9999")) == 7


def test_a_page_holds_at_most_forty(reader: Reader, world: World) -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC)
    acts = [{"act": "post", "text": str(n), "at": (start + timedelta(minutes=n)).isoformat()} for n in range(50)]
    reader.strings.perform(acts)
    assert len(reader.get(f"/api/v1/accounts/{world.page}/statuses?limit=500")) == 40


def test_an_edit_keeps_the_id_and_every_version(reader: Reader) -> None:
    post = reader.strings.post("one lane form Monday")
    assert reader.get(f"/api/v1/statuses/{post}")["edited_at"] is None
    reader.strings.edit(id=post, text="one lane from Monday")
    reader.strings.attach("Cones", "Orange cones", id=post)
    status = reader.get(f"/api/v1/statuses/{post}")
    assert (status["id"], status["content"]) == (post, "<p>one lane from Monday</p>")
    assert status["edited_at"] is not None
    assert [one["description"] for one in status["media_attachments"]] == ["Orange cones"]
    history = reader.get(f"/api/v1/statuses/{post}/history")
    assert [one["content"] for one in history] == ["<p>one lane form Monday</p>"] + ["<p>one lane from Monday</p>"] * 2
    assert [len(one["media_attachments"]) for one in history] == [0, 0, 1]
    assert reader.get(f"/api/v1/statuses/{post}/source", TOKEN)["text"] == "one lane from Monday"


def test_what_is_hidden_is_seen_by_the_page_alone(reader: Reader) -> None:
    post = reader.strings.post("Ask us anything.")
    rude = reader.strings.comment("mae", "rude words", to=post)
    reader.strings.hide(id=rude)
    assert reader.ask(f"/api/v1/statuses/{rude}")[0] == 404
    assert reader.get(f"/api/v1/statuses/{post}/context")["descendants"] == []
    assert reader.get(f"/api/v1/statuses/{post}")["replies_count"] == 0
    assert reader.get(f"/api/v1/statuses/{rude}", TOKEN)["hidden"] is True
    assert reader.get(f"/api/v1/statuses/{post}", TOKEN)["replies_count"] == 1
    reader.strings.unhide(id=rude)
    assert reader.get(f"/api/v1/statuses/{rude}")["hidden"] is False


def test_a_deleted_post_is_gone_with_its_picture_and_its_answers_stay(reader: Reader, world: World) -> None:
    post = reader.strings.post("Look!", pictures=[{"label": "Dog", "alt": "A dog", "form": "jpeg"}])
    answer = reader.strings.comment("mae", "Sweet", to=post)
    picture = reader.get(f"/api/v1/statuses/{post}")["media_attachments"][0]["url"].partition(reader.address)[2]
    assert reader.get(picture).startswith(b"\xff\xd8")
    assert reader.headers["content-type"] == "image/jpeg"
    reader.strings.delete(id=post)
    assert reader.ask(f"/api/v1/statuses/{post}") == (404, {"error": "Record not found"})
    assert reader.ask(picture)[0] == 404
    orphan = reader.get(f"/api/v1/statuses/{answer}")
    assert (orphan["in_reply_to_id"], orphan["in_reply_to_account_id"]) == (None, str(world.page))


def test_a_boost_shows_what_it_boosts_and_goes_with_it(reader: Reader) -> None:
    theirs = reader.strings.post("Storm warning", author="mae")
    ours = reader.strings.post("", boosts=theirs)
    assert reader.get(f"/api/v1/statuses/{ours}")["reblog"]["id"] == theirs
    reader.strings.delete(id=theirs)
    assert reader.ask(f"/api/v1/statuses/{ours}")[0] == 404


def test_private_words_are_not_public(reader: Reader) -> None:
    private = reader.strings.post("for followers", visibility="private")
    assert reader.ask(f"/api/v1/statuses/{private}")[0] == 404
    assert reader.get(f"/api/v1/statuses/{private}", TOKEN)["visibility"] == "private"


def test_a_wrong_token_is_refused_and_no_token_is_a_stranger(reader: Reader, world: World) -> None:
    assert reader.ask("/api/v1/accounts/verify_credentials", TOKEN)[1]["id"] == str(world.page)
    assert reader.ask("/api/v1/accounts/verify_credentials")[0] == 401
    assert reader.ask(f"/api/v1/accounts/{world.page}", "stolen")[0] == 401
    assert reader.ask("/api/v1/accounts/lookup?acct=page")[1]["id"] == str(world.page)
    assert reader.ask("/api/v1/accounts/lookup?acct=nobody")[0] == 404
    assert reader.ask("/api/v1/statuses/1", method="POST", body=b"{}")[0] == 403


@pytest.mark.parametrize(
    "path", ["/", "/etc/passwd", "/api/v1/statuses/../x", "/media/1.gif", "/api/v1/statuses/1e5", "//x"]
)
def test_unknown_addresses_are_not_found(reader: Reader, path: str) -> None:
    assert reader.ask(path)[0] == 404


def test_the_control_token_is_another_one(reader: Reader) -> None:
    for token in (None, TOKEN, "guess"):
        assert reader.ask("/control/list", token)[0] == 401
        assert reader.ask("/control/post", token, "POST", b'{"text":"x"}')[0] == 401
    assert reader.ask("/control/list", CONTROL)[0] == 200


def test_rate_headers_count_down_and_an_empty_window_refuses(reader: Reader) -> None:
    reader.get("/api/v1/accounts/lookup?acct=page")
    first = int(reader.headers["x-ratelimit-remaining"])
    reader.get("/api/v1/accounts/lookup?acct=page")
    assert int(reader.headers["x-ratelimit-remaining"]) == first - 1
    reset = datetime.fromisoformat(reader.headers["x-ratelimit-reset"])
    assert timedelta(0) < reset - datetime.now(UTC) <= timedelta(minutes=5)


class TestWithTwoRequests:
    @pytest.fixture
    def options(self) -> Options:
        return Options(TOKEN, CONTROL, rate_limit=2)

    def test_the_third_is_refused(self, reader: Reader) -> None:
        answers = [reader.ask("/api/v1/accounts/lookup?acct=page")[0] for _ in range(3)]
        assert answers == [200, 200, 429]
        assert reader.headers["x-ratelimit-remaining"] == "0"
