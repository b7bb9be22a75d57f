"""`./run drill [NAME] [--seed N]`: break something on purpose, and judge what is left."""

import argparse
import secrets
import sys
from collections.abc import Callable, Mapping

import django

CANNOT_RUN = 2


def drills() -> Mapping[str, Callable[[int], bool]]:
    """Return each drill by its name: it takes the seed of its chances and tells whether the product held."""
    from config.drills.bitflip import bitflip
    from config.drills.dba import dba
    from config.drills.disposal import disposal
    from config.drills.faults import faults
    from config.drills.kill import kill
    from config.drills.restore import ransom, restore
    from config.drills.rollback import rollback

    return {
        "bitflip": bitflip,
        "dba": dba,
        "disposal": disposal,
        "faults": faults,
        "kill": kill,
        "ransom": ransom,
        "restore": restore,
        "rollback": rollback,
    }


def main() -> int:
    """Run the named drill, or all of them."""
    parser = argparse.ArgumentParser(prog="./run drill")
    parser.add_argument("name", nargs="?", help="which drill (default: all)")
    parser.add_argument("--seed", type=int, help="the seed that an earlier run printed, to have its chances again")
    arguments = parser.parse_args()
    django.setup()
    known = drills()
    if arguments.name is not None and arguments.name not in known:
        print(f"There is no drill {arguments.name!r}. There are: {', '.join(sorted(known))}.", file=sys.stderr)
        return CANNOT_RUN
    seed = secrets.randbelow(1_000_000) if arguments.seed is None else arguments.seed
    held = True
    for name in [arguments.name] if arguments.name else sorted(known):
        print(f"drill {name}, seed {seed}", flush=True)
        whole = known[name](seed)
        print(f"drill {name}: {'held' if whole else 'FAILED'}", flush=True)
        held = held and whole
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
