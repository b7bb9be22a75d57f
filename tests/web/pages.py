"""Every address of Daybook: who may open it, on whose things. The matrix and the accessibility test read this list.

A page that is in the URL configuration and not here fails both. To add one, add a `Row`:

    Row("requests/", may={"request.take", "request.review"}),
    Row("requests/<uuid:ref>/", may={"request.take"}, make=a_request),  # (world, owner) -> {"ref": …}
    Row("requests/<uuid:ref>/hold/", may={"hold.place"}, make=a_request, post={"reason": "pending suit"}),

`route` is spelled as in the URL configuration, the includes joined. A page that shows a form and takes it needs two
rows, one with `post`. A long list of an app's rows lies in a file of its own and is joined to PAGES here.
"""

from tests.web.archive_pages import ARCHIVE_PAGES
from tests.web.foia_pages import FOIA_PAGES
from tests.web.retention_pages import RETENTION
from tests.web.rows import SENT, Row, Whose

__all__ = ["PAGES", "SENT", "Row", "Whose"]

PAGES: list[Row] = [
    Row(""),
    Row("sign-in/", public=True, answers=frozenset({302}), look=False),  # a signed-in person is sent on
    Row("sign-in/", public=True, post={}, answers=frozenset({302}), look=False),
    Row("sign-out/", public=True, post={}, answers=SENT),
    *ARCHIVE_PAGES,
    *RETENTION,
    *FOIA_PAGES,
]
