"""What may follow what in the life of a request. Pure."""

from collections.abc import Mapping

from retention.errors import Refused

RECEIVED, SEARCHED, DECIDED, ANSWERED, WITHDRAWN, CLOSED = (
    "received",
    "searched",
    "decided",
    "answered",
    "withdrawn",
    "closed",
)

MOVES: Mapping[str, frozenset[str]] = {
    RECEIVED: frozenset({SEARCHED, ANSWERED, WITHDRAWN}),
    SEARCHED: frozenset({SEARCHED, DECIDED, ANSWERED, WITHDRAWN}),
    DECIDED: frozenset({SEARCHED, DECIDED, ANSWERED, WITHDRAWN}),
    ANSWERED: frozenset({SEARCHED, DECIDED, ANSWERED, CLOSED}),  # a supplement starts with a new search
    WITHDRAWN: frozenset({CLOSED, SEARCHED}),
    CLOSED: frozenset(),
}
"""From which state a request may go to which."""

OPEN = frozenset({RECEIVED, SEARCHED, DECIDED})
"""States in which an answer is still owed."""


def move_check(now: str, then: str) -> None:
    """Raise Refused unless a request may go from `now` to `then`."""
    if then not in MOVES[now]:
        raise Refused("request.move", f"This request is {now}, so it cannot become {then}.")


def answer_kind(decisions: Mapping[str, int]) -> str:
    """Return which letter the decisions call for: `decisions` counts disclose, redact and withhold.

    Partial denial redacts and releases the rest (5 ILCS 140/7(1)); a denial releases nothing at all.
    """
    disclosed, redacted, withheld = (decisions.get(name, 0) for name in ("disclose", "redact", "withhold"))
    if not disclosed + redacted + withheld:
        return "no-records"
    if redacted or (withheld and disclosed):
        return "partial"
    return "denial" if withheld else "grant"
