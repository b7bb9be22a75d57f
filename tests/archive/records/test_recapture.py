"""What was disposed of is known again by keyed digests only."""

import hashlib
import hmac
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from archive.records.recapture import recapture_digests


@pytest.fixture
def key(settings: Settings, tmp_path: Path) -> bytes:
    key = bytes(range(32))
    (tmp_path / "key").write_bytes(key)
    settings.DAYBOOK_RECAPTURE_KEY_FILE = str(tmp_path / "key")
    return key


def test_a_digest_is_hmac_sha256_over_length_prefixed_parts(key: bytes) -> None:
    spelled = b"\0\0\0\x08mastodon" + b"\0\0\0\x06status" + b"\0\0\0\x03142"
    assert recapture_digests("mastodon", [("status", "142")]) == [hmac.digest(key, spelled, hashlib.sha256)]


def test_moving_a_letter_over_a_border_gives_another_digest(key: bytes) -> None:
    digests = recapture_digests("m", [("ab", "c"), ("a", "bc"), ("", "abc"), ("abc", "")])
    assert len(set(digests)) == 4


def test_another_key_gives_other_digests(key: bytes, settings: Settings, tmp_path: Path) -> None:
    before = recapture_digests("m", [("status", "1")])
    (tmp_path / "other").write_bytes(bytes(32))
    settings.DAYBOOK_RECAPTURE_KEY_FILE = str(tmp_path / "other")
    assert recapture_digests("m", [("status", "1")]) != before


def test_a_hostile_name_with_a_lone_surrogate_or_nul_still_has_a_digest(key: bytes) -> None:
    assert len(recapture_digests("m", [("status", "\ud83d"), ("status", "\0")])) == 2


def test_a_live_state_without_its_key_is_refused(settings: Settings) -> None:
    settings.DAYBOOK_RECAPTURE_KEY_FILE, settings.DAYBOOK_STATE_KIND = "", "live"
    with pytest.raises(ImproperlyConfigured, match="needs its recapture key"):
        recapture_digests("m", [("status", "1")])


def test_a_key_of_the_wrong_length_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "short").write_bytes(b"short")
    settings.DAYBOOK_RECAPTURE_KEY_FILE = str(tmp_path / "short")
    with pytest.raises(ImproperlyConfigured, match="32 bytes"):
        recapture_digests("m", [("status", "1")])
