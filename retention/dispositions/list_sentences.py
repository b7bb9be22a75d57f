"""The sentence of every record on a page of a list, in a fixed number of queries: what `explain` says of one."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from archive.access.models import Department
from archive.destruction.holdings import Holding
from archive.destruction.models import Blocker
from retention.dispositions.explaining import BLOCK_KINDS
from retention.holds.coverage import REASON as HOLD
from retention.holds.models import Hold, HoldKind
from retention.rules.decide import Block, BlockKind
from retention.schedules.assigning import basis_of, facts_of
from retention.schedules.computing import Decider
from retention.schedules.models import Assignment


def sentences(holdings: Sequence[Holding]) -> dict[Holding, str]:
    """Return why each holding stays or may go; nothing for those that are assigned to no series or are destroyed."""
    named = Q(pk__in=())
    for kind in {holding.kind for holding in holdings}:
        ids = [holding.id for holding in holdings if holding.kind == kind]
        named |= Q(holding_kind=kind, holding_id__in=ids)
    blocks = _blocks(named)
    decider = Decider.load()
    said: dict[Holding, str] = {}
    for assignment in Assignment.objects.filter(named):
        basis = basis_of(facts_of(assignment), decider.book)
        holding = Holding(assignment.holding_kind, assignment.holding_id)
        if basis is not None:
            said[holding] = decider.decide(basis, tuple(blocks.get(holding, ()))).sentence
    return said


def _blocks(named: Q) -> dict[Holding, list[Block]]:
    rows = list(Blocker.objects.filter(named).order_by("pk"))
    holds = {
        hold.ref: hold for hold in Hold.objects.filter(ref__in={r.reason_ref for r in rows if r.reason_kind == HOLD})
    }
    department = Department.objects.get()
    found: dict[Holding, list[Block]] = {}
    for row in rows:
        hold = holds.get(row.reason_ref)
        if hold is not None:
            kind = HoldKind(hold.kind)
            name = _("%(kind)s hold of %(day)s") % {"kind": kind.label.lower(), "day": department.day(hold.placed_at)}
            block = Block(BLOCK_KINDS[kind], name)
        else:
            block = Block(BlockKind.REQUEST, _("open %(what)s") % {"what": row.reason_kind})
        blocks = found.setdefault(Holding(row.holding_kind, row.holding_id), [])
        if block not in blocks:
            blocks.append(block)
    return found
