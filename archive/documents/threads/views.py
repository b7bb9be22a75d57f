"""The thread of a record as a page to print, and as PDF."""

import io
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from archive.access.audit import audit_read
from archive.access.pages import actor_of, instant_of, needs
from archive.documents.document import Figure
from archive.documents.html import render as document_html
from archive.documents.pdf import MEDIA_TYPE
from archive.documents.pdf import render as document_pdf
from archive.documents.pictures import NotDrawn, glance, is_drawn
from archive.documents.threads.reading import ThreadPaper, media_start, thread_paper
from archive.records.models import Record
from archive.records.selectors import record_named

GLANCE = 4096  #: bytes of a picture that are read to say why it is not drawn


@require_safe
@needs("record.read")
def thread_page(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The part of the thread in which the record stands, whole, as it is printed."""
    record, paper = _paper(request, ref)

    def address(figure: Figure) -> str | NotDrawn | None:
        if figure.name not in paper.pictures:
            return None
        of, number, media = paper.pictures[figure.name]
        if not is_drawn(media.media_type):
            return None
        refused = glance(media_start(media, GLANCE), media.stored.size, media.media_type)
        return refused or reverse("record-medium", args=[of, number])

    document = document_html(paper.document, picture_address=address, first_heading_level=2)
    return render(
        request,
        "documents/thread.html",
        {
            "record": record,
            "paper": paper,
            # The renderer escapes every text of the document.
            "document": mark_safe("".join(document)),  # noqa: S308
            "trail": [(reverse("record", args=[ref]), _("Record")), ("", _("Thread on paper"))],
        },
    )


@require_safe
@needs("record.read")
def thread_pdf(request: HttpRequest, ref: UUID) -> FileResponse:
    """The same as PDF."""
    _record, paper = _paper(request, ref)
    out = io.BytesIO()
    document_pdf(paper.document, out)
    out.seek(0)
    name = f"thread-{ref}-{paper.part}.pdf"
    return FileResponse(out, as_attachment=True, filename=name, content_type=MEDIA_TYPE)


def _paper(request: HttpRequest, ref: UUID) -> tuple[Record, ThreadPaper]:
    actor, at = actor_of(request), instant_of(request)
    try:
        record = record_named(ref, actor=actor, at=at)
    except Record.DoesNotExist as missing:
        raise Http404 from missing
    asked = request.GET.get("part", "")
    part = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else None
    paper = thread_paper(record, actor=actor, at=at, part=part)
    if paper is None:
        raise Http404
    audit_read(actor, at=at, object_kind="record", object_ref=record.ref, compartment=record.compartment)
    return record, paper
