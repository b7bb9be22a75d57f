"""What keeps a backup or a restore from being done; each says what to do."""


class ContinuityError(Exception):
    """Base. The message is shown to a person as it is; `retryable` tells whether a later try can help."""

    code = "continuity.error"
    retryable = False


class NoPlace(ContinuityError):
    """No second place is named, or its address is malformed."""

    code = "continuity.no_place"


class NoSheet(ContinuityError):
    """No recovery sheet was made, so there is no key to seal a backup to."""

    code = "continuity.no_sheet"


class EngineRefused(ContinuityError):
    """A program of PostgreSQL did not do what it was asked."""

    code = "continuity.engine"
    retryable = True


class BackupBusy(ContinuityError):
    """Another process makes a backup just now."""

    code = "continuity.busy"
    retryable = True


class WrongKey(ContinuityError):
    """The text holds no key, or the key opens nothing here."""

    code = "continuity.wrong_key"


class NotOurs(ContinuityError):
    """What lies at the second place is damaged, incomplete, or was not written by this Daybook."""

    code = "continuity.not_ours"


class NotProved(ContinuityError):
    """Something that was restored does not hold."""

    code = "continuity.not_proved"
