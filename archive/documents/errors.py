"""What can go wrong while a document is built or drawn."""

from __future__ import annotations


class DocumentError(Exception):
    """A document cannot be built as asked. `code` is stable; the message tells the person what to do.

    A retry with the same values cannot help: the caller has to change what it asks for.
    """

    code = "document"
    retry_helps = False


class MalformedTable(DocumentError):
    """A table whose rows do not have one cell for each column, or that has more columns than a page can hold."""

    code = "document.table"


class MissingPart(DocumentError):
    """A letter or certificate lacks a part that the law or the form requires. `parts` names every missing one."""

    code = "document.missing-part"

    def __init__(self, parts: tuple[str, ...]) -> None:
        """`parts` are the field names, in the order of the form."""
        self.parts = parts
        super().__init__(f"The document cannot be issued: {', '.join(parts)} is empty. Fill it in and try again.")


class WorkerLost(DocumentError):
    """A process that draws ended before its work was done, or failed: nothing of the document is to be used."""

    code = "document.worker"
    retry_helps = True
