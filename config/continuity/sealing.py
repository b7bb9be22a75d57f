"""Sealing to a key that is not on this machine: the age format (age-encryption.org/v1), by pyrage.

age is X25519 with ChaCha20-Poly1305 in chunks of 64 KiB: what was cut, swapped or changed does not open. Any age
program opens our files, so a recovery does not depend on this code. A sealed stream is cut into parts; only the last
is short.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyrage

from config.continuity.errors import NotOurs, WrongKey
from config.continuity.place import PART

Sink = Callable[[bytes], None]
_IDENTITY = re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]{1,58}")


def identity_new() -> Any:
    """Return a new age identity; its text is the private key, its `to_public()` the recipient."""
    return pyrage.x25519.Identity.generate()


def identity_read(text: str) -> Any:
    """Return the identity in what a person typed: spaces, line ends and small letters do not matter.

    Raises WrongKey; the key has a checksum of its own, so a slip of the hand is told from a key that opens nothing.
    """
    found = _IDENTITY.search(re.sub(r"\s", "", text.upper()))
    if not found:
        raise WrongKey("There is no key in this text. The key on a recovery sheet begins with AGE-SECRET-KEY-1.")
    try:
        return pyrage.x25519.Identity.from_str(found[0])
    except pyrage.IdentityError as error:
        raise WrongKey("The key was not typed as it stands on the sheet: its own checksum does not fit.") from error


def recipient_read(text: str) -> Any:
    """Return the recipient of this text. Raises WrongKey."""
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise WrongKey(f"{text!r} is no age recipient.") from error


def seal(chunks: Iterable[bytes], recipients: list[Any], keep: Sink, *, part: int = PART) -> None:
    """Seal a stream and hand it to `keep` part by part. What `chunks` or `keep` raise comes out as it is."""
    source, target = _Source(iter(chunks)), _Parts(keep, part)
    try:
        pyrage.encrypt_io(source, target, recipients)
    except (pyrage.EncryptError, OSError):
        for error in (source.error, target.error):
            if error is not None:
                raise error from None
        raise
    target.end()


def unseal(parts: Iterable[bytes], identity: Any, take: Sink) -> None:
    """Open a sealed stream and hand its chunks to `take`, each proved before it is handed on.

    Raises WrongKey when the key does not open it, NotOurs when it was changed or cut; what came before is not to be
    used then. What `parts` or `take` raise comes out as it is.
    """
    source, target = _Source(iter(parts)), _Chunks(take)
    try:
        pyrage.decrypt_io(io.BufferedReader(source, 1 << 16), target, [identity])
    except (pyrage.DecryptError, OSError) as error:
        for raised in (source.error, target.error):
            if raised is not None:
                raise raised from None
        if isinstance(error, pyrage.DecryptError):
            raise WrongKey(
                "This key does not open this backup. Use the sheet whose number the backup names."
            ) from error
        raise NotOurs("A sealed file was changed or cut.") from error


class _Source(io.RawIOBase):
    """An iterator of bytes as a file; it keeps the error that the library turns into its own."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._left = chunks, memoryview(b"")
        self.error: BaseException | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        wanted = size if size > 0 else 1 << 20
        taken = self._take(wanted)
        return bytes(taken)

    def readinto(self, buffer: Any) -> int:
        taken = self._take(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)

    def _take(self, wanted: int) -> memoryview:
        try:
            while not self._left:
                try:
                    self._left = memoryview(next(self._chunks))
                except StopIteration:
                    return memoryview(b"")
        except BaseException as error:
            self.error = error
            raise
        taken, self._left = self._left[:wanted], self._left[wanted:]
        return taken


class _Parts:
    def __init__(self, keep: Sink, part: int) -> None:
        self._keep, self._part, self._held = keep, part, bytearray()
        self.error: BaseException | None = None

    def write(self, octets: bytes) -> int:
        self._held += octets
        while len(self._held) >= self._part:
            full = bytes(self._held[: self._part])
            del self._held[: self._part]
            self._hand_on(full)
        return len(octets)

    def flush(self) -> None:
        """Nothing is kept back but what is no part yet."""

    def end(self) -> None:
        if self._held:
            self._hand_on(bytes(self._held))
            self._held.clear()

    def _hand_on(self, octets: bytes) -> None:
        if self.error is not None:
            raise self.error
        try:
            self._keep(octets)
        except BaseException as error:
            self.error = error
            raise


class _Chunks:
    """Hands chunks on until one is refused. Giving up, the library offers that one again: it is not taken twice."""

    def __init__(self, take: Sink) -> None:
        self._take = take
        self.error: BaseException | None = None

    def write(self, octets: bytes) -> int:
        if self.error is not None:
            raise self.error
        try:
            self._take(bytes(octets))
        except BaseException as error:
            self.error = error
            raise
        return len(octets)

    def flush(self) -> None:
        """Nothing is kept back."""
