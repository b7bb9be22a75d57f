"""The recovery sheet as a document of two pages, to be printed, sealed in an envelope and put where the fire is not."""

import io
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from archive.documents.document import (
    Block,
    Document,
    Furniture,
    Heading,
    Listing,
    NewPage,
    Note,
    Paragraph,
    Role,
    Text,
    facts,
    plain,
)
from archive.documents.pdf import render
from retention.rules.horizon import backup_horizon

_PREFIX = "AGE-SECRET-KEY-1"


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """All that stands on a sheet. `identity` and `recapture_key` (hex) are the secrets; `place` is BACKUP_URL."""

    number: int
    made_at: datetime
    department: str
    zone_day: str
    origin: str
    vkey: str
    identity: str
    recapture_key: str
    place: str
    version: str
    demonstration: bool


def sheet_pdf(facts_: SheetFacts) -> bytes:
    """Return the sheet as a PDF."""
    out = io.BytesIO()
    render(sheet_document(facts_), out)
    return out.getvalue()


def sheet_document(told: SheetFacts) -> Document:
    """Return the sheet: page one is the key, page two what to do with it."""
    title = _("Recovery sheet %(number)d") % {"number": told.number}
    return Document(
        title=title,
        language="en-US",
        blocks=(*_key_page(title, told), NewPage(), *_work_page(told)),
        furniture=Furniture(
            legend=_("DEMONSTRATION") if told.demonstration else "",
            footer=_("%(department)s: recovery sheet %(number)d, made on %(day)s. Keep sealed.")
            % {"department": told.department, "number": told.number, "day": told.zone_day},
        ),
    )


def _key_page(title: str, told: SheetFacts) -> tuple[Block, ...]:
    return (
        Heading(title),
        Paragraph(
            plain(
                _(
                    "Who holds this sheet can read every backup of the archive that was made while it was in use. "
                    "Without it nobody can, and no copy of the key below exists on any machine. Print two, seal each "
                    "in an envelope, sign over the flap, and keep them in two buildings."
                )
            )
        ),
        Heading(_("The key"), 2),
        Paragraph(
            plain(
                _(
                    "Type it as it stands here into a text file. Spaces, line ends and small letters do not matter; "
                    "a slip of the hand is noticed, because the key has a checksum of its own."
                )
            )
        ),
        Paragraph((Text("\n".join([_PREFIX, *_groups(told.identity.removeprefix(_PREFIX))])),), Role.CAPTURED),
        Heading(_("The recapture key"), 2),
        Paragraph(
            plain(
                _(
                    "It recognises what was disposed of, so that it is not taken in again. It lies in every backup "
                    "too; it stands here in case that none can be read."
                )
            )
        ),
        Paragraph((Text("\n".join(_groups(told.recapture_key))),), Role.CAPTURED),
        Heading(_("What this sheet opens"), 2),
        Paragraph(
            plain(
                _(
                    "Backups name the number of the sheet they are sealed to. This is sheet %(number)d. Backups made "
                    "before it are opened by the sheet before; keep that one until %(days)d days after this "
                    "one was made, when the last of its backups has aged out."
                )
                % {"number": told.number, "days": backup_horizon().days}
            )
        ),
        Note(
            _("Check it now"),
            plain(
                _(
                    "Before the envelope is closed, call ./run manage recovery-sheet --confirm and type the key from "
                    "the paper. Until somebody has done that, the Integrity page says that nobody knows whether this "
                    "sheet can be read."
                )
            ),
        ),
    )


def _work_page(told: SheetFacts) -> tuple[Block, ...]:
    place = told.place or _("(no second place was named when this sheet was made)")
    steps = (
        _("Take an empty machine with Python 3.11 or later, and put Daybook %(version)s or later on it.")
        % {"version": told.version},
        _("Make the second place readable there: mount its disk, or set the credentials of its bucket."),
        _("Type the key into a file, for example key.txt, on a disk that you will destroy afterwards."),
        _("Call: ./run restore --from '%(place)s' --identity key.txt") % {"place": place},
        _("Read its last lines: they say up to which moment everything is there, and what to do about the time since."),
        _("Call: ./run --live. Then print a new sheet: ./run manage recovery-sheet. This one has been open."),
    )
    return (
        Heading(_("On an empty machine"), 2),
        Listing(tuple(plain(step) for step in steps), numbered=True),
        Paragraph(
            plain(
                _(
                    "The files are in the age format: where Daybook cannot be had, any age program opens them with "
                    "the key (cat the parts of one file together; the database is a deflated tar)."
                )
            )
        ),
        Heading(_("What it is"), 2),
        facts(
            [
                (_("Department"), plain(told.department)),
                (_("Sheet, made"), plain(f"{told.number}, {told.zone_day} ({told.made_at:%Y-%m-%d %H:%M} UTC)")),
                (_("Second place"), plain(place)),
                (_("Name of the log"), plain(told.origin)),
                (_("Public key of the log"), plain(told.vkey)),
            ]
        ),
        Heading(_("Who to call"), 2),
        facts(
            [
                (_("Records manager"), plain("\N{NO-BREAK SPACE}")),
                (_("Who runs the machines"), plain("\N{NO-BREAK SPACE}")),
                (_("Where the other envelope is"), plain("\N{NO-BREAK SPACE}")),
            ]
        ),
    )


def _groups(text: str) -> list[str]:
    """Cut a key into groups of six, five groups a line: what a person can copy without losing the place."""
    groups = [text[start : start + 6] for start in range(0, len(text), 6)]
    return [" ".join(groups[start : start + 5]) for start in range(0, len(groups), 5)]
