"""Handing a message to the mail server, and what happened, in a sentence."""

import smtplib
import socket
import ssl
from email.utils import make_msgid
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext as _

from archive.access.mail_models import MailSecurity
from archive.access.mailing.route import Route, route_now

SECONDS = 20


class MailFailed(Exception):
    """The server did not take the message. The sentence says what happened; `retryable` whether later may be better."""

    code = "mail.failed"

    def __init__(self, sentence: str, *, retryable: bool) -> None:
        self.retryable = retryable
        super().__init__(sentence)


class DepartmentMail(EmailBackend):
    """Django's way to send, by the department's own server: whatever sends e-mail here goes by it.

    A message without a sender of its own gets the department's. Raises MailFailed without a way out.
    """

    def __init__(self, *args: Any, route: Route | None = None, fail_silently: bool = False, **kwargs: Any) -> None:
        self.route = route or route_now()
        way = self.route
        super().__init__(
            host=way.host if way else "",
            port=way.port if way else 0,
            username=way.username if way else "",
            password=way.password if way else "",
            use_tls=way is not None and way.security == MailSecurity.STARTTLS,
            use_ssl=way is not None and way.security == MailSecurity.TLS,
            timeout=SECONDS,
            fail_silently=fail_silently,
        )

    def send_messages(self, email_messages: Any) -> int:
        """Send; return how many the server took."""
        if self.route is None:
            raise MailFailed(_("No mail server is set up."), retryable=True)
        for message in email_messages:
            message.from_email = self.route.sender
        return int(super().send_messages(email_messages) or 0)


def message_send(*, route: Route, to: str, subject: str, body: str, mark: str) -> None:
    """Hand one message to the server. `mark` makes its Message-ID, so that one that is sent twice is seen as one.

    Raises MailFailed.
    """
    domain = route.sender.rpartition("@")[2] or "localhost"
    message = EmailMessage(
        subject=subject,
        body=body,
        from_email=route.sender,
        to=[to],
        headers={
            "Message-ID": f"<{mark}@{domain}>" if mark else make_msgid(domain=domain),
            "Auto-Submitted": "auto-generated",
        },
        connection=DepartmentMail(route=route),
    )
    try:
        message.send()
    except MailFailed:
        raise
    except Exception as error:
        told = _told(error, route)
        if told is None:
            raise
        raise MailFailed(told[0], retryable=told[1]) from error


def _told(error: Exception, route: Route) -> tuple[str, bool] | None:
    place = {"host": route.host, "port": route.port}
    match error:
        case smtplib.SMTPAuthenticationError():
            return _("The mail server did not accept the name and the password."), _for_now(error.smtp_code)
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _text in error.recipients.values()]
            return _("The mail server does not take messages for this address."), all(map(_for_now, codes))
        case smtplib.SMTPSenderRefused():
            said = _("The mail server does not let us send as %(sender)s.") % {"sender": route.sender}
            return said, _for_now(error.smtp_code)
        case smtplib.SMTPNotSupportedError():
            return _("The mail server does not offer what is asked of it (encryption or sign-in)."), False
        case ssl.SSLCertVerificationError():
            return _("The certificate of %(host)s could not be verified. Nothing was sent.") % place, False
        case ssl.SSLError():
            return _("%(host)s does not speak the chosen encryption on port %(port)d.") % place, False
        case socket.gaierror():
            return _("There is no host with the name %(host)s.") % place, True
        case ConnectionRefusedError():
            return _("Nothing answers on %(host)s, port %(port)d.") % place, True
        case TimeoutError():
            return _("%(host)s did not answer in time.") % place, True
        case smtplib.SMTPResponseException():
            said = _("The mail server refused with the code %(code)d.") % {"code": error.smtp_code}
            return said, _for_now(error.smtp_code)
        case smtplib.SMTPException() | OSError():
            return _("%(host)s broke the conversation off.") % place, True
        case _:
            return None


def _for_now(code: int) -> bool:
    """Tell whether the server refused for now only (RFC 5321, 4.2.1)."""
    return 400 <= code < 500
