"""A process that lays out what it is sent, until its input ends. It knows no database and no settings.

A message is its length in eight bytes, big-endian, and a pickle; what came in is answered in order. Both ends are
ours: nothing from outside is ever unpickled.
"""

from __future__ import annotations

import gc
import io
import os
import pickle
import struct
import sys
import traceback
from typing import IO, Any, Final

from archive.documents.document import Document
from archive.documents.pdf.layout import Stretch, lay_out
from archive.documents.pdf.rendering import render

LENGTH: Final = struct.Struct(">Q")


def send(stream: IO[bytes], message: bytes) -> None:
    """Write one message."""
    stream.write(LENGTH.pack(len(message)))
    stream.write(message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Read one message; None where the stream ends."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    message = stream.read(length)
    return message if len(message) == length else None


def main() -> None:
    """Answer messages of standard input on standard output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the answers
    gc.disable()  # nothing here makes cycles, and looking for them takes a tenth of the time
    while (message := receive(sys.stdin.buffer)) is not None:
        try:
            answer = (True, _work(pickle.loads(message)))  # noqa: S301
        except Exception:
            answer = (False, traceback.format_exc())
        send(answers, pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))


def _work(asked: Any) -> Any:
    if isinstance(asked, Stretch):
        return lay_out(asked)
    return [_drawn(document) for document in asked]


def _drawn(document: Document) -> bytes:
    out = io.BytesIO()
    render(document, out)
    return out.getvalue()
