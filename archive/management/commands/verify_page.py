"""`manage verify_page`: write the offline verifier anew after a change of its sources."""

from typing import Any

from django.core.management.base import BaseCommand

from archive.packages.offline import OFFLINE, offline_page


class Command(BaseCommand):
    """Puts archive/packages/verify.html together."""

    help = "Write archive/packages/verify.html from archive/static/verify and the form of the public page."

    def handle(self, *args: Any, **options: Any) -> None:
        OFFLINE.write_bytes(offline_page())
        self.stdout.write(f"{OFFLINE}\n")
