"""Run one benchmark or all; exit 0 when every bar is met, 1 when one is missed, 2 when a name is unknown."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import django

from benchmarks.figures import Figure
from benchmarks.machine import describe

NAMES = {
    "import": "benchmarks.importing",
    "ledger": "benchmarks.ledger",
    "pdf": "benchmarks.drawing",
    "search": "benchmarks.search",
    "sweep": "benchmarks.sweeping",
    "typeset": "benchmarks.typesetting",
    "verify": "benchmarks.verifying",
}


def main() -> int:
    """Measure and print; write the figures to the JSON file if one is named."""
    parser = argparse.ArgumentParser(prog="./run bench")
    parser.add_argument("name", nargs="?")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if arguments.name and arguments.name not in NAMES:
        print(f"There is no benchmark {arguments.name!r}; there are {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    django.setup()
    print(describe(), flush=True)
    figures: list[Figure] = []
    for name in [arguments.name] if arguments.name else list(NAMES):
        measure: Callable[[], Iterator[Figure]] = import_module(NAMES[name]).measure
        for figure in measure():
            print(figure.line(), flush=True)
            figures.append(figure)
    if arguments.json:
        arguments.json.write_text(json.dumps([figure.as_json() for figure in figures], indent=1))
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
