"""What waits for a person: the items that rooms put on the Today page (config/desk/today.py)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for this person.

    `title` says what to do, `url` leads there, `why` says in a sentence why it waits for them. `due` is the last day on
    which it is in time, in the department's zone; none where no day binds.
    """

    title: str
    due: date | None
    url: str
    why: str
