"""The ledger's typed errors: a code for machines, a sentence for people, and whether trying again can help."""


class LedgerError(Exception):
    """Base of every error the ledger raises on purpose.

    `code` is stable and may be stored; `retry` says whether the same call may succeed later unchanged.
    """

    code: str = "ledger.error"
    retry: bool = False

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class CanonicalError(LedgerError):
    """A value is outside the canonical profile LJ1, so it has no canonical bytes."""

    code = "ledger.canonical"


class ParseError(LedgerError):
    """Bytes that claim to be JSON, a note, a proof or an encoding are not, or not in the one accepted spelling."""

    code = "ledger.parse"


class FieldError(LedgerError):
    """A field cannot be committed: bad name, bad type, too long, too many, or a required one is missing."""

    code = "ledger.field"


class DisclosureError(LedgerError):
    """A disclosure does not belong to the commitment that it is shown with."""

    code = "ledger.disclosure"


class ProofError(LedgerError):
    """A Merkle proof does not hold, or does not have the one shape it may have."""

    code = "ledger.proof"


class NoteError(LedgerError):
    """A signed note is malformed, or no trusted key has signed it."""

    code = "ledger.note"
