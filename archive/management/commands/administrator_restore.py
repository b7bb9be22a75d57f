"""`manage administrator_restore NAME`: the way back when nobody who may let others in is let in themself."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from archive.access.restoring import CannotRestore, administrator_restore
from archive.access.sign_ins import person_named


class Command(BaseCommand):
    """Exit 0 when the person is let in again, 1 when there is somebody else who could do it, or it is not theirs."""

    help = (
        "Let one administrator in again when all of them are disabled or locked, as after ninety days without a "
        "sign-in. The audit keeps it, everybody who reads the audit is told, and Today says so for thirty days."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Who."""
        parser.add_argument("name", help="the name to sign in with")
        parser.add_argument(
            "--new-password", action="store_true", help="print a link too by which they choose another password"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Let them in again."""
        person = person_named(options["name"])
        if person is None:
            raise CommandError(f"Nobody signs in with the name {options['name']!r}.", returncode=1)
        try:
            token = administrator_restore(person=person, new_password=options["new_password"], at=timezone.now())
        except CannotRestore as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(f"{person.name} may sign in again. This is in the audit, and others are told of it.")
        if token:
            self.stdout.write(f"To choose another password, once: /sign-in/invitation/{token}/")
