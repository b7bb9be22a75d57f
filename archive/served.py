"""Captured bytes handed to a browser: an attachment, never sniffed, in a sandbox where nothing of them runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

POLICY: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"
# What an <img>, <audio> or <video> of a page may show of it; nothing in these runs. Everything else is only saved.
_SHOWN: Final = frozenset(
    {
        *("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"),
        *("video/mp4", "video/webm", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav"),
    }
)


def captured_answer(
    chunks: Iterable[bytes], *, name: str, media_type: str, size: int | None = None
) -> StreamingHttpResponse:
    """Stream captured bytes under a file name. Of the types a network may say, only harmless ones are passed on."""
    told = media_type.partition(";")[0].strip().lower()
    answer = StreamingHttpResponse(chunks, content_type=told if told in _SHOWN else "application/octet-stream")
    safe = "".join(c if c.isprintable() and c not in '/\\:"' else "_" for c in name)[:150] or "file"
    answer.headers["Content-Disposition"] = content_disposition_header(True, safe) or "attachment"
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if size is not None:
        answer.headers["Content-Length"] = str(size)
    return answer
