"""`manage recovery-sheet`: print the two pages by which an empty machine becomes this archive again."""

import getpass
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from archive.access.actor import Actor
from archive.access.models import Department
from config.continuity.errors import ContinuityError
from config.continuity.sheet_page import SheetFacts, sheet_pdf
from config.continuity.sheets import NewSheet, sheet_confirm, sheet_new

ACTOR = Actor(process="recovery-sheet")


class Command(BaseCommand):
    """The key exists in this process, and then on paper. Exit 2 when the paper would go nowhere."""

    help = "Draw a new recovery key and write its sheet as a PDF to standard output (pipe it to the printer)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where the sheet goes, or that one is to be confirmed."""
        parser.add_argument("--out", type=Path, help="a file instead of standard output; it must not exist yet")
        parser.add_argument("--confirm", action="store_true", help="type the key from the paper: is it readable?")

    def handle(self, *args: Any, out: Path | None, confirm: bool, **options: Any) -> None:
        """Print, or confirm."""
        if confirm:
            return self._confirm()
        if out is None and sys.stdout.isatty():
            raise CommandError("Pipe it to a printer (… recovery-sheet | lp), or name a file with --out.", returncode=2)
        if out is not None and out.exists():
            raise CommandError(f"{out} exists; nothing was changed.", returncode=2)
        made = sheet_new(actor=ACTOR, at=timezone.now())
        octets = sheet_pdf(facts_of(made))
        if out is None:
            sys.stdout.buffer.write(octets)
            sys.stdout.buffer.flush()
        else:
            out.touch(mode=0o600)
            out.write_bytes(octets)
            self.stderr.write(f"{out} holds the key: print it, then destroy the file.")
        self.stderr.write(
            f"Recovery sheet {made.sheet.number}. From now on backups are sealed to it, the next one whole. Older "
            "backups stay readable by the older sheets. Confirm that the paper can be read: ./run manage "
            "recovery-sheet --confirm"
        )
        return None

    def _confirm(self) -> None:
        typed = getpass.getpass("The key, from the paper: ") if sys.stdin.isatty() else sys.stdin.read()
        try:
            sheet = sheet_confirm(typed, actor=ACTOR, at=timezone.now())
        except ContinuityError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Right: this is the key of recovery sheet {sheet.number}. It was not kept.")


def facts_of(made: NewSheet) -> SheetFacts:
    """Return what stands on the sheet."""
    department = Department.objects.first()
    recapture = settings.DAYBOOK_RECAPTURE_KEY_FILE
    made_at = made.sheet.made_at
    return SheetFacts(
        number=made.sheet.number,
        made_at=made_at,
        department=department.name if department else "(the department was not set up yet)",
        zone_day=f"{department.day(made_at) if department else made_at.date():%B %-d, %Y}",
        origin=settings.DAYBOOK_LOG_ORIGIN,
        vkey=settings.DAYBOOK_LOG_VKEY,
        identity=made.identity,
        recapture_key=Path(recapture).read_bytes().hex() if recapture else "",
        place=settings.BACKUP_URL,
        version=settings.VERSION,
        demonstration=bool(department and department.demonstration),
    )
