"""Letters as values: what they say is kept as text, and drawing them again gives the same document."""

import hashlib
import tomllib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import words_keep
from archive.access.models import Department, User, Words
from archive.access.policy import office_table
from archive.documents.document import Document, Furniture, plain
from archive.documents.layouts import Denial, DeniedPart, Responsible, Section
from archive.documents.layouts import Letter as LetterLayout
from archive.documents.layouts import letter as letter_layout
from archive.ledger.encoding import base64url
from archive.ledger.services import EventDraft, append_events
from foia.requests.clock import rules
from foia.requests.models import Letter, LetterKind, RecordsRequest
from retention.errors import Refused

DATA = Path(__file__).with_name("letters_illinois.toml")


@dataclass(frozen=True, slots=True)
class SectionText:
    """A part of a letter under a heading (empty: none)."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LetterText:
    """A letter, all of it plain text but the denial, which refuses to exist with a mandatory part empty."""

    department: str
    date: str
    addressee: tuple[str, ...]
    subject: str
    reference: tuple[tuple[str, str], ...]
    salutation: str
    sections: tuple[SectionText, ...]
    signer: str
    signer_title: str
    denial: Denial | None = None
    enclosures: tuple[str, ...] = ()
    legend: str = ""


@cache
def letter_words() -> dict[str, Any]:
    """Return the words of letters, with their version, as the data file has them."""
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def letter_document(text: LetterText) -> Document:
    """Return the letter as a document."""
    return letter_layout(
        LetterLayout(
            department=text.department,
            department_lines=(),
            date=text.date,
            addressee=text.addressee,
            subject=text.subject,
            reference=text.reference,
            salutation=text.salutation,
            sections=tuple(
                Section(part.heading, tuple(map(plain, part.paragraphs)), tuple(map(plain, part.items)))
                for part in text.sections
            ),
            signer=text.signer,
            signer_title=text.signer_title,
            denial=text.denial,
            enclosures=text.enclosures,
            furniture=Furniture(legend=text.legend),
        )
    )


def letter_text(letter: Letter) -> LetterText:
    """Return what an issued letter says."""
    return msgspec.json.decode(Words.objects.get(ref=letter.body_ref).text, type=LetterText)


def letter_write(
    request: RecordsRequest,
    kind: LetterKind,
    text: LetterText,
    *,
    by: User,
    at: datetime,
    collection_ref: uuid.UUID | None = None,
) -> Letter:
    """Keep a letter with the digest of what it says in the log. In the caller's transaction."""
    body = msgspec.json.encode(text, order="sorted")
    ref = uuid.uuid4()
    [event] = append_events(
        [
            EventDraft(
                kind="request.letter",
                schema="request.letter/1",
                subject=bytes(request.subject),
                fields={
                    "/request/ref": str(request.ref),
                    "/letter/ref": str(ref),
                    "/letter/kind": kind.value,
                    "/letter/sha256": base64url(hashlib.sha256(body).digest()),
                },
                compartment="public",
                at=at,
            )
        ]
    )
    return Letter.objects.create(
        ref=ref,
        request=request,
        kind=kind,
        template=letter_words()["version"],
        body_ref=words_keep(body.decode("utf-8"), compartment="public", at=at),
        collection_ref=collection_ref,
        at=at,
        by=by,
        event_id=event.event_id,
    )


def extension_letter(
    request: RecordsRequest, *, reasons: Sequence[str], until: date, signer: User, at: datetime
) -> LetterText:
    """Return the letter that extends the period: its reasons and the day of the answer (5 ILCS 140/3(f))."""
    words = letter_words()["extension"]
    track = rules().track(request.track, Department.objects.get().day(request.received_at))
    known = {reason.code: reason.text for extension in track.extensions for reason in extension.reasons}
    items = tuple(f"{code}: {known[code]}" for code in reasons)
    text = words["text"].format(received=day_text(_received_on(request)), until=day_text(until))
    sections = (SectionText("", (text,)), SectionText(words["reasons"], items=items))
    return letter_for(request, LetterKind.EXTENSION, sections, signer=signer, at=at)


def letter_for(
    request: RecordsRequest,
    kind: LetterKind,
    sections: tuple[SectionText, ...],
    *,
    signer: User,
    at: datetime,
    denial: Denial | None = None,
    enclosures: tuple[str, ...] = (),
) -> LetterText:
    """Return a letter on the department's head to whoever asked. Raises Refused when the signer holds no office."""
    words = letter_words()
    department = Department.objects.get()
    return LetterText(
        department=department.name,
        date=day_text(department.day(at)),
        addressee=_addressee(request),
        subject=words[kind.value]["subject"].format(number=request.number),
        reference=(
            (words["words"]["number"], request.number),
            (words["words"]["received"], day_text(_received_on(request))),
        ),
        salutation=words["words"]["salutation"],
        sections=sections,
        signer=signer.name,
        signer_title=title_of(signer, at),
        denial=denial,
        enclosures=enclosures,
        legend=words["words"]["demonstration"] if department.demonstration else "",
    )


def denial_of(
    *, decision: str, parts: tuple[DeniedPart, ...], persons: Sequence[User], contact: tuple[str, ...], at: datetime
) -> Denial:
    """Return the denial of a letter (5 ILCS 140/9(a), (b)). Raises MissingPart when one of its parts is empty."""
    words = letter_words()
    return Denial(
        decision=decision,
        parts=parts,
        responsible=tuple(Responsible(person.name, title_of(person, at)) for person in persons),
        counselor_review=words["counselor_review"],
        counselor_contact=contact,
        judicial_review=words["judicial_review"],
    )


def title_of(person: User, at: datetime) -> str:
    """Return the offices that a person held at that instant, as a title. Raises Refused for none."""
    table = office_table()
    titles = [table[code][0] for code in sorted(Actor(user=person).offices(at)) if code in table]
    if not titles:
        raise Refused(
            "letter.title",
            _("%(name)s held no office on that day, and a letter names titles.") % {"name": person.name},
        )
    return ", ".join(titles)


def day_text(day: date) -> str:
    """Return a day as letters write it: June 5, 2026."""
    return f"{day:%B} {day.day}, {day.year}"


def _received_on(request: RecordsRequest) -> date:
    return Department.objects.get().day(request.received_at)


def _addressee(request: RecordsRequest) -> tuple[str, ...]:
    refs = [ref for ref in (request.requester_ref, request.contact_ref) if ref is not None]
    known = dict(Words.objects.filter(ref__in=refs).values_list("ref", "text"))
    lines = tuple(line.strip() for ref in refs for line in known.get(ref, "").splitlines() if line.strip())
    return lines or (letter_words()["words"]["addressee"],)
