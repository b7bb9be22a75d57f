"""The drill `bitflip`: one bit of each stored class is flipped, and the product must notice, say which, and mend it.

A case is a function: it harms something with the chances it is given, looks with the product's own means, and returns a
sentence about what was noticed; it raises Unnoticed when something was not. A further stored class is one more line.
"""

import logging
from collections.abc import Callable
from random import Random

from config.drills.bits import Unnoticed
from config.drills.object_cases import OBJECT_CASES

CASES: tuple[tuple[str, Callable[[Random], str]], ...] = (*OBJECT_CASES,)


def bitflip(seed: int) -> bool:
    """Run every case with the chances of `seed`; tell whether everything was noticed and named."""
    logging.getLogger("archive.storage").setLevel(logging.ERROR)  # each copy passed over would be a line
    held = True
    for number, (name, case) in enumerate(CASES):
        try:
            said, well = case(Random(seed + number)), True  # noqa: S311 which bit is flipped is no secret
        except Unnoticed as error:
            said, well = str(error), False
        print(f"  {'held' if well else 'LOST':<5} {name:<22} {said}", flush=True)
        held = held and well
    return held
