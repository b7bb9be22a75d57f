"""Renewing time stamps before they age (the idea of RFC 4998): once a year a new stamp over all that came before.

A stamp is good for as long as its authority's certificate and its algorithms are. `renewals/YEAR.txt` lists the
SHA-512 of every stamp, of the notes that they stamp, of the certificates that were trusted, and of all earlier
renewals, as the program sha512sum reads it; `renewals/YEAR.N.tsr` is the N-th authority's stamp of that list. Who has
both knows that the old stamp was there while its certificate still held. All of it is public below `log/`, by the same
names.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha512
from itertools import count
from pathlib import Path

import httpx
from django.conf import settings

from archive.ledger.anchoring import authorities, stamp_fetch
from archive.ledger.errors import LedgerError
from archive.ledger.models import LOG, Anchor, AnchorKind, Checkpoint
from archive.ledger.publication import Publication

FIRST_LINES = "# SHA-512 of what this renewal covers; check with: sha512sum --check --ignore-missing\n"


def renewal_text(earlier: Mapping[str, bytes]) -> bytes:
    """Return the list that a renewal stamps: name → bytes of everything that it covers, in the order of the names."""
    lines = (f"{sha512(octets).hexdigest()}  {name}\n" for name, octets in sorted(earlier.items()))
    return (FIRST_LINES + "".join(lines)).encode("ascii")


def renewal_covers(text: bytes, name: str, octets: bytes) -> bool:
    """Return whether a list names these bytes under this name."""
    return f"{sha512(octets).hexdigest()}  {name}" in text.decode("ascii", "replace").splitlines()


def stamps_renew(publication: Publication, *, at: datetime) -> int:
    """Renew the stamps of earlier years, once in each year; return how many authorities stamped the list now.

    An authority that fails is asked again at the next call; the list of a year never changes, whoever stamps it when.
    """
    asked = authorities()
    held = Anchor.objects.filter(log_id=LOG, kind=AnchorKind.TSA, received_at__year__lt=at.year)
    if not asked or not held.exists():
        return 0
    text = publication.renewal(f"{at.year}.txt")
    if text is None:
        if settings.LOG_TSA_ROOTS:
            publication.renewal_keep(f"{at.year}.pem", Path(settings.LOG_TSA_ROOTS).read_bytes())
        text = renewal_text(dict(_earlier(publication, at.year)))
        publication.renewal_keep(f"{at.year}.txt", text)
    made = 0
    for n, (_, url) in enumerate(asked, 1):
        if publication.renewal(f"{at.year}.{n}.tsr") is None:
            try:
                publication.renewal_keep(f"{at.year}.{n}.tsr", stamp_fetch(url, text).octets)
            except (LedgerError, httpx.HTTPError):
                continue
            made += 1
    return made


def _earlier(publication: Publication, year: int) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every stamp before this year, its note, and each year's certificates and renewals."""
    stamped: dict[int, int] = {}
    anchors = Anchor.objects.filter(log_id=LOG, kind=AnchorKind.TSA, received_at__year__lt=year).order_by("pk")
    for size, octets in anchors.values_list("size", "octets").iterator(500):
        stamped[size] = stamped.get(size, 0) + 1
        yield f"stamps/{size}/{stamped[size]}", bytes(octets)
    notes = Checkpoint.objects.filter(log_id=LOG, size__in=stamped).values_list("size", "note")
    for size, note in notes.iterator(500):
        yield f"checkpoints/{size}", bytes(note)
    first = anchors.values_list("received_at__year", flat=True)[0]
    for each in range(first, year + 1):
        for name in _names(each):
            kept = publication.renewal(name)
            if kept is not None:
                yield f"renewals/{name}", kept
            elif name.endswith(".tsr"):
                break


def _names(year: int) -> Iterator[str]:
    yield from (f"{year}.pem", f"{year}.txt")
    yield from (f"{year}.{n}.tsr" for n in count(1))
