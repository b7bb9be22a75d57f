"""The guards: everything that may keep a holding alive is asked, and silence is no consent."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import transaction

from archive.extension import ExtensionPoint

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one holding may not be destroyed: a code for machines, a sentence for people."""

    code: str
    sentence: str


class Guard(Protocol):
    """Something that knows a reason to keep holdings.

    MUST answer for the whole set in a constant number of queries, and from the database as it is now, not from a cache.
    MUST NOT write. A holding that is not in the answer is not refused by this guard. A guard that raises refuses all.
    """

    def refusals(self, holding_kind: str, ids: Sequence[int], at: datetime) -> Mapping[int, Refusal]:
        """Return, for each of `ids` that must stay, why."""


GUARDS: ExtensionPoint[Guard] = ExtensionPoint("DESTRUCTION_GUARDS", required="REQUIRED_GUARDS")

NO_GUARD = Refusal("guard.none", "No guard is listed in the settings, so nothing can be destroyed here.")
FAILED = Refusal("guard.failed", "A guard could not answer, and until it can everything stays. Tell the administrator.")


def refusals(holding_kind: str, ids: Sequence[int], at: datetime) -> dict[int, list[Refusal]]:
    """Ask every guard about every id; return the reasons of those that must stay.

    Fails closed: with no guard, a required one missing, one that does not import or one that raises, all stay.
    """
    reasons: dict[int, list[Refusal]] = {}
    for refusal in _unable():
        for one in ids:
            reasons.setdefault(one, []).append(refusal)
    if reasons or not ids:
        return reasons
    for guard in GUARDS.all():
        for one, refusal in _ask(guard, holding_kind, ids, at).items():
            if one in reasons:
                reasons[one].append(refusal)
            else:
                reasons[one] = [refusal]
    return reasons


def _unable() -> list[Refusal]:
    found = [
        Refusal("guard.missing", f"The required guard {path} is not listed, so nothing can be destroyed here.")
        for path in GUARDS.missing()
    ]
    try:
        if not GUARDS.all():
            found.append(NO_GUARD)
    except ImportError:
        log.exception("A guard does not import; everything stays.")
        found.append(FAILED)
    return found


def _ask(guard: Guard, holding_kind: str, ids: Sequence[int], at: datetime) -> dict[int, Refusal]:
    try:
        with transaction.atomic():
            answer = guard.refusals(holding_kind, ids, at)
            asked = set(ids)
            return {one: refusal for one, refusal in answer.items() if one in asked}
    except Exception:
        log.exception("The guard %r failed; everything it was asked about stays.", guard)
        return dict.fromkeys(ids, FAILED)
