"""The pages that only the public face has, and the hand-over of a bundle from its own store."""

from collections.abc import Iterator

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from archive.access.models import Department
from archive.access.pages import instant_of
from archive.served import captured_answer
from archive.storage.contract import EvidenceStore, Missing
from archive.storage.reading import CHUNK
from foia.portal.inbox import DOWNLOAD, message_put
from foia.portal.publishing import public_store, published_of
from foia.production.models import Bundle
from foia.production.public import unkept
from foia.production.releases import release_find


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What this address is for."""
    return render(request, "portal/start.html", {"department": Department.objects.first()})


@login_not_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Say that the face and its database answer; for whatever stands in front of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


@login_not_required
@require_GET
def release_bundle(request: HttpRequest, token: str) -> HttpResponseBase:
    """The bundle, from the public store; a message counts the fetch, and nothing of who fetches is kept."""
    release = release_find(token, at=instant_of(request))
    store = public_store()
    if release is None or store is None:
        raise Http404
    copy = published_of(release.production)
    if copy is None:
        later = render(request, "portal/not_yet.html", status=503)
        later.headers["Retry-After"] = "60"
        return unkept(later)
    chunks = _chunks(store, str(copy.key), copy.version_id)
    message_put(DOWNLOAD, release.ref)
    size = Bundle.objects.get(production=release.production).size
    return unkept(
        captured_answer(chunks, name=f"{release.production.name}.zip", media_type="application/zip", size=size)
    )


def _chunks(store: EvidenceStore, key: str, version_id: str) -> Iterator[bytes]:
    try:
        opened = store.open(key, version_id)
    except Missing as error:
        raise Http404 from error

    def read() -> Iterator[bytes]:
        with opened as source:
            while chunk := source.read(CHUNK):
                yield chunk

    return read()
