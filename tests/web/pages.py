"""Every address of Daybook: who may open it, on whose things. The matrix and the accessibility test read this list.

A page that is in the URL configuration and not here fails both. To add one, add a `Row`:

    Row("requests/", may={"request.take", "request.review"}),
    Row("requests/<uuid:ref>/", may={"request.take"}, make=a_request),  # (world, owner) -> {"ref": …}
    Row("requests/<uuid:ref>/hold/", may={"hold.place"}, make=a_request, post={"reason": "pending suit"}),

`route` is spelled as in the URL configuration, the includes joined. A page that shows a form and takes it needs two
rows, one with `post`. A long list of an app's rows lies in a file of its own and is joined to PAGES here.
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from archive.access.models import User
from archive.storage.models import Finding, FixityFinding
from tests.web.access_pages import ACCESS_PAGES
from tests.web.archive_pages import ARCHIVE_PAGES
from tests.web.foia_pages import FOIA_PAGES
from tests.web.office_pages import OFFICE_PAGES
from tests.web.retention_pages import RETENTION
from tests.web.rows import SENT, Row, Whose
from tests.web.setup_pages import SETUP_PAGES
from tests.web.world import World

__all__ = ["PAGES", "SENT", "Row", "Whose"]


def a_size(world: World, owner: User) -> Mapping[str, Any]:
    """A size that no checkpoint has."""
    return {"size": 7}


def a_stamp(world: World, owner: User) -> Mapping[str, Any]:
    """A time stamp that no checkpoint has."""
    return {"size": 7, "n": 1}


def an_alarm(world: World, owner: User) -> Mapping[str, Any]:
    """A copy that nothing can repair; the first is closed by whoever may, so each visit has one of its own."""
    found = FixityFinding.objects.create(
        at=world.at, object_key=uuid4(), copy_key=uuid4(), store="file", code=Finding.IRREPARABLE
    )
    return {"ref": found.ref}


def a_renewal(world: World, owner: User) -> Mapping[str, Any]:
    """A list of stamps that nobody has renewed."""
    return {"name": "2027.txt"}


def a_tile(world: World, owner: User) -> Mapping[str, Any]:
    """A tile that is not published."""
    return {"path": "0/000"}


PAGES: list[Row] = [
    Row(""),
    Row("integrity/", may={"integrity.read"}),
    Row("integrity/check/", may={"integrity.check"}, post={}, answers=SENT),
    Row("integrity/alarms/<uuid:ref>/", may={"storage.fixity"}, make=an_alarm),
    Row(
        "integrity/alarms/<uuid:ref>/",
        may={"storage.fixity"},
        make=an_alarm,
        post={"reason": "The disk was replaced."},
        answers=SENT,
    ),
    Row("log/", public=True),
    Row("log/checkpoint", public=True, answers=frozenset({404}), look=False),  # nothing is published in a test
    Row("log/checkpoints/<int:size>", public=True, make=a_size, answers=frozenset({404}), look=False, owned=False),
    Row("log/stamps/<int:size>/<int:n>", public=True, make=a_stamp, answers=frozenset({404}), look=False, owned=False),
    Row("log/renewals/<str:name>", public=True, make=a_renewal, answers=frozenset({404}), look=False, owned=False),
    Row("log/tile/<path:path>", public=True, make=a_tile, answers=frozenset({404}), look=False, owned=False),
    *SETUP_PAGES,
    *ACCESS_PAGES,
    *ARCHIVE_PAGES,
    *OFFICE_PAGES,
    *RETENTION,
    *FOIA_PAGES,
]
