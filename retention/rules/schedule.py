"""A retention schedule as a dated file: its series, and which captured items fall into which."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from itertools import product
from pathlib import Path

from retention.rules.periods import Period, PeriodError
from retention.rules.rulefile import MAX_BYTES, RuleFileError, Section, read_rule_text
from retention.rules.series import Action, Cutoff, SeriesRule, Trigger

SCHEDULES = Path(__file__).parent / "schedules"
RECORD = "record"
MAX_CODE = 32


@dataclass(frozen=True, slots=True)
class Classification:
    """One line of the order in which series are found: empty `kind` or `state` stands for every one."""

    holding: str
    kind: str
    state: str
    series: str

    def fits(self, holding: str, kind: str, state: str) -> bool:
        """Say whether an item of this holding, kind and state falls under this line."""
        return self.holding == holding and self.kind in ("", kind) and self.state in ("", state)


@dataclass(frozen=True, slots=True)
class ScheduleFile:
    """A schedule as read. `sha256` is the digest of the very text, to be kept with its adoption.

    `authority` says whose it is, `application` is the number of the approved application (empty until there is one),
    `note` is what a reader must know.
    """

    code: str
    version: str
    title: str
    authority: str
    application: str
    effective_on: date
    note: str
    series: tuple[SeriesRule, ...]
    classification: tuple[Classification, ...]
    sha256: bytes

    def rule(self, code: str) -> SeriesRule:
        """Return the series `code`. Raises KeyError."""
        for rule in self.series:
            if rule.code == code:
                return rule
        raise KeyError(code)

    def series_for(self, *, kind: str = "", state: str = "", holding: str = RECORD) -> SeriesRule | None:
        """Return the series of an item: the first line that fits, or `None`, the unscheduled queue."""
        for line in self.classification:
            if line.fits(holding, kind, state):
                return self.rule(line.series)
        return None


@cache
def starter_schedule() -> ScheduleFile:
    """Return the shipped defaults, to be edited and adopted by the department. Raises `RuleFileError`."""
    return read_schedule_bytes((SCHEDULES / "starter.toml").read_bytes(), "starter.toml")


def read_schedule_bytes(content: bytes, where: str) -> ScheduleFile:
    """Read the bytes of a schedule, an uploaded one too. Raises `RuleFileError` naming the place."""
    if len(content) > MAX_BYTES:
        raise RuleFileError(where, f"longer than {MAX_BYTES} bytes")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise RuleFileError(where, f"not UTF-8 ({error})") from error
    return _schedule(read_rule_text(text, where), sha256(content).digest())


def _schedule(file: Section, digest: bytes) -> ScheduleFile:
    schedule = ScheduleFile(
        code=file.take_code("code"),
        version=file.take_code("version"),
        title=file.take_text("title"),
        authority=file.take_text("authority"),
        application=file.take_text("application", ""),
        effective_on=file.take_day("effective_on"),
        note=file.take_text("note", ""),
        series=tuple(_series(section) for section in file.take_sections("series", least=1)),
        classification=tuple(line for section in file.take_sections("classify") for line in _lines(section)),
        sha256=digest,
    )
    file.close()
    codes = [rule.code for rule in schedule.series]
    if len(set(codes)) != len(codes):
        raise file.refuse("two series have the same code")
    unknown = sorted({line.series for line in schedule.classification} - set(codes))
    if unknown:
        raise file.refuse(f"classify names series that are not here: {', '.join(unknown)}")
    return schedule


def _series(section: Section) -> SeriesRule:
    rule = SeriesRule(
        code=section.take_code("code"),
        title=section.take_text("title"),
        trigger=section.take_choice("trigger", Trigger),
        cutoff=section.take_choice("cutoff", Cutoff, Cutoff.EXACT),
        period=_period(section, "period"),
        floor=_period(section, "floor"),
        action=section.take_choice("action", Action),
        item=section.take_text("item", ""),
        citation=section.take_citation(),
    )
    if len(rule.code) > MAX_CODE:
        raise section.refuse(f"code is longer than {MAX_CODE} characters")
    if rule.permanent != (rule.period is None):
        raise section.refuse("a permanent series has no period, and every other one needs a period")
    if rule.permanent and (rule.floor is not None or rule.action is not Action.KEEP):
        raise section.refuse("a permanent series has no floor, and its action is keep")
    return rule


def _period(section: Section, key: str) -> Period | None:
    if not section.has(key):
        return None
    try:
        return Period.parse(section.take_text(key))
    except PeriodError as error:
        raise section.refuse(f"{key}: {error}") from error


def _lines(section: Section) -> Iterable[Classification]:
    holding = section.take_text("holding", RECORD)
    kinds = section.take_texts("kinds", ("",))
    states = section.take_texts("states", ("",))
    series = section.take_code("series")
    if not kinds or not states:
        raise section.refuse("leave kinds or states out to mean every one; an empty list means none")
    return [Classification(holding, kind, state, series) for kind, state in product(kinds, states)]
