"""E-mail really goes to a server, says what happened, and holds nothing of records; the secrets of it lie encrypted."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from pytest_django import Settings

from archive.access.actor import Actor
from archive.access.mail_models import Mail, MailSettings
from archive.access.mailing.route import route_now, route_of
from archive.access.mailing.sending import DepartmentMail, MailFailed
from archive.access.mailing.services import SEND, mail_queue, mail_set_up, mail_test
from archive.access.mailing.tasks import mail_send
from archive.access.models import AuditEntry, User
from archive.access.people import person_invite
from archive.access.policy import Denied
from archive.jobs.models import Job, JobState
from tests.archive.access.mail_server import MailServer, mail_server
from tests.archive.capture.world import AT, person

pytestmark = pytest.mark.django_db


def _set_up(server: MailServer, by: User, **changes: object) -> MailSettings:
    told: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "username": "",
        "password": "",
        "sender": "daybook@riverton.example",
        "site": "https://daybook.riverton.example/",
    }
    return mail_set_up(**(told | changes), actor=Actor(user=by), at=AT)  # type: ignore[arg-type]


def _reader() -> User:
    found = person("reader", "auditor")
    found.email = "reader@riverton.example"
    found.save()
    return found


def test_a_test_message_arrives_and_the_page_is_told_so() -> None:
    administrator = person("admin", "administrator")
    with mail_server(login=("daybook", "a secret")) as server:
        kept = _set_up(server, administrator, username="daybook", password="a secret")
        assert b"a secret" not in bytes(kept.password_sealed)
        assert mail_test(to="somebody@riverton.example", actor=Actor(user=administrator), at=AT) == ""
        assert server.to == ["somebody@riverton.example"]
        assert server.taken[0]["From"] == "daybook@riverton.example"
    kept.refresh_from_db()
    assert (kept.tested_at, kept.test_failure) == (AT, "")
    assert AuditEntry.objects.filter(action="mail.test", outcome="done").exists()


def test_a_message_that_was_not_taken_says_why() -> None:
    administrator = person("admin", "administrator")
    acting = Actor(user=administrator)
    with mail_server(login=("daybook", "a secret")) as server:
        _set_up(server, administrator, username="daybook", password="another")
        assert "name and the password" in mail_test(to="x@riverton.example", actor=acting, at=AT)
        _set_up(server, administrator, username="daybook", password="a secret")
        server.refuse = {"RCPT": "550 nobody"}
        assert "does not take messages for this address" in mail_test(to="x@riverton.example", actor=acting, at=AT)
        server.refuse = {"MAIL": "553 not you"}
        assert "as daybook@riverton.example" in mail_test(to="x@riverton.example", actor=acting, at=AT)
        server.refuse = {}
        _set_up(server, administrator, security="starttls", username="daybook")
        assert "does not offer" in mail_test(to="x@riverton.example", actor=acting, at=AT)
    assert "Nothing answers" in mail_test(to="x@riverton.example", actor=acting, at=AT)
    assert MailSettings.objects.get().test_failure


def test_only_who_sets_up_the_installation_sends_a_test() -> None:
    with mail_server() as server:
        _set_up(server, person("admin", "administrator"))
        with pytest.raises(Denied):
            mail_test(to="x@riverton.example", actor=Actor(user=person("clerk", "records-clerk")), at=AT)
        assert server.taken == []


def test_a_queued_message_lies_encrypted_goes_once_and_is_forgotten() -> None:
    reader = _reader()
    with mail_server() as server:
        _set_up(server, person("admin", "administrator"))
        mail = mail_queue(person=reader, kind="test", subject="Daybook", lines=["https://x/secret-token"], at=AT)
        assert mail is not None
        assert b"secret-token" not in bytes(mail.sealed)
        job = Job.objects.get(kind=SEND)
        mail_send(job.pk)
        mail_send(job.pk)
        assert [message.get_content().strip() for message in server.taken] == ["https://x/secret-token"]
        assert server.taken[0]["Message-ID"] == f"<{mail.ref}@riverton.example>"
    mail.refresh_from_db()
    assert mail.sent_at is not None
    assert bytes(mail.sealed) == b""


def test_a_message_waits_while_the_server_is_away_and_ends_when_it_says_never() -> None:
    reader = _reader()
    with mail_server() as server:
        _set_up(server, person("admin", "administrator"))
        mail_queue(person=reader, kind="test", subject="Daybook", lines=["one"], at=AT)
        job = Job.objects.get(kind=SEND)
        server.refuse = {"MAIL": "451 later"}
        mail_send(job.pk)
        job.refresh_from_db()
        assert job.state == JobState.WAITING
        server.refuse = {"RCPT": "550 nobody"}
        Job.objects.filter(pk=job.pk).update(due_at=AT)
        mail_send(job.pk)
        job.refresh_from_db()
        assert job.state == JobState.FAILED
        assert Mail.objects.get().failure == "The mail server does not take messages for this address."


def test_nothing_is_queued_without_a_way_out_or_an_address() -> None:
    reader = _reader()
    assert mail_queue(person=reader, kind="test", subject="x", lines=[], at=AT) is None
    with mail_server() as server:
        _set_up(server, person("admin", "administrator"))
        assert mail_queue(person=person("no-address"), kind="test", subject="x", lines=[], at=AT) is None


def test_the_environment_stands_before_the_page_and_a_demonstration_sends_nothing(settings: Settings) -> None:
    settings.MAIL_URL = "smtps://me:p%40ss@mail.example/?from=d@x.example&site=https://d.x.example/"
    found = route_now()
    assert found is not None
    assert (found.host, found.port, found.security, found.password) == ("mail.example", 465, "tls", "p@ss")
    settings.DAYBOOK_STATE_KIND = "demo"
    assert route_now() is None
    with pytest.raises(ImproperlyConfigured) as error:
        route_of("imap://me:pass@mail.example/")
    assert "pass@" not in str(error.value)


def test_the_mail_of_an_anchor_goes_the_same_way() -> None:
    with mail_server() as server:
        _set_up(server, person("admin", "administrator"))
        message = EmailMessage(subject="Log checkpoint 7", body="note", to=["keeper@elsewhere.example"])
        message.connection = DepartmentMail()
        assert message.send() == 1
        assert server.taken[0]["From"] == "daybook@riverton.example"
    MailSettings.objects.update(host="")
    nowhere = DepartmentMail()
    with pytest.raises(MailFailed):
        nowhere.send_messages([message])


def test_an_invitation_by_e_mail_names_no_link_to_the_administrator() -> None:
    administrator = person("admin", "administrator")
    with mail_server() as server:
        _set_up(server, administrator)
        invited = person_invite(
            username="new",
            name="New Person",
            email="new@riverton.example",
            by_mail=True,
            actor=Actor(user=administrator),
            at=AT + timedelta(minutes=1),
        )
        assert invited.mailed
        mail_send(Job.objects.get(kind=SEND).pk)
        assert f"https://daybook.riverton.example/sign-in/invitation/{invited.token}/" in server.taken[0].get_content()
