"""One policy for yes/no and for querysets: authority is by office on the date (design.md 4).

A model takes part through a `Visibility` rule, which says the same thing twice: as a condition on rows and about one
object. Models with a `compartment` column need none: the compartment decides.
"""

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from django.db.models import Model, Q, QuerySet, Value

from archive.access.actor import Actor
from archive.access.held import BROKEN_GLASS, held_rows
from archive.access.models import Appointment, Compartment, Designation
from archive.extension import ExtensionPoint

M = TypeVar("M", bound=Model)

CAPABILITIES_FILE = Path(__file__).with_name("capabilities.toml")


class Denied(Exception):
    """The actor may not do this. The message is a sentence for the person; `code` is the missing capability."""

    def __init__(self, capability: str) -> None:
        self.code = capability
        super().__init__(
            f"Your offices on this date do not include the authority for this ({capability}). "
            "Nothing was changed. Ask the records manager who holds it."
        )


class Visibility(Protocol):
    """Who sees which rows of `model`, beyond the compartment rule.

    MUST give the same answer as `condition` (rows) and as `allows` (one object): a parity test holds them together.
    MUST NOT widen what the compartment rule denies.
    """

    model: type[Model]

    def condition(self, actor: Actor, at: datetime) -> Q:
        """Return the condition on rows of `model`."""

    def allows(self, actor: Actor, obj: Any, at: datetime) -> bool:
        """Return whether the actor sees this one object."""


VISIBILITY: ExtensionPoint[Visibility] = ExtensionPoint("ACCESS_VISIBILITY")


@cache
def office_table() -> dict[str, tuple[str, frozenset[str]]]:
    """Return office code → (name, capabilities), read from `capabilities.toml`."""
    table = tomllib.loads(CAPABILITIES_FILE.read_text())
    return {code: (row["name"], frozenset(row["may"])) for code, row in table.items()}


def authority_rows(at: datetime) -> QuerySet[Appointment, tuple[Any, ...]]:
    """Return (user id, office code, authority, capability) of everybody at `at`, in one query.

    The capability is empty for an office that is held, and names the one that a holder gave to a designee.
    """
    columns = ("user_id", "office_id", "office__authority")
    held = Appointment.objects.filter(Appointment.in_force(at), user__is_active=True)
    given = Designation.objects.filter(since__lte=at, until__gt=at, user__is_active=True)
    return held.values_list(*columns, Value("")).union(given.values_list(*columns, "capability"))


def authority_of(office: str, authority: str, capability: str) -> frozenset[str]:
    """Return what one row of `authority_rows` gives: never more than the office itself has."""
    _, may = office_table().get(authority or office, ("", frozenset()))
    return may if not capability else may & {capability}


def capabilities(actor: Actor, at: datetime) -> frozenset[str]:
    """Return what the actor may do at `at`, from every office held then and every designation that runs."""
    return _held(actor, at)[0]


def _held(actor: Actor, at: datetime) -> tuple[frozenset[str], frozenset[str]]:
    """Return the actor's capabilities, and the compartments opened in an emergency: one query, as every page asks."""
    if actor.user is None or not actor.user.is_active:
        return frozenset(), frozenset()
    rows = held_rows(actor.user.pk, at)
    may = frozenset().union(*(authority_of(*row) for row in rows if row[1] != BROKEN_GLASS))
    return may, frozenset(code for code, authority, _ in rows if authority == BROKEN_GLASS)


def allows(actor: Actor, capability: str, at: datetime, obj: Model | None = None) -> bool:
    """Return whether the actor has the capability at `at`, and sees the object if one is given."""
    if capability not in capabilities(actor, at):
        return False
    return obj is None or sees(actor, obj, at)


def require(actor: Actor, capability: str, at: datetime, obj: Model | None = None) -> None:
    """Raise `Denied` unless `allows`."""
    if not allows(actor, capability, at, obj):
        raise Denied(capability)


def open_compartments(actor: Actor, at: datetime) -> frozenset[str]:
    """Return the codes of the compartments that stand open for the actor; `public` needs only `record.read`.

    One that was opened in an emergency stands open until its time is over (archive/access/emergency).
    """
    held, broken = _held(actor, at)
    if "record.read" not in held:
        return frozenset()
    named = {c.removeprefix("compartment.") for c in held if c.startswith("compartment.")}
    return frozenset({"public"} | named | broken)


def visible(actor: Actor, rows: QuerySet[M], at: datetime) -> QuerySet[M]:
    """Return the rows that the actor may see. Every selector starts here."""
    condition = Q()
    if any(field.name == "compartment" for field in rows.model._meta.get_fields()):
        condition &= Q(compartment__in=open_compartments(actor, at))
    for rule in VISIBILITY.all():
        if rule.model is rows.model:
            condition &= rule.condition(actor, at)
    return rows.filter(condition)


def sees(actor: Actor, obj: Model, at: datetime) -> bool:
    """Return whether the actor may see this one object: the yes/no twin of `visible`."""
    compartment = getattr(obj, "compartment", None)
    if compartment is not None and compartment not in open_compartments(actor, at):
        return False
    return all(rule.allows(actor, obj, at) for rule in VISIBILITY.all() if rule.model is type(obj))


def closed_counts(actor: Actor, rows: QuerySet[M], at: datetime) -> dict[str, int]:
    """Return how many rows lie in compartments that are closed to the actor, by code; sealed ones are never named."""
    hidden = Compartment.objects.filter(sealed=False).exclude(code__in=open_compartments(actor, at))
    codes = set(hidden.values_list("code", flat=True))
    counts = {code: rows.filter(compartment=code).count() for code in sorted(codes)}
    return {code: n for code, n in counts.items() if n}
