"""Whole runs against a real network server: what is captured, what is called gone, and what never is."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from archive.capture.models import CaptureRun, Exchange, Observation, Quarantine, RunClosed, Unexplained
from archive.capture.run import account_read
from archive.connectors.contract import Surroundings
from archive.connectors.errors import ConnectorError
from archive.records.models import Current, Record, Version
from sandbox import story
from tests.archive.capture.networks import Clock, Network, claim_run, page_on, read, sandbox
from tests.archive.capture.world import AT

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """A sandbox with a page, one post and three comments."""
    with sandbox(tmp_path) as running:
        puppeteer = running.puppeteer
        puppeteer.post("Road closed at Main St.", key="post")
        for name in ("ann", "bob", "cem"):
            puppeteer.account(name)
            puppeteer.comment(name, f"A comment by {name}", to_key="post", key=name)
        yield running


def coverage(run: CaptureRun) -> dict[str, int]:
    """Return the counts of a closed run."""
    counts: dict[str, int] = RunClosed.objects.get(run=run).coverage["counts"]
    return counts


def test_the_first_run_takes_profile_posts_and_comments(network: Network) -> None:
    run = read(page_on(network), AT)
    assert run.closed.outcome == "covered"
    assert sorted(Record.objects.values_list("kind", flat=True)) == ["comment", "comment", "comment", "post", "profile"]
    assert coverage(run)["taken"] == 5


def test_the_second_run_finds_nothing_new(network: Network) -> None:
    account = page_on(network)
    read(account, AT)
    versions = Version.objects.count()
    run = read(account, AT + DAY)
    assert (coverage(run)["taken"], Version.objects.count()) == (0, versions)
    assert not Observation.objects.exists()


def test_an_edit_is_a_version_and_the_networks_own_history_fills_the_gap(network: Network) -> None:
    account = page_on(network)
    read(account, AT)
    network.puppeteer.edit(key="post", text="Road closed at Elm St.")
    network.puppeteer.edit(key="post", text="Road open again.")
    run = read(account, AT + DAY)
    post = Record.objects.get(kind="post")
    assert coverage(run)["edited"] >= 1
    assert post.versions.count() == 3, "the edit between the runs is a version too"
    assert post.current.version.n == 2


def test_a_deleted_comment_is_gone_by_proof_and_waits_for_a_person(network: Network) -> None:
    account = page_on(network)
    read(account, AT)
    network.puppeteer.delete(key="ann")
    run = read(account, AT + DAY)
    observation = Observation.objects.get()
    assert observation.kind in {"removed", "absent"}
    assert observation.who == "unknown"
    assert observation.exchange.status == 404
    assert Unexplained.objects.get().observation == observation
    assert coverage(run)["removed"] + coverage(run)["absent"] == 1


def test_a_hidden_comment_is_ours(network: Network) -> None:
    account = page_on(network)
    read(account, AT)
    network.puppeteer.hide(key="bob")
    read(account, AT + DAY)
    assert Observation.objects.values_list("kind", "who").get() == ("hidden", "us")
    assert not Unexplained.objects.exists()


def test_what_was_gone_and_returns_is_said_to_return(network: Network) -> None:
    account = page_on(network)
    read(account, AT)
    network.puppeteer.hide(key="bob")
    read(account, AT + DAY)
    network.puppeteer.unhide(key="bob")
    read(account, AT + 2 * DAY)
    assert list(Observation.objects.order_by("at").values_list("kind", flat=True)) == ["hidden", "shown"]


FAULTS = [
    ("429", {"retry_after": "5"}),
    ("500", {}),
    ("401", {}),
    ("403", {}),
    ("404", {}),
    ("cut", {}),
    ("partial", {}),
    ("malformed", {}),
]


@pytest.mark.parametrize("path", ["/api/v1/accounts/*", "/api/v1/statuses/*"])
@pytest.mark.parametrize("kind,arguments", FAULTS)
def test_a_fault_never_marks_anything_removed(
    network: Network, kind: str, arguments: dict[str, str], path: str
) -> None:
    account = page_on(network)
    read(account, AT)
    network.puppeteer.fault(kind, path=path, count=100, **arguments)
    clock = Clock(AT + DAY)
    with suppress(ConnectorError):  # the job is tried again; nothing was decided
        account_read(claim_run(account, AT + DAY), surroundings=Surroundings(now=clock.now, wait=clock.wait))
    assert set(Current.objects.values_list("state", flat=True)) == {"live"}
    assert not Observation.objects.exists()
    faults = RunClosed.objects.filter(run__started_at__gte=AT + DAY)
    assert all(closed.outcome != "covered" for closed in faults), "a run that met a fault does not call itself whole"


@pytest.mark.parametrize(
    "kind",
    ["malformed", "duplicate-key", "wrong-type", "lone-surrogate", "nul", "impossible-date", "missing-id", "oversize"],
)
def test_a_bad_answer_is_quarantined_with_its_bytes(network: Network, kind: str) -> None:
    account = page_on(network)
    network.puppeteer.fault(kind, path="/api/v1/accounts/*/statuses", count=1)
    clock = Clock(AT)
    account_read(claim_run(account, AT), surroundings=Surroundings(now=clock.now, wait=clock.wait))
    kept = Quarantine.objects.get()
    assert kept.code
    assert kept.stop > kept.start
    assert kept.raw or kept.stored


def test_the_token_is_in_no_stored_byte(network: Network) -> None:
    account = page_on(network)
    network.puppeteer.fault("echo", path="/api/v1/accounts/*/statuses", count=1, text=network.token)
    read(account, AT)
    token = network.token.encode()
    for exchange in Exchange.objects.all():
        pieces = [bytes(exchange.frame.head), bytes(exchange.frame.body)]
        pieces += [bytes(s.raw) for s in exchange.slices.all()]
        assert not any(token in piece for piece in pieces)


def test_the_whole_story_is_covered(tmp_path: Path) -> None:
    with sandbox(tmp_path, "--story") as network:
        account = page_on(network)
        run = read(account, AT)
        assert run.closed.outcome == "covered"
        story.correct_post(network.puppeteer)
        network.puppeteer.delete(key=story.DELETED_COMMENT)
        network.puppeteer.hide(key=story.HIDDEN_COMMENT)
        later = coverage(read(account, AT + DAY))
    assert (later["edited"], later["removed"] + later["absent"], later["hidden"]) == (1, 1, 1)
