"""Room on the disks: two marks of free space, and what waits below each.

Below the first mark large media wait; below the second only words, decisions and proofs are taken, because they are
small and cannot be had again. What waits stays due and is asked again by itself. Looked at are all file systems that
this Daybook writes to, as far as this process can see them; the fullest counts.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from archive.storage.contract import NoRoom

KILOBYTE, MEGABYTE = 1 << 10, 1 << 20


class Room(IntEnum):
    """How much room there is: the more, the greater."""

    SCARCE = 0  #: below the second mark: only words, decisions and proofs are taken
    SHORT = 1  #: below the first mark: large media wait
    AMPLE = 2


@dataclass(frozen=True, slots=True)
class Space:
    """The fullest file system: its free bytes, one of our folders on it, and the two marks in bytes."""

    room: Room
    free: int
    folder: str
    first_mark: int
    second_mark: int


def space_now() -> Space:
    """Return how much room there is. A folder that is not there, or that we may not look at, is left out."""
    first, second = settings.SPACE_FIRST_MARK_MB * MEGABYTE, settings.SPACE_SECOND_MARK_MB * MEGABYTE
    found = [(free, folder) for folder in folders_written() if (free := _free(folder)) is not None]
    free, folder = min(found, default=(first, ""))
    room = Room.SCARCE if free < second else Room.SHORT if free < first else Room.AMPLE
    return Space(room, free, folder, first, second)


def room_require(least: Room) -> None:
    """Raise NoRoom when there is less room than this."""
    if space_now().room < least:
        raise NoRoom(_("The disk is nearly full. This waits until there is room, and then goes on by itself."))


def small_only(chunks: Iterable[bytes], declared: int | None = None) -> Iterator[bytes]:
    """Pass bytes on as long as they are not large for the room there is. Raises NoRoom.

    `declared` is the size that somebody said they have, if anybody did: then no byte is read in vain.
    """
    room = space_now().room
    limit = None if room is Room.AMPLE else 0 if room is Room.SCARCE else settings.SPACE_LARGE_OBJECT_KB * KILOBYTE
    so_far = declared or 0
    if limit is not None and so_far > limit:
        raise _too_large()
    so_far = 0
    for chunk in chunks:
        so_far += len(chunk)
        if limit is not None and so_far > limit:
            raise _too_large()
        yield chunk


def _too_large() -> NoRoom:
    return NoRoom(_("The disk has little room left. Large media wait until there is more, and come by themselves."))


def folders_written() -> list[str]:
    """Return the folders on this machine that Daybook writes to."""
    folders = [str(settings.DAYBOOK_STATE_DIR), *settings.SPACE_FOLDERS]
    stores, log = (
        (settings.STORAGE_URL, settings.STORAGE_COPY_URL),
        (settings.LOG_PUBLICATION_URL, settings.LOG_RESERVE_URL),
    )
    for url in (*stores, *log):
        parts = urlsplit(url)
        if parts.scheme == "file":
            folders.append(unquote(parts.path))
    return folders


def _free(folder: str) -> int | None:
    """Return the bytes that may still be written where a folder is, or will be made."""
    path = Path(folder)
    while not path.exists() and path != path.parent:
        path = path.parent
    try:
        about = os.statvfs(path)
    except OSError:
        return None
    return about.f_bavail * about.f_frsize
