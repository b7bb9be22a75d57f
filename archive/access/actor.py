"""Who acts: a person with the offices held at that instant, or a process of ours."""

from dataclasses import dataclass
from datetime import datetime

from archive.access.held import BROKEN_GLASS, held_rows
from archive.access.models import User


class NotAPerson(Exception):
    """A process tried what needs a person."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (`user`) or a process (`process`, for example `worker`), never both.

    A process does what the schedule says and nothing that needs a person's authority.
    """

    user: User | None = None
    process: str = ""

    def __post_init__(self) -> None:
        if (self.user is None) == (self.process == ""):
            raise ValueError("An actor is a user or a process.")

    @property
    def person(self) -> User:
        """The person who acts. Raises NotAPerson for a process: it decides nothing."""
        if self.user is None:
            raise NotAPerson("A process decides nothing. A person with the authority must do this.")
        return self.user

    def offices(self, at: datetime) -> frozenset[str]:
        """Return the codes of the offices whose authority the person has at `at`; a process has none."""
        if self.user is None or not self.user.is_active:
            return frozenset()
        rows = held_rows(self.user.pk, at)
        return frozenset(office for office, authority, given in rows if not given and authority != BROKEN_GLASS)
