"""The outside approval of a destruction: when a certificate must be filed and from when on it lets records go."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from retention.rules.citations import Citation, Mark
from retention.rules.rulefile import Section, read_rule_file

AUTHORITIES = Path(__file__).parent / "authorities"
_DAY = timedelta(days=1)


class CertificateError(ValueError):
    """Dates of a certificate that contradict each other. `sentence` says which."""

    code = "certificate-dates"
    retry_helps = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Authority:
    """Who approves disposals and by which times. `meeting_weekday` counts Monday as 1."""

    code: str
    name: str
    version: date
    lead_days: int
    lead_citation: Citation
    meeting_weekday: int
    meeting_week: int
    meeting_citation: Citation
    agenda_business_days: int
    agenda_citation: Citation


@dataclass(frozen=True, slots=True)
class CertificateState:
    """From when on a batch may be executed: `eligible_on` is `None` until the approved certificate has come back."""

    eligible_on: date | None
    sentence: str
    citations: tuple[Citation, ...]


@cache
def authority(code: str) -> Authority:
    """Return the authority shipped under `code`. Raises RuleFileError."""
    return read_authority(read_rule_file(AUTHORITIES / f"{code}.toml"))


def read_authority(file: Section) -> Authority:
    """Read an authority. Raises RuleFileError."""
    certificate, meeting, agenda = (file.take_section(key) for key in ("certificate", "meeting", "agenda"))
    found = Authority(
        code=file.take_code("code"),
        name=file.take_text("name"),
        version=file.take_day("version"),
        lead_days=certificate.take_count("lead_days"),
        lead_citation=certificate.take_citation(),
        meeting_weekday=meeting.take_count("weekday"),
        meeting_week=meeting.take_count("week"),
        meeting_citation=meeting.take_citation(),
        agenda_business_days=agenda.take_count("lead_business_days"),
        agenda_citation=agenda.take_citation(),
    )
    for section in (certificate, meeting, agenda, file):
        section.close()
    if found.meeting_weekday not in range(1, 8) or found.meeting_week not in range(1, 5):
        raise file.refuse("meeting: weekday is 1 to 7 and week 1 to 4")
    return found


def file_by(found: Authority, disposal_on: date) -> date:
    """Return the last day on which a certificate for a disposal on `disposal_on` may be filed."""
    return disposal_on - timedelta(days=found.lead_days)


def certificate_state(
    found: Authority, *, proposed_on: date, filed_on: date | None, approved_on: date | None
) -> CertificateState:
    """Say from when on a batch may be executed.

    `proposed_on` is the disposal date written on the certificate ("on or after"), `approved_on` the day the approved
    certificate came back. Silence approves nothing, however long. Raises `CertificateError`.
    """
    citations = (found.lead_citation,)
    if filed_on is None:
        if approved_on is not None:
            raise CertificateError("A certificate cannot have come back before it was filed: enter the day of filing.")
        last = file_by(found, proposed_on)
        text = f"Nothing may be destroyed: no certificate is filed; for {proposed_on} it must be filed by {last}"
        return CertificateState(None, f"{text} ({found.lead_citation}).", citations)
    lead = filed_on + timedelta(days=found.lead_days)
    if approved_on is None:
        text = f"Nothing may be destroyed: the certificate filed on {filed_on} has not come back approved from the"
        return CertificateState(None, f"{text} {found.name}, and silence approves nothing.", citations)
    if approved_on < filed_on:
        raise CertificateError(f"The approval of {approved_on} lies before the filing of {filed_on}. Check both days.")
    eligible_on = max(lead, approved_on, proposed_on)
    reasons = {
        lead: f"{found.lead_days} days after the filing of {filed_on}",
        approved_on: "the day the approved certificate came back",
        proposed_on: "the date written on the certificate",
    }
    text = f"May be destroyed from {eligible_on}, {reasons[eligible_on]}; approved {approved_on}"
    return CertificateState(eligible_on, f"{text} ({found.lead_citation}).", citations)


def meeting_in(found: Authority, year: int, month: int, is_holiday: Callable[[date], bool]) -> date:
    """Return the day of the meeting of a month; a holiday moves it to the next day that is none."""
    first = date(year, month, 1)
    offset = (found.meeting_weekday - first.isoweekday()) % 7 + 7 * (found.meeting_week - 1)
    day = first + timedelta(days=offset)
    while is_holiday(day):
        day += _DAY
    return day


def agenda_deadline(found: Authority, meeting: date, is_business_day: Callable[[date], bool]) -> date:
    """Return the last day on which an application must arrive to be on the agenda of a meeting."""
    day, left = meeting, found.agenda_business_days
    while left:
        day -= _DAY
        if is_business_day(day):
            left -= 1
    return day


def needs_check(found: Authority) -> tuple[Citation, ...]:
    """Return the rules of an authority that were not confirmed in the source itself."""
    every = (found.lead_citation, found.meeting_citation, found.agenda_citation)
    return tuple(citation for citation in every if citation.mark is not Mark.CONFIRMED)
