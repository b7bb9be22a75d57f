"""Whose cosignatures are enough (c2sp.org/tlog-policy), and whether two people were shown two logs.

    log VKEY [URL]                       witness NAME VKEY [URL]
    group NAME all|any|K MEMBER...       quorum NAME|none

An empty line and one that begins with # say nothing. A member is a witness or a group named above.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archive.ledger.cosignature import Witness, parse_witness
from archive.ledger.errors import LedgerError, NoteError
from archive.ledger.note import Verifier, open_checkpoint


class BadPolicy(LedgerError):
    """A policy file that cannot be followed; the sentence names the line."""

    code = "ledger.policy"


class Group(NamedTuple):
    """How many of which members are enough."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy: `quorum` names the witness or group that must be satisfied, or is none, which is always satisfied."""

    witnesses: Mapping[str, Witness]
    groups: Mapping[str, Group]
    quorum: str | None

    def met(self, signed: Collection[str]) -> bool:
        """Return whether cosignatures of the witnesses with these key names are enough."""
        return self.quorum is None or self._satisfied(self.quorum, signed)

    def _satisfied(self, name: str, signed: Collection[str]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name].name in signed
        group = self.groups[name]
        return sum(self._satisfied(member, signed) for member in group.members) >= group.least


def parse_policy(text: str) -> Policy:
    """Read a policy. Raises BadPolicy for a line of another form, a name twice or unknown, and without a quorum."""
    witnesses: dict[str, Witness] = {}
    groups: dict[str, Group] = {}
    quorums: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        try:
            _take(words, witnesses, groups, quorums)
        except (NoteError, ValueError) as error:
            raise BadPolicy(f"Line {number} of the policy: {error}") from error
    if len(quorums) != 1:
        raise BadPolicy("A policy has one line quorum.")
    return Policy(witnesses, groups, None if quorums == ["none"] else quorums[0])


def _take(words: list[str], witnesses: dict[str, Witness], groups: dict[str, Group], quorums: list[str]) -> None:
    known = witnesses.keys() | groups.keys()
    match words:
        case ["log", _] | ["log", _, _]:
            pass  # which log is trusted is said by its own setting
        case ["witness", name, key] | ["witness", name, key, _] if name not in known and name != "none":
            witnesses[name] = parse_witness(key)
        case ["group", name, least, *members] if name not in known and name != "none" and members:
            if set(members) - known or len(set(members)) != len(members):
                raise ValueError("a member that is not named above, or twice.")
            count = {"all": len(members), "any": 1}.get(least) or int(least)
            if not 1 <= count <= len(members):
                raise ValueError("a number that these members cannot reach.")
            groups[name] = Group(count, tuple(members))
        case ["quorum", name] if name in known or name == "none":
            quorums.append(name)
        case _:
            raise ValueError("not a line that a policy has, or a name that is taken or unknown.")


class SplitView(NamedTuple):
    """Two signed notes of one size with different roots: the log showed two histories. A fork is final (F2)."""

    size: int
    first: int  #: places in the list that was compared
    second: int


def views_compare(notes: Sequence[bytes], trusted: Sequence[Verifier]) -> list[SplitView]:
    """Return each pair of notes that cannot both be of one log. Raises NoteError for one that the log has not signed.

    Notes of different sizes need a consistency proof, which the published tiles give; see `merkle.check_consistency`.
    """
    heads = [open_checkpoint(note, trusted) for note in notes]
    return [
        SplitView(head.size, first, second)
        for second, head in enumerate(heads)
        for first, other in enumerate(heads[:second])
        if (other.origin, other.size) == (head.origin, head.size) and other.root != head.root
    ]
