"""The addresses of searching, records, removals, quarantine and accounts."""

from archive.access.policy import office_table
from tests.web.captured import (
    a_frozen_search,
    a_medium,
    a_proposed_page,
    a_quarantined_item,
    a_record,
    a_removal,
    a_run,
    an_account,
    as_received,
)
from tests.web.rows import SENT, Row, Whose
from tests.web.world import World

READ, SEARCH, EXPLAIN = {"record.read"}, {"record.search"}, {"removal.explain"}
QUARANTINE = {"import.run", "capture.run", "audit.read"}


def sees_run(world: World, office: str, whose: Whose) -> bool:
    """A frozen search is its maker's; those who read the audit, or the restricted part, see every one."""
    return whose is Whose.OWN or bool(office_table()[office][1] & {"audit.read", "compartment.restricted"})


ARCHIVE_PAGES: list[Row] = [
    Row("verify/", public=True),
    Row("verify/<str:name>", public=True, make=lambda world, owner: {"name": "verify.html"}, look=False, owned=False),
    Row("search/", may=SEARCH),
    Row("search/runs/", may=SEARCH),
    Row("search/runs/", may=SEARCH, post={"q": "road"}, answers=SENT),
    Row("search/runs/<uuid:ref>/", may=SEARCH, make=a_frozen_search, sees=sees_run),
    Row("records/<uuid:ref>/", may=READ, make=a_record),
    Row("records/<uuid:ref>/thread/", may=READ, make=a_record),
    Row("records/<uuid:ref>/thread.pdf", may=READ, make=a_record, look=False),
    # No checkpoint covers anything in a test that rolls back; tests/web/test_integrity_walk.py downloads one.
    Row("records/<uuid:ref>/versions/<int:n>/proof/", may=READ, make=as_received, answers=frozenset({404}), look=False),
    Row("records/<uuid:ref>/media/<int:number>/", may=READ, make=a_medium, look=False),
    Row("records/<uuid:ref>/versions/<int:n>/as-received/", may=READ, make=as_received, look=False),
    Row("removals/", may=EXPLAIN),
    Row("removals/<uuid:ref>/", may=EXPLAIN, make=a_removal),
    Row(
        "removals/<uuid:ref>/",
        may=EXPLAIN,
        make=a_removal,
        post={"who": "author", "words": "She told us."},
        answers=SENT,
    ),
    Row("quarantine/", may=QUARANTINE),
    Row("quarantine/<uuid:ref>/", may=QUARANTINE, make=a_quarantined_item),
    Row("quarantine/<uuid:ref>/bytes/", may=QUARANTINE, make=a_quarantined_item, look=False),
    Row("accounts/", may=READ),
    Row("accounts/propose/", may={"account.propose"}),
    Row(
        "accounts/propose/",
        may={"account.propose"},
        post={"network": "import", "name": "Old page", "handle": "old_page"},
        answers=SENT,
    ),
    Row("accounts/<uuid:ref>/", may=READ, make=an_account),
    Row("accounts/<uuid:ref>/approve/", may={"account.approve"}, make=a_proposed_page, post={}, answers=SENT),
    Row("accounts/<uuid:ref>/connect/", may={"account.connect"}, make=an_account),
    Row(
        "accounts/<uuid:ref>/connect/",
        may={"account.connect"},
        make=an_account,
        post={"token": "a-token-of-the-network"},
        answers=SENT,
    ),
    Row("accounts/<uuid:ref>/run/", may={"capture.run"}, make=an_account, post={}, answers=SENT),
    Row("accounts/<uuid:ref>/runs/<uuid:run>/", may=READ, make=a_run),
]
