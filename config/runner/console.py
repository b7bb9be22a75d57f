"""What the runner shows: a line at a time, at once."""

import sys


def say(line: str) -> None:
    """Show a line of progress."""
    print(line, flush=True)


def complain(line: str) -> None:
    """Show why something could not be done."""
    print(line, file=sys.stderr, flush=True)
