"""The refusals of this app: expected, coded, and a sentence that tells the person what to do."""


class Refused(Exception):
    """The act is not possible as things stand; nothing was changed.

    `code` is stable and may be stored or translated; `retry` says whether the same call may succeed later unchanged.
    """

    def __init__(self, code: str, sentence: str, *, retry: bool = False) -> None:
        self.code = code
        self.retry = retry
        super().__init__(sentence)
