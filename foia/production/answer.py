"""The letter that goes with a production: what is granted, what is withheld and why (5 ILCS 140/9)."""

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import Department, User, Words
from archive.access.policy import require
from archive.documents.layouts import Denial, DeniedPart
from foia.collections.models import Purpose
from foia.production.models import Production, ProductionState
from foia.requests.letters import SectionText, day_text, denial_of, letter_for, letter_words
from foia.requests.models import Letter, LetterKind, RecordsRequest
from foia.requests.review_office import review_contact
from foia.requests.rules import answer_kind
from foia.requests.services import letter_issue
from foia.review.exemptions import exemption_of
from foia.review.redaction import Decision
from retention.errors import Refused

_CLAIMED = """
SELECT d.decision, d.by_id, d.basis_ref, c.code, c.n
  FROM production_item p JOIN review_decision d ON d.id = p.decision_id
  CROSS JOIN LATERAL (
       SELECT r.code, count(*) AS n FROM redaction r WHERE r.decision_id = d.id GROUP BY r.code
        UNION ALL
       SELECT code, 1 FROM jsonb_array_elements_text(d.codes) AS code WHERE d.decision = 'withhold') c
 WHERE p.production_id = %s ORDER BY p.number, c.code
"""


REFUSING = frozenset({LetterKind.PARTIAL, LetterKind.DENIAL})


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is denied, exemption by exemption, and the reviewers who hid it."""

    denied: tuple[DeniedPart, ...]
    persons: tuple[int, ...]


@dataclass(slots=True)
class _Claims:
    """Where each exemption is claimed, in the words of the reviewers, and by whom."""

    places: Counter[str] = field(default_factory=Counter)
    bases: dict[str, dict[uuid.UUID, None]] = field(default_factory=dict)
    persons: dict[int, None] = field(default_factory=dict)


def answer_letter_issue(*, production: Production, actor: Actor, at: datetime) -> Letter:
    """Write and issue the letter of a production that is not drawn yet; it becomes part of the bundle.

    The kind follows from the decisions. A letter that denies anything names for each exemption its authority, the
    factual basis and the number of places, every person responsible with title, and both ways of review; with one of
    them empty it is refused. Raises Denied, Refused or MissingPart.
    """
    require(actor, "request.decide", at)
    with transaction.atomic():
        production = (
            Production.objects.select_for_update(of=("self",))
            .select_related("collection", "approval")
            .get(pk=production.pk)
        )
        if production.collection.purpose != Purpose.REQUEST or production.state != ProductionState.NUMBERED:
            raise Refused("production.letter", _("Only a request's production that is not sealed yet gets a letter."))
        request = RecordsRequest.objects.get(ref=production.collection.purpose_ref)
        counts = _decisions(production)
        parts = _parts(production, at)
        kind = LetterKind(answer_kind(counts))
        if kind in REFUSING and not parts.denied:  # only duplicates and the like were left out
            kind = LetterKind.GRANT
        numbers = _numbers(production, request, counts)
        words = letter_words()
        sections = (
            SectionText("", (words[kind.value]["text"].format(**numbers),)),
            SectionText(words["bundle"]["heading"], (words["bundle"]["text"],)),
        )
        text = letter_for(
            request,
            kind,
            sections,
            signer=actor.person,
            at=at,
            denial=_denial(production, kind, parts, numbers, at),
            enclosures=tuple(words["bundle"]["enclosures"]),
        )
        letter = letter_issue(
            request_ref=request.ref,
            kind=kind,
            text=text,
            collection_ref=production.collection.ref,
            actor=actor,
            at=at,
        )
        production.letter_ref = letter.ref
        production.save(update_fields=["letter_ref"])
        audit(actor, "production.letter", at=at, object_kind="production", object_ref=production.ref)
    return letter


def _decisions(production: Production) -> dict[str, int]:
    counts: Counter[str] = Counter({decision.value: 0 for decision in Decision})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.decision, count(*) FROM production_item p JOIN review_decision d ON d.id = p.decision_id"
            " WHERE p.production_id = %s GROUP BY d.decision",
            [production.pk],
        )
        counts.update(dict(cursor.fetchall()))
    return dict(counts)


def _numbers(production: Production, request: RecordsRequest, counts: dict[str, int]) -> dict[str, object]:
    last = production.first + production.items_count - 1
    return {
        "received": day_text(Department.objects.get().day(request.received_at)),
        "records": production.collection.records,
        "versions": production.items_count,
        "first": f"{production.prefix}-{production.first:0{production.width}d}",
        "last": f"{production.prefix}-{last:0{production.width}d}",
        "disclosed": counts[Decision.DISCLOSE],
        "redacted": counts[Decision.REDACT],
        "withheld": counts[Decision.WITHHOLD],
    }


def _denial(
    production: Production, kind: LetterKind, parts: _Parts, numbers: dict[str, object], at: datetime
) -> Denial | None:
    if kind not in REFUSING:
        return None
    persons = list(dict.fromkeys([production.approval.by_id, *parts.persons]))
    users = User.objects.in_bulk(persons)
    return denial_of(
        decision=letter_words()[kind.value]["decision"].format(**numbers),
        parts=parts.denied,
        persons=[users[person] for person in persons],
        contact=review_contact(),
        at=at,
    )


def _parts(production: Production, at: datetime) -> _Parts:
    """Return the exemptions claimed; reasons that claim none (a duplicate) are no part of a denial."""
    claims = _claims(production)
    day = Department.objects.get().day(at)
    codes = [code for code in sorted(claims.places) if exemption_of(code, day).exemption]
    return _Parts(tuple(_part(code, claims, at) for code in codes), tuple(claims.persons))


def _claims(production: Production) -> _Claims:
    claims = _Claims()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMED, [production.pk])
        for _decision, by, basis, code, n in cursor.fetchall():
            claims.places[code] += n
            claims.bases.setdefault(code, {})[basis] = None
            claims.persons[by] = None
    return claims


def _part(code: str, claims: _Claims, at: datetime) -> DeniedPart:
    exemption = exemption_of(code, Department.objects.get().day(at))
    texts = dict(Words.objects.filter(ref__in=claims.bases[code]).values_list("ref", "text"))
    bases = list(dict.fromkeys(texts[ref] for ref in claims.bases[code] if ref in texts))
    return DeniedPart(
        code=code,
        authority=exemption.citation.text,
        basis=" ".join(bases),
        occurrences=claims.places[code],
    )
