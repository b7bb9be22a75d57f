"""Leaves that commit to nothing, so that the public log says little of how much happened and when (ledger.md 6.2)."""

import os

from archive.ledger.commitment import padding

PADDING = bytes(16)
"""The subject under which the database keeps padding. The log itself cannot tell it from anything else."""

LOST = b"\xff" * 16
"""The subject of entries that a restored database got back from the publication, without what they say."""


def padding_entries(new: int, floor: int) -> list[bytes]:
    """Return the entries that fill up `new` ones to a power of two, `floor` at least; none when `floor` is 0."""
    if floor <= 0:
        return []
    wanted = max(floor, 1 << max(new - 1, 0).bit_length())
    return [padding(os.urandom(32)).entry for _ in range(wanted - new)]
