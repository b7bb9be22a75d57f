"""When may a record be called gone? Design rule 2 as pure decisions: absence is proved, never assumed."""

from dataclasses import dataclass
from enum import StrEnum

from archive.connectors.contract import Outcome


class Verdict(StrEnum):
    """What a look-up, with its controls, proves."""

    PRESENT = "present"
    REMOVED = "removed"  #: rule 2 (a): 404, 410 or a tombstone on direct look-up
    ABSENT = "absent"  #: rule 2 (c): one answer means gone or forbidden, and every control speaks for gone
    NEEDS_CONTROLS = "needs-controls"
    UNDECIDED = "undecided"  #: proves nothing; the record stays as it was and is asked for again


@dataclass(frozen=True, slots=True)
class Controls:
    """What was asked beside the look-up, in the same run and with the same credential (rule 2 (c))."""

    listing_whole: bool  #: the network said by its protocol that the listing ended, and every item could be read
    listing_lacks_it: bool
    count_reconciles: bool  #: the number that the network gives for the listing equals what was listed
    parent_present: bool
    sibling_present: bool


def verdict(outcome: Outcome, controls: Controls | None = None) -> Verdict:
    """Return what the look-up proves. 401, 403, 429, 5xx and cut answers arrive here as FORBIDDEN or ERROR."""
    if outcome is Outcome.PRESENT:
        return Verdict.PRESENT
    if outcome is Outcome.GONE:
        return Verdict.REMOVED
    if outcome is not Outcome.AMBIGUOUS:
        return Verdict.UNDECIDED
    if controls is None:
        return Verdict.NEEDS_CONTROLS
    proved = (
        controls.listing_whole
        and controls.listing_lacks_it
        and controls.count_reconciles
        and controls.parent_present
        and controls.sibling_present
    )
    return Verdict.ABSENT if proved else Verdict.UNDECIDED
