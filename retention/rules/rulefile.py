"""Strict reading of a dated rule file (TOML): every key is asked for by name and type, and none may be left over.

A misspelt key in a file that decides about destruction must stop the program, not fall back to a default.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from retention.rules.citations import Citation, Mark

MAX_BYTES = 1_000_000
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./()-]{0,63}")
_Choice = TypeVar("_Choice", bound=StrEnum)


class RuleFileError(ValueError):
    """A rule file that cannot be used. `where` names the file and the place in it."""

    code = "rule-file"
    retry_helps = False

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


class Section:
    """A table of a rule file. Each `take_…` removes its key; `close` refuses what was not asked for."""

    def __init__(self, where: str, values: dict[str, object]) -> None:
        self.where = where
        self._values = dict(values)

    def refuse(self, problem: str) -> RuleFileError:
        """Return the error for a problem in this table, to be raised."""
        return RuleFileError(self.where, problem)

    def has(self, key: str) -> bool:
        """Say whether `key` is given and not yet taken."""
        return key in self._values

    def _take(self, key: str) -> object:
        if key not in self._values:
            raise self.refuse(f"{key} is missing")
        return self._values.pop(key)

    def take_text(self, key: str, default: str | None = None) -> str:
        """Take a text that is not blank (a default may be)."""
        if default is not None and not self.has(key):
            return default
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(f"{key} must be a text that is not empty")
        return value.strip()

    def take_code(self, key: str) -> str:
        """Take a short identifier without blanks."""
        value = self.take_text(key)
        if not _CODE.fullmatch(value):
            raise self.refuse(f"{key} must be a short code without blanks, not {value!r}")
        return value

    def take_count(self, key: str, default: int | None = None) -> int:
        """Take a whole number from 0 to 100,000."""
        if default is not None and not self.has(key):
            return default
        value = self._take(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 100_000:
            raise self.refuse(f"{key} must be a whole number from 0 to 100000")
        return value

    def take_flag(self, key: str, default: bool | None = None) -> bool:
        """Take true or false."""
        if default is not None and not self.has(key):
            return default
        value = self._take(key)
        if not isinstance(value, bool):
            raise self.refuse(f"{key} must be true or false")
        return value

    def take_day(self, key: str) -> date:
        """Take a date."""
        value = self._take(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.refuse(f"{key} must be a date such as 2026-01-01")
        return value

    def take_optional_day(self, key: str) -> date | None:
        """Take a date that may be absent."""
        return self.take_day(key) if self.has(key) else None

    def take_choice(self, key: str, choices: type[_Choice], default: _Choice | None = None) -> _Choice:
        """Take one of the values of an enum."""
        if default is not None and not self.has(key):
            return default
        value = self.take_text(key)
        try:
            return choices(value)
        except ValueError:
            allowed = ", ".join(choices)
            raise self.refuse(f"{key} must be one of {allowed}, not {value!r}") from None

    def take_texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Take a list of texts without repeats."""
        if default is not None and not self.has(key):
            return default
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.refuse(f"{key} must be a list of texts")
        if len(set(value)) != len(value):
            raise self.refuse(f"{key} names something twice")
        return tuple(value)

    def take_citation(self, text_key: str = "citation", mark_key: str = "mark") -> Citation:
        """Take a source and how far it was checked: a rule without both is refused."""
        return Citation(self.take_text(text_key), self.take_choice(mark_key, Mark))

    def take_section(self, key: str) -> "Section":
        """Take a table."""
        value = self._take(key)
        if not isinstance(value, dict):
            raise self.refuse(f"{key} must be a table")
        return Section(f"{self.where} [{key}]", value)

    def take_sections(self, key: str, least: int = 0) -> Iterator["Section"]:
        """Take a list of tables; each is closed after use."""
        values = self._take(key) if self.has(key) or least else []
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self.refuse(f"{key} must be a list of tables")
        if len(values) < least:
            raise self.refuse(f"{key} needs at least {least}")
        for number, value in enumerate(values, 1):
            section = Section(f"{self.where} [[{key}]] {value.get('code', number)}", value)
            yield section
            section.close()

    def close(self) -> None:
        """Refuse keys that nobody asked for."""
        if self._values:
            raise self.refuse(f"unknown: {', '.join(sorted(self._values))}")


def read_rule_text(text: str, where: str) -> Section:
    """Read the text of a rule file. Raises `RuleFileError`."""
    if len(text.encode()) > MAX_BYTES:
        raise RuleFileError(where, f"longer than {MAX_BYTES} bytes")
    try:
        return Section(where, tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RuleFileError(where, f"not TOML ({error})") from error


def read_rule_file(path: Path) -> Section:
    """Read a rule file of this package. Raises `RuleFileError`."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        return read_rule_text(content.decode(), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise RuleFileError(path.name, f"cannot be read ({error})") from error
