"""The process that keeps backups coming: what is due is asked of the database, so that a new start forgets nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from archive.storage.backups import BackupProof, BackupRun, BackupSheet, BackupState, ProofKind
from archive.storage.contract import StoreError
from config.continuity.backups import backup_make
from config.continuity.errors import BackupBusy, ContinuityError
from config.continuity.place import place_of
from config.continuity.pruning import backups_prune, leftovers_sweep
from config.continuity.scratch import backup_prove
from config.continuity.selectors import PROOF_EVERY

LOOK = 60.0  #: seconds between two looks
AGAIN = timedelta(minutes=15)  #: after one that failed
PRUNE_EVERY = timedelta(hours=1)


class Round(StrEnum):
    """What is due."""

    NOTHING = "nothing"
    BACKUP = "backup"
    PROOF = "proof"  #: a whole backup that is restored and proved at once


def round_due(at: datetime) -> Round:
    """Return what is due at `at`; nothing where no place is named or no sheet was printed."""
    if not settings.BACKUP_URL or not BackupSheet.objects.exists():
        return Round.NOTHING
    newest = BackupRun.objects.order_by("-started_at").first()
    if newest and newest.state == BackupState.FAILED and at - newest.started_at < AGAIN:
        return Round.NOTHING
    last = BackupRun.objects.filter(state=BackupState.GOOD).order_by("-started_at").first()
    if last and at - last.started_at < timedelta(hours=settings.BACKUP_HOURS):
        return Round.NOTHING
    proved = BackupProof.objects.filter(kind=ProofKind.SCRATCH).order_by("-at").first()
    if settings.STREAM_URL and (proved is None or at - proved.at >= PROOF_EVERY):
        return Round.PROOF
    return Round.BACKUP


def round_do(due: Round, at: datetime) -> str:
    """Do what is due and return a sentence of what was done. Raises ContinuityError or StoreError."""
    place = place_of(settings.BACKUP_URL)
    if due is Round.PROOF:
        proof = backup_prove(place, at=at)
        return f"{proof.run.name} made, restored and {'proved' if proof.held else 'NOT PROVED: ' + proof.finding}"
    run = backup_make(place, at=at)
    if run.parent is None:
        leftovers_sweep(place)
    return f"{run.name} made"


def rounds_keep(say: Callable[[str], object], sleep: Callable[[float], None]) -> None:
    """Do what comes due, for ever. What fails is said, and tried again."""
    pruned = None
    while True:
        at = timezone.now()
        try:
            due = round_due(at)
            if due is not Round.NOTHING:
                say(round_do(due, at))
            if settings.BACKUP_URL and (pruned is None or at - pruned >= PRUNE_EVERY):
                for name in backups_prune(place_of(settings.BACKUP_URL), at=at):
                    say(f"{name} has aged out")
                pruned = at
        except BackupBusy:
            pass
        except (ContinuityError, StoreError) as error:
            say(str(error))
        except Error as error:  # the database is away: its supervisor brings it back
            say(f"The database does not answer: {type(error).__name__}")
            connection.close()
        sleep(LOOK)
