"""The sizes that were ever signed for, kept where no restore reaches (ledger.md 8, release order 4).

Before a checkpoint is signed its text is made as a file of the reserve, once. A second text of the same size is a fork
and stops the log; a database that has fewer entries than the reserve was rolled back and may not sign.
"""

from archive.ledger.errors import LedgerError
from archive.ledger.note import Checkpoint, parse_checkpoint
from archive.ledger.shelf import Shelf

_DIGITS = 18
_GROUP = 3


class Forked(LedgerError):
    """The reserve holds another root for this size: two histories were, or were about to be, signed."""

    code = "ledger.forked"


class Reserve:
    """The reserve of one log on a shelf."""

    def __init__(self, shelf: Shelf, origin: str) -> None:
        self._shelf, self._origin = shelf, origin

    def take(self, head: Checkpoint) -> None:
        """Reserve a size for this root, durably. Raises Forked when it is taken for another, ShelfUnavailable."""
        name, text = _name(head.size), head.text().encode("utf-8")
        if not self._shelf.put_new(name, text) and self._shelf.get(name) != text:
            raise Forked(f"The size {head.size} was reserved for another root.")
        if self._shelf.get(name) != text:
            raise Forked(f"What was reserved for size {head.size} does not read back.")

    def last(self) -> Checkpoint | None:
        """Return the greatest size reserved, with its root; None for a reserve that was never used.

        Raises Forked when the file is damaged or of another log, ShelfUnavailable.
        """
        path = ""
        for _ in range(_DIGITS // _GROUP):
            children = [name for name in self._shelf.children(path) if name.isdecimal() and len(name) == _GROUP]
            if not children:
                return None
            path = f"{path}/{max(children)}".lstrip("/")
        octets = self._shelf.get(path)
        if octets is None:
            return None
        try:
            head = parse_checkpoint(octets.decode("utf-8"))
        except (LedgerError, UnicodeDecodeError) as error:
            raise Forked(f"The reserve's file {path} is damaged.") from error
        if head.origin != self._origin or _name(head.size) != path:
            raise Forked(f"The reserve's file {path} is of another log or another size.")
        return head


def _name(size: int) -> str:
    digits = f"{size:0{_DIGITS}d}"
    return "/".join(digits[start : start + _GROUP] for start in range(0, _DIGITS, _GROUP))
