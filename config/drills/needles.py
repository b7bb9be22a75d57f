"""What is planted and searched for: some octets, in every spelling in which a program may have written them down."""

import base64
import json
import re
from dataclasses import dataclass
from functools import cached_property

RUN = 8  #: items between two control bytes of pglz, the compression of PostgreSQL


@dataclass(frozen=True)
class Needle:
    """Octets with a name. `text` tells whether they are words, which have spellings of their own."""

    name: str
    octets: bytes
    text: bool = False

    @cached_property
    def spellings(self) -> dict[str, bytes]:
        """Return the octets as they are, in hexadecimal digits and base64; words also as UTF-16 and escaped."""
        found = {"plain": self.octets, "hex": self.octets.hex().encode(), "HEX": self.octets.hex().upper().encode()}
        for shift in range(3):
            coded = base64.b64encode(bytes(shift) + self.octets)
            # Only what does not depend on the neighbours: whole groups of three octets.
            whole = coded[4 if shift else 0 : (shift + len(self.octets)) // 3 * 4]
            found[f"base64 +{shift}"] = whole
            found[f"base64url +{shift}"] = whole.replace(b"+", b"-").replace(b"/", b"_")
        if self.text:
            words = self.octets.decode("utf-8")
            found |= {"utf-16-le": words.encode("utf-16-le"), "utf-16-be": words.encode("utf-16-be")}
            found |= {"escaped": json.dumps(words)[1:-1].encode(), "ESCAPED": json.dumps(words)[1:-1].upper().encode()}
        return {name: octets for name, octets in found.items() if len(octets) >= 8}

    @cached_property
    def compressed(self) -> "re.Pattern[bytes]":
        """Return a pattern of the octets as pglz leaves them where they resemble nothing before them."""
        ways = []
        for first in range(1, RUN + 1):
            pieces = [self.octets[:first], *(self.octets[n : n + RUN] for n in range(first, len(self.octets), RUN))]
            ways.append(b".".join(map(re.escape, pieces)))
        return re.compile(b"|".join(ways), re.DOTALL)

    def found_in(self, octets: bytes) -> str:
        """Return the name of the first spelling that stands in `octets`, or nothing."""
        for name, spelling in self.spellings.items():
            if spelling in octets:
                return name
        return "pglz" if self.compressed.search(octets) else ""
