"""The pages as they were looked at: a change of one pixel shows here, and wants somebody to look again.

    .venv/bin/python -m tests.archive.documents.test_pdf_looks FOLDER

draws every page as a PNG, and prints the new digests.
"""

import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from archive.documents.document import Document
from tests.archive.documents.reading import drawn
from tests.archive.documents.samples import (
    a_certificate,
    a_charted_report,
    a_letter,
    a_record_sheet,
    a_report,
    a_thread,
)

LOOKED_AT = {
    "a_certificate": "cfc15dce000dcd01",
    "a_charted_report": "1c1f6378f3031912",
    "a_letter": "f426da19c678b7b4",
    "a_record_sheet": "8493a17c5fad054e",
    "a_report": "c8f3466cc38c1959",
    "a_thread": "1e4b1464abbd0982",
}

SAMPLES: tuple[Callable[[], Document], ...] = (
    a_certificate,
    a_charted_report,
    a_letter,
    a_record_sheet,
    a_report,
    a_thread,
)


def pages(sample: Callable[[], Document], scale: float = 1.0) -> Iterator[Image.Image]:
    """The pages as PDFium paints them."""
    with pypdfium2.PdfDocument(drawn(sample())) as pdf:
        for page in pdf:
            yield page.render(scale=scale).to_pil().convert("RGB")


def digest(sample: Callable[[], Document]) -> str:
    """The SHA-256 of all pixels, shortened."""
    found = hashlib.sha256()
    for page in pages(sample):
        found.update(page.tobytes())
    return found.hexdigest()[:16]


@pytest.mark.parametrize("sample", SAMPLES)
def test_pages_look_as_they_did_when_somebody_looked_at_them(sample: Callable[[], Document]) -> None:
    assert digest(sample) == LOOKED_AT[sample.__name__]


def main(folder: Path) -> None:
    """Write the pages, print the digests."""
    for sample in SAMPLES:
        for number, page in enumerate(pages(sample, 1.5), start=1):
            page.save(folder / f"{sample.__name__}-{number}.png")
        print(f'    "{sample.__name__}": "{digest(sample)}",')


if __name__ == "__main__":
    import django
    from django.conf import settings

    settings.configure()
    django.setup()
    main(Path(sys.argv[1]))
