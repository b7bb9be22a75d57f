"""The extension point through which upper rooms name a filter of the search: which values there are, and their titles.

Search knows the columns of `search_document`; what the numbers in some of them mean, it does not. The room that fills
such a column lists an implementation in the setting `RECORD_FILTERS`. Without one the filter is not offered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from django.utils.functional import Promise

from archive.access.actor import Actor
from archive.extension import ExtensionPoint

Column = Literal["series_id"]
"""The columns of `search_document` that an upper room fills."""


@dataclass(frozen=True, slots=True)
class FilterOption:
    """One value of a filter: `code` stands in addresses, `value` in the column, `title` is what a clerk reads."""

    code: str
    value: int
    title: str


class RecordFilter(Protocol):
    """A filter of the search that belongs to an upper room.

    `name` is its name in addresses: lower-case letters, none of those that search itself uses. `column` is the column
    that it narrows, `title` what a clerk reads above its values, `nothing` what is read where the column is empty.
    """

    name: str
    column: Column
    title: str | Promise
    nothing: str | Promise

    def options(self, actor: Actor, at: datetime) -> Sequence[FilterOption]:
        """Return the values that the actor may know of, in the order to show.

        MUST be one indexed query and at most 500 values: it is asked on every search. MUST still name values that are
        out of use, since records keep them.
        """


FILTERS: ExtensionPoint[RecordFilter] = ExtensionPoint("RECORD_FILTERS")
