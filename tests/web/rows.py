"""A row of the list of pages: one address with one method, who may open it, and what it answers."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from archive.access.models import User
from archive.access.policy import office_table
from tests.web.world import World


class Whose(StrEnum):
    """Whose thing the visitor asks for."""

    OWN = "own"
    COLLEAGUE = "colleague's"
    STRANGER = "stranger's"


@dataclass(frozen=True, slots=True)
class Row:
    """One address with one method.

    `may`: capabilities of which one opens it; None for every signed-in person. `make(world, owner)` creates the thing
    that the address names, as the owner's, and answers the route's values. `sees(world, office, whose)`: whether a
    holder of the office sees the thing (default: yes); one who does not gets 404. `post`: the form that is sent; None
    for a GET. `owned`: whose the thing is can matter; else it is made once for all visits of a test. `answers`: the
    status of a success. `public`: open without signing in. `look`: the accessibility test
    visits it.
    """

    route: str
    may: Set[str] | None = None
    make: Callable[[World, User], Mapping[str, Any]] | None = None
    sees: Callable[[World, str, Whose], bool] | None = None
    post: Mapping[str, Any] | None = None
    answers: Set[int] = frozenset({200})
    public: bool = False
    look: bool = True
    owned: bool = True

    @property
    def method(self) -> str:
        """`get` or `post`."""
        return "get" if self.post is None else "post"

    def __str__(self) -> str:
        return f"{self.method} /{self.route}"

    def opens_for(self, office: str) -> bool:
        """Whether holders of this office may open the page at all."""
        return self.public or self.may is None or bool(self.may & office_table()[office][1])

    def expected(self, world: World, office: str, whose: Whose) -> Set[int]:
        """The statuses that are right for a holder of the office."""
        if not self.opens_for(office):
            return frozenset({403})
        if self.sees is not None and not self.sees(world, office, whose):
            return frozenset({404})
        return self.answers


SENT = frozenset({302})  #: what a form that was taken answers
