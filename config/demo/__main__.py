"""`./run demo [--json FILE] [--out DIR]`: the main job from end to end, on real parts; exit 0 only if it verifies."""

import argparse
import json
import secrets
import sys
from pathlib import Path

import django


def main() -> int:
    """Play the demonstration and write what came of it."""
    parser = argparse.ArgumentParser(prog="./run demo")
    parser.add_argument("--json", type=Path, help="write steps, counts, bundle, vkey and verdict to this file")
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the bundle (default: this one)")
    arguments = parser.parse_args()
    django.setup()

    from config.demo.founding import NotADemonstration
    from config.demo.play import Played, play
    from config.demo.waiting import NothingCame

    arguments.out.mkdir(parents=True, exist_ok=True)
    try:
        played: Played = play(out=arguments.out.resolve(), password=secrets.token_hex(12))
    except (NotADemonstration, NothingCame) as error:
        print(f"The demonstration could not go on: {error}", file=sys.stderr)
        return 1
    if arguments.json:
        arguments.json.write_text(json.dumps(played.as_json(), indent=1) + "\n")
    print(f"\n  {'verified' if played.verified else 'NOT VERIFIED'}: {played.bundle}\n  vkey: {played.vkey}")
    return 0 if played.verified else 1


if __name__ == "__main__":
    sys.exit(main())
