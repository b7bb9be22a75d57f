"""`manage import NETWORK PATH --account A …`: take in what an older system or a download of an account holds."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from archive.access.actor import Actor
from archive.access.models import User
from archive.access.policy import Denied
from archive.accounts.models import Account
from archive.accounts.selectors import account_named
from archive.capture.runs import NotApproved
from archive.capture.tables.ahead import PreparerLost
from archive.capture.tables.mapping import MappingError, mapping_read
from archive.capture.tables.services import ImportRefused, Report, table_import
from archive.jobs.services import Cancelled


class Command(BaseCommand):
    """Exit 0 when the file was read to its end (quarantined rows are reported), 1 on refusal, 2 if it could not run."""

    help = "Import a table of posts (csv) into an approved account."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("format", choices=["csv"])
        parser.add_argument("path", type=Path)
        parser.add_argument("--account", required=True, help="handle or ref of the account")
        parser.add_argument(
            "--map", required=True, type=Path, dest="mapping", help="TOML file: which column means what"
        )
        parser.add_argument("--as", required=True, dest="person", help="sign-in name of the person who imports")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, with a line of progress a stretch and a report at the end."""
        path: Path = options["path"]
        if not path.is_file():
            raise CommandError(f"{path} is not a file.", returncode=2)
        try:
            mapping = mapping_read(options["mapping"])
            account = account_named(options["account"])
            person = User.objects.get_by_natural_key(options["person"])
        except (MappingError, OSError, Account.DoesNotExist, User.DoesNotExist) as error:
            raise CommandError(f"Nothing was imported: {error}", returncode=2) from error
        try:
            report = table_import(
                actor=Actor(person), account=account, path=path, mapping=mapping, now=timezone.now, watch=self._watch
            )
        except (Denied, ImportRefused, NotApproved) as error:
            raise CommandError(str(error), returncode=1) from error
        except Cancelled as error:
            raise CommandError(
                "Stopped, as somebody asked. What was committed is kept; importing the file again takes the rest.",
                returncode=1,
            ) from error
        except PreparerLost as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(
            f"{path.name}: {report.rows} rows. Taken {report.taken}, edited {report.edited}, "
            f"repeated {report.repeated}, lawfully disposed of before {report.disposed}, "
            f"quarantined {report.quarantined}."
        )
        if report.resumed_at_row > 1:
            self.stdout.write(
                f"It went on at row {report.resumed_at_row}; the rows before were taken by an earlier run."
            )
        for code, count in sorted(report.codes.items()):
            self.stdout.write(f"  quarantined as {code}: {count}")

    def _watch(self, report: Report) -> None:
        self.stderr.write(f"  {report.rows} rows", ending="\r")
