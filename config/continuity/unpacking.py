"""Unpacking a tar archive of ours: plain files and folders below one folder, and nothing else.

Python checks that itself by `filter="data"` from 3.11.4 on (PEP 706); earlier ones of 3.11 do not know it, so the same
is asked here, of every version alike.
"""

import tarfile
from pathlib import Path, PurePosixPath
from typing import Any

_FILTER: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}


def unpack(tar: tarfile.TarFile, into: Path) -> None:
    """Unpack `tar`, which may be a stream, below the folder `into`; files become their owner's alone.

    Raises TarError, with what came before it on disk, for a name that leads elsewhere and for anything that is neither
    file nor folder.
    """
    for member in tar:
        name = PurePosixPath(member.name)
        if name.is_absolute() or ".." in name.parts or not (member.isreg() or member.isdir()):
            raise tarfile.TarError(f"{member.name!r} is no file or folder below the archive's own")
        tar.extract(member, into, set_attrs=False, **_FILTER)
        (into / name).chmod(0o700 if member.isdir() else 0o600 | member.mode & 0o100)
