"""A sandbox network of one test's own, and one run of an account against it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from archive.access.actor import Actor
from archive.accounts.models import Account
from archive.accounts.services import account_approve, account_connect, account_propose
from archive.capture.models import CaptureRun
from archive.capture.run import account_read
from archive.capture.schedule import TASK
from archive.connectors.contract import Surroundings
from archive.jobs.models import Job
from archive.jobs.services import Claim, job_claim, job_enqueue
from sandbox.puppeteer import Puppeteer
from tests.archive.capture.world import AT, person

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Network:
    """A running sandbox: its address, the page's token and handle, and the hand that moves it."""

    url: str
    token: str
    handle: str
    puppeteer: Puppeteer


@contextmanager
def sandbox(folder: Path, *options: str) -> Iterator[Network]:
    """Start a sandbox on a free loopback port; end it by its process id."""
    ready = folder / "ready.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--ready-file", str(ready), *options], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(1_000):
            if ready.exists() or process.poll() is not None:
                break
            time.sleep(0.01)
        told = json.loads(ready.read_text())
        yield Network(
            told["url"], told["token"], told["account"]["handle"], Puppeteer(told["url"], told["control_token"])
        )
    finally:
        process.terminate()
        process.wait(10)


def page_on(network: Network) -> Account:
    """Return the sandbox's page as an approved, connected account."""
    account = account_propose(
        actor=Actor(person("pio", "pio")),
        network="mastodon",
        handle=network.handle,
        name="Riverton PD",
        base_url=network.url,
        at=AT,
    )
    account_approve(actor=Actor(person("chief", "chief")), account_ref=account.ref, at=AT)
    account_connect(actor=Actor(person("admin", "administrator")), account_ref=account.ref, token=network.token, at=AT)
    return Account.objects.get(pk=account.pk)


class Clock:
    """A clock that moves a millisecond at each look, and never waits."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the next instant."""
        self.at += timedelta(milliseconds=1)
        return self.at

    def wait(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.at += timedelta(seconds=seconds)


def claim_run(account: Account, at: datetime) -> Claim:
    """Enqueue and claim a run."""
    job = job_enqueue(kind=TASK, subject=str(account.ref), queue="capture", at=at)
    claim = job_claim(job.pk, at=at)
    assert claim is not None
    return claim


def read(account: Account, at: datetime) -> CaptureRun:
    """Do one whole run, as the worker would."""
    clock = Clock(at)
    claim = claim_run(account, at)
    run = account_read(claim, surroundings=Surroundings(now=clock.now, wait=clock.wait))
    claim.finish(at=clock.now())
    Job.objects.filter(pk=claim.job.pk).delete()
    return run
