"""The thread around a produced version, as far as the same part of the production shows it, and of that what may be
shown: an item that is withheld, or whose name on the network is hidden, is part of no thread."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from foia.production.produced import Produced

ABOVE = 12  #: items that lead to a version, shown at most
ANSWERS = 10  #: items that answer it, shown at most


@dataclass(frozen=True, slots=True)
class Around:
    """What leads to a version, the post first, and what answers it; `more` counts the answers that are left out."""

    above: tuple[Produced, ...] = ()
    answers: tuple[Produced, ...] = ()
    more: int = 0


@dataclass(slots=True)
class Threads:
    """The versions of one part of a production by their shown names, the latest of each record."""

    _by_name: dict[tuple[int, str], Produced] = field(default_factory=dict)
    _answers: dict[tuple[int, str], dict[int, Produced]] = field(default_factory=dict)

    @classmethod
    def of(cls, batch: Sequence[Produced]) -> "Threads":
        """Index the versions of a part."""
        threads = cls()
        for each in batch:
            record = each.version.record
            for name in ("/id", "/url"):
                if value := each.shown.text(name):
                    threads._by_name[record.account_id, value] = each
            if parent := each.shown.text("/inReplyTo"):
                threads._answers.setdefault((record.account_id, parent), {})[record.pk] = each
        return threads

    def parent(self, each: Produced) -> Produced | None:
        """Return what a version answers, None where that is not shown here."""
        name = each.shown.text("/inReplyTo")
        found = self._by_name.get((each.version.record.account_id, name)) if name else None
        return found if found is not None and found.version.record_id != each.version.record_id else None

    def around(self, each: Produced) -> Around:
        """Return the thread around a version. Links that go in a ring are followed once."""
        above: list[Produced] = []
        seen = {each.version.record_id}
        parent = self.parent(each)
        while parent is not None and parent.version.record_id not in seen and len(above) < ABOVE:
            above.insert(0, parent)
            seen.add(parent.version.record_id)
            parent = self.parent(parent)
        answers = [answer for answer in self._answering(each) if answer.version.record_id not in seen]
        return Around(tuple(above), tuple(answers[:ANSWERS]), max(0, len(answers) - ANSWERS))

    def _answering(self, each: Produced) -> Iterator[Produced]:
        named: dict[int, Produced] = {}
        for name in ("/id", "/url"):
            if value := each.shown.text(name):
                named |= self._answers.get((each.version.record.account_id, value), {})
        yield from sorted(named.values(), key=lambda answer: answer.bates)
