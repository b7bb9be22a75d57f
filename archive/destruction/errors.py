"""Why something was not destroyed. Each error has a code, says whether trying again can help, and what to do."""

from collections.abc import Sequence


class NotDestroyed(Exception):
    """The holding stays, whole. `code` names the reason, `retry` says whether the same call can succeed later."""

    code = "destruction.refused"
    retry = False


class Refused(NotDestroyed):
    """One or more guards said no; `reasons` are (code, sentence)."""

    code = "destruction.guard"
    retry = True

    def __init__(self, reasons: Sequence[tuple[str, str]]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join(sentence for _, sentence in reasons))


class Blocked(NotDestroyed):
    """The database itself found a blocker, whatever the guards said."""

    code = "destruction.blocked"
    retry = True

    def __init__(self) -> None:
        super().__init__("A hold or an open request keeps this. It stays until that is lifted.")


class NoOrder(NotDestroyed):
    """There is no order for this holding, or its day has not come, or it is of another batch or certificate."""

    code = "destruction.no_order"

    def __init__(self) -> None:
        super().__init__(
            "No order to destroy this is in force under this certificate. "
            "The approved certificate must come back first; then its day must come."
        )


class UnknownHolding(NotDestroyed):
    """No room says how to destroy this kind of holding, or there is none with this id."""

    code = "destruction.unknown"

    def __init__(self, kind: str) -> None:
        super().__init__(f"Nothing here knows how to destroy a holding of kind {kind!r} with this id.")
