"""`manage release-person NAME`: the way back when every administrator is locked out; for whoever has the machine."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from archive.access.sign_ins import lock_release_at_the_machine, person_named


class Command(BaseCommand):
    """Exit 0 when the person may try again, 1 when there is none or they were not locked."""

    help = "Let a locked person try to sign in again. The audit keeps it."

    def add_arguments(self, parser: CommandParser) -> None:
        """The name to sign in with."""
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Release the lock."""
        person = person_named(options["name"])
        if person is None:
            raise CommandError(f"Nobody signs in with the name {options['name']!r}.", returncode=1)
        if not lock_release_at_the_machine(person=person, at=timezone.now()):
            raise CommandError(f"{person.name} is not locked. Nothing was changed.", returncode=1)
        self.stdout.write(f"{person.name} may try again.")
