"""Exemption codes as dated data: what may be claimed on a day, what it means, and how far it was checked. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from retention.errors import Refused
from retention.rules.citations import Citation
from retention.rules.rulefile import Section, read_rule_file

CODES = Path(__file__).parent / "exemption_codes"
JURISDICTION = "illinois"
MAX_CODE = 32


@dataclass(frozen=True, slots=True)
class Exemption:
    """A reason to hide something. `exemption` is false for those that claim no exemption of the law (not asked for, a
    duplicate): they are in no denial letter.
    """

    code: str
    label: str
    text: str
    valid_from: date
    valid_to: date | None
    citation: Citation
    exemption: bool

    def in_force(self, on: date) -> bool:
        """Say whether the code may be claimed on this day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def exemptions_in_force(on: date, jurisdiction: str = JURISDICTION) -> tuple[Exemption, ...]:
    """Return what may be claimed on a day, in the order of the statute."""
    return tuple(entry for entry in _entries(jurisdiction) if entry.in_force(on))


def exemption_of(code: str, on: date, jurisdiction: str = JURISDICTION) -> Exemption:
    """Return the meaning of `code` on a day. Raises Refused for a code that is unknown or not in force."""
    for entry in _entries(jurisdiction):
        if entry.code == code and entry.in_force(on):
            return entry
    raise Refused("review.code", f"{code!r} is no exemption in force on {on}. Choose one from the list.")


def exemptions_check(codes: Iterable[str], *, at: datetime) -> None:
    """Raise Refused unless there is at least one code and every one may be claimed at `at`."""
    chosen = sorted(set(codes))
    if not chosen:
        raise Refused("review.code", "Choose the exemption that is claimed: nothing is hidden without one.")
    for code in chosen:
        exemption_of(code, at.date())


def exemptions_version(jurisdiction: str = JURISDICTION) -> str:
    """Return the id and date of the file in use, to be noted beside what rests on it."""
    return _read(jurisdiction)[0]


def _entries(jurisdiction: str) -> tuple[Exemption, ...]:
    return _read(jurisdiction)[1]


@cache
def _read(jurisdiction: str) -> tuple[str, tuple[Exemption, ...]]:
    return read_exemptions(read_rule_file(CODES / f"{jurisdiction}.toml"))


def read_exemptions(file: Section) -> tuple[str, tuple[Exemption, ...]]:
    """Read a file of codes: its id and date, and its entries. Raises RuleFileError."""
    code, _ = file.take_code("code"), file.take_text("title")
    version = file.take_day("version")
    entries = tuple(_entry(section) for section in file.take_sections("entry", least=1))
    file.close()
    latest: dict[str, Exemption] = {}
    for entry in sorted(entries, key=lambda entry: entry.valid_from):
        before = latest.get(entry.code)
        if before is not None and before.in_force(entry.valid_from):
            raise file.refuse(f"two entries {entry.code} are in force on {entry.valid_from}")
        latest[entry.code] = entry
    return f"{code}/{version}", entries


def _entry(section: Section) -> Exemption:
    entry = Exemption(
        code=section.take_code("code"),
        label=section.take_text("label"),
        text=section.take_text("text"),
        valid_from=section.take_day("valid_from"),
        valid_to=section.take_optional_day("valid_to"),
        citation=section.take_citation(),
        exemption=section.take_flag("exemption"),
    )
    if len(entry.code) > MAX_CODE:
        raise section.refuse(f"code is longer than {MAX_CODE} characters")
    if entry.valid_to is not None and entry.valid_to < entry.valid_from:
        raise section.refuse("valid_to lies before valid_from")
    return entry
