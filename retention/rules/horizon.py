"""When the last backup that holds what was destroyed has aged out: only then is a disposition finalised."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from retention.rules.citations import Citation
from retention.rules.rulefile import Section, read_rule_file

FILE = Path(__file__).with_name("horizon.toml")


@dataclass(frozen=True, slots=True)
class Horizon:
    """How many days a backup is kept, and why."""

    days: int
    citation: Citation

    def last_copy_gone_on(self, destroyed_on: date) -> date:
        """Return the first day on which no backup made before the destruction is left."""
        return destroyed_on + timedelta(days=self.days)

    def or_longer(self, declared_days: int) -> "Horizon":
        """Return this horizon, or a longer one that the operator of an outside database declared for its backups."""
        return replace(self, days=max(self.days, declared_days))


@cache
def backup_horizon() -> Horizon:
    """Return the shipped horizon. Raises RuleFileError."""
    return read_horizon(read_rule_file(FILE))


def read_horizon(file: Section) -> Horizon:
    """Read a horizon; at least one day. Raises RuleFileError."""
    backups = file.take_section("backups")
    found = Horizon(backups.take_count("days"), backups.take_citation())
    backups.close()
    file.close()
    if not found.days:
        raise file.refuse("backups: days must be at least 1")
    return found
