"""The seal: the event `production.sealed`, which commits to the payload's manifest before any proof is written."""

from collections.abc import Mapping
from uuid import UUID

from archive.ledger.commitment import Value, check_disclosed
from archive.ledger.encoding import base64url
from archive.ledger.errors import LedgerError
from archive.packages.errors import BadSeal
from archive.packages.records import ShownEvent, event_json
from archive.packages.staging import ManifestDigest

SEAL_KIND = "production.sealed"
SEAL_SCHEMA = "production.sealed/1"
SEAL_SHOWN = (
    "/event/kind",
    "/event/n",
    "/event/prev",
    "/event/subject",
    "/event/time",
    "/manifest/sha256",
    "/production/records",
    "/production/ref",
)
"""The fields of the seal that its disclosure shows; every one of them is needed."""


STORAGE = "/storage/level"
"""The field of the seal that says how strictly the stores kept their copies then; bag-info.txt repeats it."""


def seal_fields(production: UUID, staged: ManifestDigest, *, storage: str = "") -> dict[str, Value]:
    """Return the fields of the seal's event; the ledger adds those of every event.

    `storage` is the level really in force of each store, in one line: frozen here, so that a bundle that is made again
    says what the first one said.
    """
    fields: dict[str, Value] = {
        "/production/ref": str(production),
        "/production/records": staged.records,
        "/manifest/sha256": base64url(staged.sha256),
    }
    return fields | {STORAGE: storage} if storage else fields


def seal_check(seal: ShownEvent, staged: ManifestDigest) -> Mapping[str, Value]:
    """Return the seal's fields; raise BadSeal unless it shows that it is the seal of what is staged."""
    try:
        fields = check_disclosed(seal.disclosed)
    except LedgerError as error:
        raise BadSeal(f"The seal does not verify: {error}") from error
    if missing := set(SEAL_SHOWN) - fields.keys():
        raise BadSeal(f"The seal does not show {min(missing)}.")
    if fields["/event/kind"] != SEAL_KIND or seal.disclosed.schema != SEAL_SCHEMA:
        raise BadSeal("This event seals no production.")
    if fields["/manifest/sha256"] != base64url(staged.sha256) or fields["/production/records"] != staged.records:
        raise BadSeal("The seal is that of another payload.")
    return fields


def seal_json(seal: ShownEvent) -> bytes:
    """Return the bytes of seal.json."""
    return event_json(seal)
