"""`manage maintain`: write the tables anew from which something was destroyed, now or each night."""

import time
from argparse import ArgumentParser
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection
from django.utils import timezone

from archive.access.models import Department
from archive.destruction.rewriting import rewrite_due, tables_rewrite

LOOK = 600.0  #: seconds between two looks
NIGHT = range(1, 5)  #: hours of the department's zone in which tables may be locked for minutes


class Command(BaseCommand):
    """Exit 0: done, or nothing is due; 1: some tables were in use all the time and are left."""

    help = "After a destruction: write the tables anew and close the write-ahead log, so that no file holds what went."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to stay, and whether to work though nothing is due."""
        parser.add_argument("--keep-on", action="store_true", help="stay, and work in the night after a destruction")
        parser.add_argument(
            "--anyway", action="store_true", help="work though nothing was destroyed since the last time"
        )

    def handle(self, *, keep_on: bool, anyway: bool, **options: object) -> None:
        """Work once, or keep on."""
        while keep_on:
            try:
                if is_night(timezone.now()) and rewrite_due():
                    self._work()
            except Error as error:  # the database is away, or somebody ended our session
                self.stderr.write(f"Nothing was done: {error}")
                connection.close()
            time.sleep(LOOK)
        if not anyway and not rewrite_due():
            self.stdout.write("Nothing was destroyed since the tables were last written anew.")
            return
        if not self._work():
            raise CommandError("Some tables are left for the next time.", returncode=1)

    def _work(self) -> bool:
        row = tables_rewrite(now=timezone.now, tell=self.stderr.write)
        closed = "deleted" if row.log_closed else "NOT deleted"
        self.stdout.write(
            f"{row.tables} tables were written anew, {row.bytes_before:,} bytes before and {row.bytes_after:,} after; "
            f"left: {', '.join(row.left) or 'none'}; the write-ahead log of before was {closed}."
        )
        return not row.left


def is_night(at: datetime) -> bool:
    """Tell whether it is night for the department; never before there is one."""
    department = Department.objects.first()
    return department is not None and at.astimezone(ZoneInfo(department.zone)).hour in NIGHT
