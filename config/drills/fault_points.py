"""One call to something outside that goes wrong: it fails, or it is done and fails all the same."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg

from archive.ledger.note import Note, Signer
from archive.ledger.shelf import Shelf, ShelfUnavailable
from archive.storage.contract import EvidenceStore, Stored, Unavailable

T = TypeVar("T")


@dataclass(slots=True)
class Fault:
    """The `at`-th call that passes goes wrong, before it is done or, with `after`, when it is done."""

    at: int
    after: bool
    passed: int = 0

    @property
    def struck(self) -> bool:
        """Tell whether that call has come."""
        return self.passed >= self.at

    def around(self, call: Callable[[], T], fail: Callable[[], Exception]) -> T:
        """Do the call, unless it is the one."""
        self.passed += 1
        if self.passed != self.at:
            return call()
        if self.after:
            call()
        raise fail()


class FaultyShelf:
    """A shelf of which one call goes wrong."""

    def __init__(self, shelf: Shelf, fault: Fault) -> None:
        self._shelf, self._fault = shelf, fault

    def put_new(self, name: str, octets: bytes) -> bool:
        """Pass it on."""
        return self._do(lambda: self._shelf.put_new(name, octets))

    def get(self, name: str) -> bytes | None:
        """Pass it on."""
        return self._do(lambda: self._shelf.get(name))

    def replace(self, name: str, octets: bytes) -> None:
        """Pass it on."""
        self._do(lambda: self._shelf.replace(name, octets))

    def remove(self, name: str) -> None:
        """Pass it on."""
        self._do(lambda: self._shelf.remove(name))

    def children(self, name: str) -> list[str]:
        """Pass it on."""
        return self._do(lambda: self._shelf.children(name))

    def _do(self, call: Callable[[], T]) -> T:
        return self._fault.around(call, lambda: ShelfUnavailable("This call was chosen to fail."))


class FaultySession:
    """A session of the database that is cut at one statement or commit."""

    def __init__(self, session: "psycopg.Connection[Any]", fault: Fault) -> None:
        self._session, self._fault = session, fault

    def execute(self, *arguments: Any, **named: Any) -> Any:
        """Pass it on."""
        return self._fault.around(lambda: self._session.execute(*arguments, **named), self._cut)

    def cursor(self) -> Any:
        """Pass it on."""
        return self._fault.around(self._session.cursor, self._cut)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Pass it on; the commit counts as a call."""
        self._fault.passed += 1
        chosen = self._fault.passed == self._fault.at
        with self._session.transaction():
            yield
            if chosen and not self._fault.after:
                raise self._cut()
        if chosen:
            raise self._cut()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def _cut(self) -> Exception:
        self._session.close()
        return psycopg.OperationalError("This session was chosen to be cut.")


class FaultyStore:
    """An evidence store of which one call goes wrong."""

    def __init__(self, store: EvidenceStore, fault: Fault) -> None:
        self._store, self._fault, self.name = store, fault, store.name

    def put(self, key: str, chunks: Iterable[bytes]) -> Stored:
        """Pass it on."""
        return self._fault.around(lambda: self._store.put(key, chunks), lambda: Unavailable("Chosen to fail."))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class RememberingSigner(Signer):
    """Remembers every text that was ever signed, whatever became of it."""

    def __init__(self, name: str, seed: bytes) -> None:
        super().__init__(name, seed)
        self.notes: list[bytes] = []

    def sign(self, text: str) -> Note:
        """Sign, and remember."""
        note = super().sign(text)
        self.notes.append(note.render().encode("utf-8"))
        return note
