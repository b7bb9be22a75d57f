"""Uploads: no more than a form says, and what it is called is what it is."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.translation import gettext_lazy as _

#: What the first bytes of a file say that it is, whatever its name says.
_MARKS = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "program": (b"MZ", b"\x7fELF", b"#!"),
    "page": (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml"),
}
TEXT = "text"


def kind_of(start: bytes) -> str:
    """Return what a file is by its first bytes: one of the marks, `text`, or `unknown`."""
    folded = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for kind, marks in _MARKS.items():
        if any(start.startswith(mark) or (kind == "page" and folded.startswith(mark)) for mark in marks):
            return kind
    try:
        start.decode()
    except UnicodeDecodeError as error:
        if error.start < len(start) - 3:  # a character cut at the end is none
            return "unknown"
    return "unknown" if b"\x00" in start else TEXT


class UploadQuota(FileUploadHandler):
    """Stops a request whose files are together larger than UPLOAD_MOST, while it comes in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._taken = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count, and pass on."""
        self._taken += len(raw_data)
        if self._taken > settings.UPLOAD_MOST:
            raise RequestDataTooBig("The files of this form are larger than a form may send.")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""


class SniffedFileField(forms.FileField):
    """A file of one of some kinds, by its bytes, and not larger than `most`."""

    def __init__(self, *, kinds: Collection[str], most: int, **kwargs: Any) -> None:
        self.kinds, self.most = frozenset(kinds), most
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the file; raise ValidationError when it is too large or of another kind."""
        file = super().clean(data, initial)
        if isinstance(file, UploadedFile):
            if (file.size or 0) > self.most:
                raise ValidationError(_("This file is too large. Nothing was taken."), code="too_large")
            start = file.read(4096)
            file.seek(0)
            if kind_of(start) not in self.kinds:
                raise ValidationError(_("This file is not of the kind that is asked for."), code="wrong_kind")
        return file
