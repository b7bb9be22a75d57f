"""Recovery sheets: a key that exists on paper only, and what the machine keeps of it.

The private key is drawn, printed and forgotten in one process. The machine keeps the public half, to seal to, and a
signing seed that was derived from the key by HKDF: the key does not follow from it.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.ledger.note import Signer, Verifier, parse_vkey
from archive.storage.backups import BackupSheet, BackupSheetRead
from config.continuity.errors import NoSheet, WrongKey
from config.continuity.manifest import signer_name, signing_seed
from config.continuity.sealing import identity_new, identity_read


@dataclass(frozen=True, slots=True)
class NewSheet:
    """A sheet and its private key, which is nowhere else."""

    sheet: BackupSheet
    identity: str

    def __repr__(self) -> str:
        return f"<NewSheet {self.sheet.number}>"


def sheet_new(*, actor: Actor, at: datetime) -> NewSheet:
    """Draw a key; from now on backups are sealed to it. Older backups stay readable by the older sheets only."""
    identity = identity_new()
    text = str(identity)
    seed = signing_seed(text)
    verifier = Signer(signer_name(settings.DAYBOOK_LOG_ORIGIN), seed).verifier()
    with transaction.atomic():
        newest = BackupSheet.objects.order_by("-number").values_list("number", flat=True).first()
        sheet = BackupSheet.objects.create(
            number=(newest or 0) + 1, recipient=str(identity.to_public()), signer=verifier.vkey(), made_at=at
        )
        audit(actor, "backup.sheet.made", at=at, object_kind="backup_sheet", object_ref=sheet.number)
        _seed_keep(sheet, seed)
    return NewSheet(sheet, text)


def sheet_confirm(typed: str, *, actor: Actor, at: datetime) -> BackupSheet:
    """Note that the key was read from its paper and is right; return its sheet. Raises WrongKey."""
    recipient = str(identity_read(typed).to_public())
    with transaction.atomic():
        sheet = BackupSheet.objects.filter(recipient=recipient).first()
        if sheet is None:
            raise WrongKey("This is a key, but of no sheet of this Daybook.")
        BackupSheetRead.objects.create(sheet=sheet, at=at)
        audit(actor, "backup.sheet.read", at=at, object_kind="backup_sheet", object_ref=sheet.number)
    return sheet


def sheet_in_use() -> BackupSheet:
    """Return the sheet to which backups are sealed: the newest. Raises NoSheet."""
    sheet = BackupSheet.objects.order_by("-number").first()
    if sheet is None:
        raise NoSheet("There is no recovery sheet, so nothing can be sealed. Print one: ./run manage recovery-sheet")
    return sheet


def sheet_signer(sheet: BackupSheet) -> Signer:
    """Return what signs the manifests of a sheet. Raises NoSheet when its seed is not on this machine."""
    try:
        seed = _seed_file(sheet).read_bytes()
    except FileNotFoundError:
        raise NoSheet(
            f"The signing seed of recovery sheet {sheet.number} is not on this machine. Print a new sheet."
        ) from None
    signer = Signer(parse_vkey(sheet.signer).name, seed)
    if signer.verifier().vkey() != sheet.signer:
        raise NoSheet(f"The signing seed of recovery sheet {sheet.number} is damaged. Print a new sheet.")
    return signer


def trusted_signers() -> list[Verifier]:
    """Return the keys of every sheet that there was."""
    return [parse_vkey(text) for text in BackupSheet.objects.values_list("signer", flat=True)]


def _seed_file(sheet: BackupSheet) -> Path:
    return Path(settings.DAYBOOK_STATE_DIR) / "secrets" / f"backup-signing-{sheet.number}"


def _seed_keep(sheet: BackupSheet, seed: bytes) -> None:
    """Put the seed on disk before the row commits: a row whose seed is missing could not sign."""
    path = _seed_file(sheet)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(seed)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
