"""Media follow their version as a subject of their own events, and only while the record is there."""

import hashlib
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from pytest_django import Settings

from archive.capture.media import media_fetch
from archive.connectors.contract import Surroundings
from archive.jobs.models import Job
from archive.jobs.services import job_claim
from archive.ledger.encoding import base64url
from archive.ledger.models import EventContent
from archive.records.models import Media, Version
from archive.storage.contract import NoRoom
from archive.storage.services import object_bytes
from tests.archive.capture.networks import Clock, page_on, read, sandbox
from tests.archive.capture.world import AT, later

pytestmark = pytest.mark.django_db


def test_the_bytes_of_a_picture_are_kept_and_committed_to(tmp_path: Path) -> None:
    with sandbox(tmp_path) as network:
        network.puppeteer.post("Have you seen this bicycle?", key="post")
        network.puppeteer.attach("bicycle", alt="A red bicycle", key="post")
        read(page_on(network), AT)
        job = Job.objects.filter(kind="archive.capture.media").latest("pk")
        clock = Clock(AT + timedelta(minutes=1))
        claim = job_claim(job.pk, at=clock.now())
        assert claim is not None
        assert media_fetch(claim, surroundings=Surroundings(now=clock.now, wait=clock.wait)) == 1
    media = Media.objects.get()
    kept = object_bytes(media.stored)
    fields = orjson.loads(bytes(EventContent.objects.get(event_id=media.event_id).fields))
    assert fields["/attachment/0/sha256"] == base64url(hashlib.sha256(kept).digest())
    assert media.media_type.startswith("image/")
    assert fields["/event/subject"] == base64url(bytes(media.record.subject))


def test_the_pictures_of_the_profile_are_kept_too(tmp_path: Path) -> None:
    with sandbox(tmp_path, "--story") as network:
        account = page_on(network)
        read(account, AT)
        profile = Version.objects.get(record__kind="profile")
        assert profile.media_count
        clock = Clock(later(3_600))
        claim = job_claim(Job.objects.get(subject=str(profile.ref)).pk, at=clock.now())
        assert claim is not None
        taken = media_fetch(claim, surroundings=Surroundings(now=clock.now, wait=clock.wait))
    assert taken == profile.media_count == Media.objects.filter(record=profile.record).count()


def test_without_room_a_picture_waits_and_comes_when_there_is_room(tmp_path: Path, settings: Settings) -> None:
    with sandbox(tmp_path) as network:
        network.puppeteer.post("Have you seen these bicycles?", key="post")
        network.puppeteer.attach("small", alt="A small bicycle", key="post")
        network.puppeteer.act("attach", picture={"label": "large", "width": 4000, "height": 3000}, key="post")
        read(page_on(network), AT)
        job = Job.objects.filter(kind="archive.capture.media").latest("pk")
        clock = Clock(AT + timedelta(minutes=1))
        claim = job_claim(job.pk, at=clock.now())
        assert claim is not None
        around = Surroundings(now=clock.now, wait=clock.wait)
        settings.SPACE_LARGE_OBJECT_KB = 40
        settings.SPACE_SECOND_MARK_MB = 10**9
        with pytest.raises(NoRoom):
            media_fetch(claim, surroundings=around)
        assert not Media.objects.exists()
        settings.SPACE_SECOND_MARK_MB, settings.SPACE_FIRST_MARK_MB = 1, 10**9
        with pytest.raises(NoRoom):
            media_fetch(claim, surroundings=around)
        assert [media.n for media in Media.objects.all()] == [0], "the small one is not held up by the large one"
        settings.SPACE_FIRST_MARK_MB = 1
        assert media_fetch(claim, surroundings=around) == 1
        assert Media.objects.count() == 2
