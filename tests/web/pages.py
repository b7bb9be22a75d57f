"""Every address of Daybook: who may open it, on whose things. The matrix and the accessibility test read this list.

A page that is in the URL configuration and not here fails both. To add one, add a `Row`:

    Row("requests/", may={"request.take", "request.review"}),
    Row("requests/<uuid:ref>/", may={"request.take"}, make=a_request),  # (world, owner) -> {"ref": …}
    Row("requests/<uuid:ref>/hold/", may={"hold.place"}, make=a_request, post={"reason": "pending suit"}),

`route` is spelled as in the URL configuration, the includes joined. A page that shows a form and takes it needs two
rows, one with `post`.
"""

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
    for a GET. `answers`: the status of a success. `public`: open without signing in. `look`: the accessibility test
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

PAGES: list[Row] = [
    Row(""),
    Row("sign-in/", public=True, answers=frozenset({302}), look=False),  # a signed-in person is sent on
    Row("sign-in/", public=True, post={}, answers=frozenset({302}), look=False),
    Row("sign-out/", public=True, post={}, answers=SENT),
]
