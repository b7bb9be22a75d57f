"""What a live state shows the network, apart from its pages."""

import pytest
from django.core.exceptions import ImproperlyConfigured, RequestDataTooBig, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from pytest_django import Settings

from archive.uploads import TEXT, SniffedFileField, UploadQuota, kind_of
from config.desk.transport import Transport
from config.environment import read_secret
from config.runner.auditing import judge
from tests.web.world import world_make


@pytest.mark.parametrize(
    "host, sent",
    [
        ("daybook.example", True),
        ("127.0.0.1:8000", False),
        ("localhost", False),
        ("[::1]:8000", False),
        ("10.0.0.1", True),
    ],
)
def test_plain_http_is_sent_to_https_but_on_the_machine_itself(host: str, sent: bool, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["*"]
    request = RequestFactory().get("/x/", headers={"host": host})
    answer = Transport(lambda _: None).process_request(request)  # type: ignore[arg-type]
    assert (answer is not None) is sent
    if answer is not None:
        assert answer.headers["Location"] == f"https://{host}/x/"


@pytest.mark.django_db
def test_every_answer_forbids_frames_sniffing_and_what_is_written_into_a_page(settings: Settings) -> None:
    client = Client()
    client.force_login(world_make().holders["pio"])
    for path in ("/", "/sign-in/", "/no-such-page/"):
        told = client.get(path).headers
        assert "script-src 'self'" in told["Content-Security-Policy"]
        assert "unsafe" not in told["Content-Security-Policy"]
        assert told["X-Content-Type-Options"] == "nosniff"
        assert told["X-Frame-Options"] == "DENY"
        assert told["Referrer-Policy"] == "same-origin"
        assert "camera=()" in told["Permissions-Policy"]
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"


@pytest.mark.parametrize(
    "start, kind",
    [
        (b"%PDF-1.7", "pdf"),
        (b"[series]\ncode = 'x'", TEXT),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "page"),
        (b"  <SVG onload=x>", "page"),
        (b"MZ\x90", "program"),
        (b"caf\xc3\xa9", TEXT),
        (b"\xff\xfe\x00", "unknown"),
        (b"a\x00b", "unknown"),
    ],
)
def test_an_upload_is_what_its_bytes_say(start: bytes, kind: str) -> None:
    assert kind_of(start) == kind


def test_a_field_takes_its_own_kind_up_to_its_size() -> None:
    field = SniffedFileField(kinds={TEXT}, most=10)
    assert field.clean(SimpleUploadedFile("a.toml", b"a = 1")).read() == b"a = 1"
    for wrong in (b"%PDF-1.7", b"x" * 11):
        with pytest.raises(ValidationError):
            field.clean(SimpleUploadedFile("a.toml", wrong))


def test_a_form_whose_files_are_too_large_together_is_stopped(settings: Settings) -> None:
    settings.UPLOAD_MOST = 100
    quota = UploadQuota()
    assert quota.receive_data_chunk(b"x" * 100, 0) == b"x" * 100
    with pytest.raises(RequestDataTooBig):
        quota.receive_data_chunk(b"x", 0)


def test_a_secret_comes_from_its_file_first(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("A_SECRET", "from the environment")
    assert read_secret("A_SECRET") == "from the environment"
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("A_SECRET_FILE", str(tmp_path / "secret"))
    assert read_secret("A_SECRET") == "from the file"
    monkeypatch.setenv("A_SECRET_FILE", str(tmp_path / "none"))
    with pytest.raises(ImproperlyConfigured, match="A_SECRET_FILE"):
        read_secret("A_SECRET")


def test_a_known_vulnerability_fails_the_check_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    found = '{"dependencies": [{"name": "x", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}]}'
    assert judge(found) == 1
    assert "x 1: PYSEC-1, mended in 2" in capsys.readouterr().out
    assert judge('{"dependencies": [{"name": "x", "version": "1", "vulns": []}]}') == 0
