"""Looking at the records of a production as they will be shown, one a page, to read or to print."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from archive.access.audit import audit_read
from archive.access.pages import actor_of, instant_of, needs
from archive.documents.html import render as document_html
from archive.served import captured_answer
from foia.production.models import Production, ProductionItem
from foia.production.pages import page_item, page_picture, page_pictures, page_shown
from foia.production.selectors import production_named

READ = ("production.make", "production.release")


@require_safe
@needs(*READ)
def page(request: HttpRequest, ref: uuid.UUID, number: int) -> HttpResponse:
    """One record, redacted, with the thread around it and its pictures."""
    production, item = _item(request, ref, number)
    record = item.item.record
    audit_read(
        actor_of(request),
        at=instant_of(request),
        object_kind="record",
        object_ref=record.ref,
        compartment=record.compartment,
    )
    shown = page_shown(production, item, actor=actor_of(request), at=instant_of(request))
    address = page_pictures(shown, production, lambda n: reverse("production-picture", args=[ref, number, n]))
    document = document_html(shown.document, picture_address=address, first_heading_level=2)
    return render(
        request,
        "productions/sheet.html",
        {
            "production": production,
            "shown": shown,
            # The renderer escapes every text of the document.
            "document": mark_safe("".join(document)),  # noqa: S308
            "trail": [
                (reverse("productions"), _("Productions")),
                (reverse("production", args=[ref]), production.name),
                ("", item.bates),
            ],
        },
    )


@require_safe
@needs(*READ)
def picture(request: HttpRequest, ref: uuid.UUID, number: int, n: int) -> HttpResponseBase:
    """A picture of the record as the production draws it: decoded and encoded anew, with nothing around the pixels."""
    production, item = _item(request, ref, number)
    found = page_picture(production, item, n)
    if found is None:
        raise Http404
    name = f"{item.bates}-{n + 1}.jpg"
    return captured_answer([found.jpeg], name=name, media_type="image/jpeg", size=len(found.jpeg))


def _item(request: HttpRequest, ref: uuid.UUID, number: int) -> tuple[Production, ProductionItem]:
    actor, at = actor_of(request), instant_of(request)
    try:
        production = production_named(ref, actor=actor, at=at)
        return production, page_item(production, number, actor=actor, at=at)
    except (Production.DoesNotExist, ProductionItem.DoesNotExist) as error:
        raise Http404 from error
