"""Which hosts a session may speak to, decided before a connection is made."""

from __future__ import annotations

import ipaddress

import httpx

from .contract import AccountSettings
from .errors import BadSettings, MediaRefused
from .masking import SHORTEST_SECRET

_PORTS = {"http": 80, "https": 443}


class Origins:
    """The base origin, which gets the credential, and the hosts that media may come from, which never do."""

    def __init__(self, settings: AccountSettings) -> None:
        """Raises `BadSettings`: no usable base address, a credential in clear text, or one too short to mask."""
        try:
            base = httpx.URL(settings.base_url)
        except (httpx.InvalidURL, TypeError):
            raise BadSettings("The account's base address is not an address.") from None
        if base.scheme not in _PORTS or not base.host:
            raise BadSettings("The account's base address must begin with https:// and name a host.")
        if base.userinfo or base.query or base.fragment:
            raise BadSettings("The account's base address must hold no password, query or fragment.")
        if settings.credential and len(settings.credential.reveal()) < SHORTEST_SECRET:
            raise BadSettings(f"The account's credential is shorter than {SHORTEST_SECRET} characters.")
        if settings.credential and not settings.credential.reveal().isprintable():
            raise BadSettings("The account's credential holds characters that no header can carry.")
        if settings.credential and base.scheme == "http" and not _is_loopback(base.host):
            raise BadSettings("The credential would travel in clear: the base address must begin with https://.")
        self._base = base
        self._media_hosts = frozenset(host.lower() for host in settings.media_hosts)

    def under_base(self, path: str) -> httpx.URL:
        """Return `path` (absolute, already quoted) under the base address."""
        return self._base.copy_with(raw_path=(self._base.path.rstrip("/") + path).encode("ascii"))

    def require_media(self, url: str) -> None:
        """Raise `MediaRefused` unless `url` lies on the base origin or on a named media host, over HTTP(S)."""
        try:
            address = httpx.URL(url)
        except (httpx.InvalidURL, TypeError):
            raise MediaRefused("The medium's address is not an address.") from None
        if address.scheme not in _PORTS or not address.host or address.userinfo:
            raise MediaRefused("The medium's address is not one that is fetched.")
        if _origin(address) == _origin(self._base):
            return
        named = address.host in self._media_hosts or f"{address.host}:{_origin(address)[2]}" in self._media_hosts
        # A named host is trusted by name; an https account never falls back to clear text.
        if not named or (self._base.scheme == "https" and address.scheme != "https"):
            raise MediaRefused


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or _PORTS[url.scheme]


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
