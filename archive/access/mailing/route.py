"""The way out for e-mail: MAIL_URL of the environment, else what an administrator entered."""

import base64
import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from archive.access.mail_models import MailSecurity, MailSettings

_SCHEMES = {"smtp": MailSecurity.NONE, "smtps": MailSecurity.TLS, "smtp+starttls": MailSecurity.STARTTLS}
_PORTS = {MailSecurity.NONE: 25, MailSecurity.TLS: 465, MailSecurity.STARTTLS: 587}


@dataclass(frozen=True, slots=True)
class Route:
    """A mail server, who we are to it, and the address at which staff open Daybook."""

    host: str
    port: int
    security: str
    username: str
    password: str
    sender: str
    site: str


def route_now() -> Route | None:
    """Return the way out, or none: a demonstration sends nothing, and a state begins without one."""
    if settings.DAYBOOK_STATE_KIND == "demo":
        return None
    if settings.MAIL_URL:
        return route_of(settings.MAIL_URL)
    row = MailSettings.objects.first()
    if row is None or not row.host:
        return None
    return Route(
        row.host, row.port, row.security, row.username, opened(bytes(row.password_sealed)), row.sender, row.site
    )


def route_of(url: str) -> Route:
    """Read `smtps://NAME:PASSWORD@HOST:PORT/?from=ADDRESS&site=ADDRESS`; also smtp:// and smtp+starttls://.

    Raises ImproperlyConfigured, with no part of the password in the message.
    """
    parts = urlsplit(url)
    told = parse_qs(parts.query)
    security = _SCHEMES.get(parts.scheme)
    if security is None or not parts.hostname or "from" not in told or "site" not in told:
        raise ImproperlyConfigured(
            "MAIL_URL must be smtps://NAME:PASSWORD@HOST/?from=ADDRESS&site=ADDRESS (or smtp+starttls://, smtp://)."
        )
    return Route(
        parts.hostname,
        parts.port or _PORTS[security],
        security,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        told["from"][0],
        told["site"][0].rstrip("/"),
    )


def sealed(text: str) -> bytes:
    """Encrypt what the database keeps for mail."""
    return _fernet().encrypt(text.encode())


def opened(octets: bytes) -> str:
    """Return what was encrypted; nothing when the key has changed since, as after a restore without its secrets."""
    if not octets:
        return ""
    try:
        return _fernet().decrypt(octets).decode()
    except InvalidToken:
        return ""


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"daybook mail\n" + settings.SECRET_KEY.encode()).digest()))
