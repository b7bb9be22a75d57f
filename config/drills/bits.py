"""Flipping one bit of a file, as a disk does: in place, with size, name and times kept."""

import os
from pathlib import Path
from random import Random


class Unnoticed(Exception):
    """Something was harmed and the product did not notice, name or mend it; the message says what."""


def bit_flip(path: Path, chance: Random) -> int:
    """Flip one bit of the file, whichever `chance` takes; return which."""
    about = path.stat()
    bit = chance.randrange(about.st_size * 8)
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.seek(bit // 8)
        octet = file.read(1)[0]
        file.seek(bit // 8)
        file.write(bytes([octet ^ 1 << bit % 8]))
    path.chmod(about.st_mode & 0o777)
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    return bit
