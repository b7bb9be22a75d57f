"""`./run drill [NAME] [--seed N]`: break something on purpose, and judge what is left."""

import argparse
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import django
from django.conf import settings
from django.utils import timezone

from config.drills.results import DrillResult, result_write
from config.drills.telling import CannotRun

CANNOT_RUN = 2


def drills() -> Mapping[str, Callable[[int], bool]]:
    """Return each drill by its name: it takes the seed of its chances and tells whether the product held."""
    from config.drills.bitflip import bitflip
    from config.drills.dba import dba
    from config.drills.diskfull import diskfull
    from config.drills.disposal import disposal
    from config.drills.faults import faults
    from config.drills.kill import kill
    from config.drills.restore import ransom, restore
    from config.drills.rollback import rollback

    return {
        "bitflip": bitflip,
        "dba": dba,
        "diskfull": diskfull,
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
    held, unable = True, False
    for name in [arguments.name] if arguments.name else sorted(known):
        print(f"drill {name}, seed {seed}", flush=True)
        begun, since = timezone.now(), time.monotonic()
        try:
            whole = known[name](seed)
        except CannotRun as error:
            print(f"drill {name}: not run. {error}", flush=True)
            unable = True
            continue
        seconds = time.monotonic() - since
        print(f"drill {name}: {'held' if whole else 'FAILED'}, {seconds:.0f} s", flush=True)
        _keep(DrillResult(name, seed, begun, whole, round(seconds, 1), settings.VERSION))
        held = held and whole
    return 1 if not held else CANNOT_RUN if unable else 0


def _keep(result: DrillResult) -> None:
    """Leave the result for the page Integrity; a drill that held is not undone by a folder that cannot be written."""
    try:
        result_write(Path(settings.DRILLS_FOLDER), result)
    except OSError as error:
        print(f"  The result could not be kept: {error}.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
