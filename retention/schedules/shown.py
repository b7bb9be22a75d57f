"""Holdings as lists show them: what they are and where their page is, or only that one lies in a closed compartment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Compartment
from archive.destruction.holdings import Description, Holding, holding_kind
from archive.destruction.record_holding import KIND as RECORD
from archive.records.models import Record
from archive.records.names import KINDS


@dataclass(frozen=True, slots=True)
class Shown:
    """One holding in a list. `open` is whether the reader may see what it is; `url` is empty where it has no page."""

    title: str
    ref: str
    url: str
    open: bool


def holdings_shown(holdings: Iterable[Holding], *, actor: Actor, at: datetime) -> dict[Holding, Shown]:
    """Return how each holding is shown. Those in sealed compartments that are closed to the reader are left out."""
    by_kind: dict[str, list[int]] = {}
    for holding in holdings:
        by_kind.setdefault(holding.kind, []).append(holding.id)
    names = dict(Compartment.objects.filter(sealed=False).values_list("code", "name"))
    opened = policy.open_compartments(actor, at)
    shown: dict[Holding, Shown] = {}
    for kind, ids in by_kind.items():
        seen = _records(ids, actor, at) if kind == RECORD else {}
        for one, told in holding_kind(kind).describe(ids).items():
            if one in seen:
                shown[Holding(kind, one)] = seen[one]
            elif told.compartment in opened and kind != RECORD:
                shown[Holding(kind, one)] = Shown(told.title, str(told.ref), "", open=True)
            elif told.compartment in names or told.compartment in opened:
                shown[Holding(kind, one)] = _closed(told, names)
    return shown


def _records(ids: list[int], actor: Actor, at: datetime) -> dict[int, Shown]:
    rows = policy.visible(actor, Record.objects.all(), at).filter(pk__in=ids).select_related("account")
    return {row.pk: Shown(_title(row), str(row.ref), record_address(row), open=True) for row in rows}


def _title(record: Record) -> str:
    return _("%(kind)s on %(page)s") % {"kind": KINDS[record.kind], "page": record.account}


def _closed(told: Description, names: dict[str, str]) -> Shown:
    name = names.get(told.compartment, told.compartment)
    return Shown(_("One in the compartment “%(name)s”, closed to you") % {"name": name}, "", "", open=False)


def record_address(record: Record) -> str:
    """Return the address of a record's page; empty where the records have no pages."""
    try:
        return reverse("record", kwargs={"ref": record.ref})
    except NoReverseMatch:
        return ""
