"""Who is able to do what now: for the rules that need two people, and for approvals that wait."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.access.models import User
from archive.access.policy import authority_of, authority_rows
from archive.access.two_persons import RULES, TwoPersons


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a rule can be kept today: who can take its first step, and who its second."""

    rule: TwoPersons
    first: Sequence[User]
    second: Sequence[User]
    holds: bool


def able_ids(at: datetime) -> Mapping[str, frozenset[int]]:
    """Return capability → ids of the active persons who have it at `at`, in one query."""
    found: dict[str, set[int]] = {}
    for user_id, *row in authority_rows(at):
        for capability in authority_of(*row):
            found.setdefault(capability, set()).add(user_id)
    return {capability: frozenset(ids) for capability, ids in found.items()}


def who_can(capability: str, at: datetime, *, besides: Collection[int | None] = ()) -> list[User]:
    """Return the persons who may do this at `at`, by name, without those who may not do it here."""
    ids = able_ids(at).get(capability, frozenset()) - set(besides)
    return list(User.objects.filter(pk__in=ids).order_by("name", "pk")) if ids else []


def rules_standing(at: datetime) -> list[Standing]:
    """Return every two-person rule with the people who are able to keep it at `at`."""
    able = able_ids(at)
    users = {user.pk: user for user in User.objects.filter(pk__in=frozenset().union(*able.values())).order_by("name")}

    def named(ids: frozenset[int]) -> list[User]:
        return [user for pk, user in users.items() if pk in ids]

    found = []
    for rule in RULES:
        first, second = able.get(rule.first, frozenset()), able.get(rule.second, frozenset())
        holds = bool(first) and bool(second) and len(first | second) > 1
        found.append(Standing(rule, named(first), named(second), holds))
    return found


def rules_broken(at: datetime) -> list[Standing]:
    """Return the rules that fewer than two able people could keep at `at`: what they ask for would wait for ever."""
    return [standing for standing in rules_standing(at) if not standing.holds]
