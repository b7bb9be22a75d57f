"""`manage web --face staff|public [--bind ADDRESS:PORT]`: one face in the foreground, for a host of its own."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from config import web


class Command(BaseCommand):
    """Become the web server of one face; exit 2 when the environment is that of the other."""

    help = "Serve one of the two faces. ./run serves both; this is for a host that serves one."
    requires_system_checks = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Hand the arguments over as they are."""
        sys.exit(web.main(argv[2:]))

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve the staff's face, when called by a program."""
        sys.exit(web.main([]))
