"""`web --face staff|public`: one of the two faces as a process of its own."""

import argparse
import os
import sys
from collections.abc import Sequence

FACES = {"staff": ("app", "config.settings"), "public": ("public", "config.settings_public")}
_GUNICORN = (
    "--preload --worker-class gthread --threads 4 --timeout 120 --graceful-timeout 5 --no-control-socket --workers"
)


def command(face: str, bind: str, workers: int) -> list[str]:
    """Return the command that serves a face. Raises ValueError when the environment is that of the other one.

    Each face works as a database role of its own: one that were started with the other's rights would be a hole.
    """
    role, settings = FACES[face]
    if os.environ.get("DAYBOOK_ROLE", "app") != role:
        raise ValueError(f"The {face} face works as the role {role!r}, and DAYBOOK_ROLE says something else.")
    if os.environ.get("DJANGO_SETTINGS_MODULE", settings) != settings:
        raise ValueError(
            f"The {face} face has the settings {settings}, and DJANGO_SETTINGS_MODULE says something else."
        )
    return [sys.executable, "-P", "-m", "gunicorn", "config.wsgi", "--bind", bind, *_GUNICORN.split(), str(workers)]


def main(arguments: Sequence[str]) -> int:
    """Become the web server of a face; return 2 when that cannot be."""
    parser = argparse.ArgumentParser(prog="web")
    parser.add_argument("--face", choices=sorted(FACES), default="staff")
    parser.add_argument("--bind", default="127.0.0.1:8000", help="ADDRESS:PORT")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args(arguments)
    try:
        wanted = command(asked.face, asked.bind, asked.workers)
    except ValueError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    os.environ["DJANGO_SETTINGS_MODULE"] = FACES[asked.face][1]
    return os.execv(wanted[0], wanted)  # noqa: S606


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
