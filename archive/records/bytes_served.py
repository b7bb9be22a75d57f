"""Bytes of the evidence store on their way to a browser, or a page that says why they are not."""

from collections.abc import Iterator
from itertools import chain

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from archive.served import captured_answer
from archive.storage.contract import StoreError
from archive.storage.models import StoredObject
from archive.storage.services import object_chunks


def stored_answer(request: HttpRequest, stored: StoredObject, *, name: str, media_type: str) -> HttpResponseBase:
    """Stream stored bytes as an attachment. Whoever calls has asked whether the reader may see them.

    The first piece is read before the answer begins, so that missing bytes become a page and not a broken download.
    """
    try:
        chunks = _begun(object_chunks(stored))
    except StoreError as error:
        return render(request, "records/bytes_missing.html", {"code": error.code}, status=503)
    return captured_answer(chunks, name=name, media_type=media_type, size=stored.size)


def _begun(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = next(chunks, b"")
    return chain([first], chunks)
