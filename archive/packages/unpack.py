"""Opening a bundle's zip that anyone may have made: nothing is written outside one folder, or without limit."""

import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from archive.packages.errors import BadZip, NotABundle

MAX_RATIO = 200
"""How many times its own size a zip may unpack to; a bundle of ours is stored and unpacks to less than itself."""
MAX_NAME = 240
_FOLDER = 0o040000
_FILE = 0o100000
_KIND = 0o170000


def zip_unpack(path: Path, into: Path) -> Path:
    """Unpack a bundle's zip below the empty folder `into` and return the bag's top folder.

    Raises NotABundle when `path` is no zip; BadZip, naming the member, for a name that is absolute, climbs, or stands
    twice (in any case of letters), for a link or special file, for more than one top folder, for a member that is
    damaged or encrypted, and for one that grows beyond what it says.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [(info, _checked_name(info)) for info in archive.infolist()]
            _check_together(members, path.stat().st_size)
            for info, parts in members:
                if not info.is_dir():
                    target = into.joinpath(*parts)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with archive.open(info) as source, target.open("xb") as sink:
                        _copy(source, sink, info)  # type: ignore[arg-type]
    except zipfile.BadZipFile as error:
        if zipfile.is_zipfile(path):
            raise BadZip("zip.form", f"The zip is damaged: {error}.") from error
        raise NotABundle(f"{path} is not a zip.") from error
    except (zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise BadZip("zip.form", f"The zip cannot be unpacked: {error}.") from error
    return into / members[0][1][0]


def _checked_name(info: zipfile.ZipInfo) -> tuple[str, ...]:
    name = info.filename.removesuffix("/") if info.is_dir() else info.filename
    parts = tuple(name.split("/"))
    if info.orig_filename != info.filename or "\\" in name or ":" in name or len(name) > MAX_NAME:
        raise BadZip("path.unsafe", f"{info.orig_filename!r} is a name that no bundle has.")
    if not name.isprintable() or any(part in ("", ".", "..") or part.startswith("~") for part in parts):
        raise BadZip("path.unsafe", f"{name!r} is a name that no bundle has.")
    if info.external_attr >> 16 & _KIND not in (0, _FOLDER, _FILE):
        raise BadZip("path.unsafe", f"{name!r} is a link or a special file.")
    return parts


def _check_together(members: list[tuple[zipfile.ZipInfo, tuple[str, ...]]], size: int) -> None:
    if not members:
        raise BadZip("zip.folder", "The zip is empty.")
    met: set[str] = set()
    for info, parts in members:
        if info.filename.lower() in met:
            raise BadZip("file.duplicate", f"{info.filename!r} is in the zip twice.")
        met.add(info.filename.lower())
        if parts[0] != members[0][1][0] or (len(parts) == 1 and not info.is_dir()):
            raise BadZip("zip.folder", f"{info.filename!r} is not in the one folder that a bundle is.")
    if sum(info.file_size for info, _ in members) > MAX_RATIO * size:
        raise BadZip("zip.size", "The zip says that it unpacks to far more than a bundle does.")


def _copy(source: BinaryIO, sink: BinaryIO, info: zipfile.ZipInfo) -> None:
    left = info.file_size
    while chunk := source.read(1 << 20):
        left -= len(chunk)
        if left < 0:
            raise BadZip("zip.size", f"{info.filename!r} is longer than it says.")
        sink.write(chunk)
    if left:
        raise BadZip("zip.size", f"{info.filename!r} is shorter than it says.")
