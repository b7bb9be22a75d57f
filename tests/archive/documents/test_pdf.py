import io
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any, cast

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.documents.document import (
    Attachment,
    Cell,
    Column,
    Document,
    Furniture,
    Heading,
    Link,
    Listing,
    NewPage,
    Note,
    Paragraph,
    Redaction,
    Role,
    Strong,
    Table,
    Text,
    joined,
    plain,
)
from archive.documents.faces import drawable
from archive.documents.visible import Kind, pieces
from tests.archive.documents.reading import drawn, in_order, read, squeezed
from tests.archive.documents.samples import a_certificate, a_letter, a_record_sheet, a_report

SAMPLES = [a_record_sheet, a_letter, a_certificate, a_report]


def document(*blocks: object, **options: object) -> Document:
    return Document("A title", "en-US", blocks, **options)  # type: ignore[arg-type]


def test_texts_are_read_back_in_reading_order() -> None:
    pages = read(drawn(a_record_sheet()))
    expected = [
        "DEMONSTRATION",
        "Comment on a post of Bloomington Police",
        "Account",
        "Renée O’Malley [U+1F693]",
        "[7(1)(b)]",
        "What it says",
        "Call me at",
        "[7(1)(b)]",
        "I saw the <b>whole</b> thing & took pictures [U+1F4F8]",
        "Cz[U+0119][U+015B][U+0107]!".replace("[U+0107]", "ć"),
        "A car at a kerb",
        "DEMO-000017-2.mp4",
        "History",
        "First captured",
        "The thread, for context",
        "Road closed at Main and Front.",
        "(this record)",
        "How this can be checked",
    ]
    assert in_order(expected, squeezed("".join(pages)))


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_same_document_gives_the_same_bytes(sample: object) -> None:
    assert drawn(sample()) == drawn(sample())  # type: ignore[operator]


def test_the_same_document_gives_the_same_bytes_in_another_process() -> None:
    program = (
        "import django, hashlib; from django.conf import settings; settings.configure(); django.setup();"
        "from tests.archive.documents.samples import a_record_sheet; from tests.archive.documents.reading import drawn;"
        "print(hashlib.sha256(drawn(a_record_sheet())).hexdigest())"
    )
    root = Path(__file__).parents[3]
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=root,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_it_names_its_language_title_and_embeds_every_font() -> None:
    reader = pypdf.PdfReader(io.BytesIO(drawn(a_letter())))
    assert str(reader.root_object["/Lang"]) == "en-US"
    assert reader.metadata is not None
    assert reader.metadata.title == "Your request for records 2026-0001: granted in part, denied in part"
    assert str(cast(Any, reader).viewer_preferences["/DisplayDocTitle"]) == "True"
    fonts = [font.get_object() for page in reader.pages for font in cast(Any, page)["/Resources"]["/Font"].values()]
    assert fonts
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


def test_pages_carry_the_legend_their_own_mark_and_their_number() -> None:
    furniture = Furniture(legend="DEMONSTRATION", footer="Request 7")
    whole = joined(
        "Production",
        "en-US",
        [
            document(Heading("Cover"), furniture=Furniture()),
            document(Heading("One"), *[Paragraph(plain("word " * 400))] * 3, furniture=Furniture(mark="DEMO-000001")),
            document(Heading("Two"), furniture=Furniture(mark="DEMO-000002")),
        ],
        furniture=furniture,
    )
    pages = read(drawn(whole))
    marks = [re.findall(r"DEMO-\d+", page) for page in pages]
    assert marks == [[], ["DEMO-000001"], ["DEMO-000001"], ["DEMO-000002"]]
    for number, page in enumerate(pages, start=1):
        assert "DEMONSTRATION" in page
        assert "Request 7" in page
        assert f"Page {number} of 4" in page


def test_a_document_that_begins_with_a_new_page_has_no_empty_page_before_it() -> None:
    assert len(read(drawn(document(NewPage("X-1"), Heading("One"))))) == 1


def test_an_empty_document_has_one_page() -> None:
    assert len(read(drawn(document()))) == 1


def test_user_text_is_never_parsed_as_markup() -> None:
    hostile = '<b>bold</b> &amp; </para> <img src="x"/> <a href="http://evil.test">x</a> &#0; ]]> <!-- --> <?x?>'
    pdf = drawn(document(Heading(hostile), Paragraph((Text(hostile), Strong(hostile))), Note("<i>", plain(hostile))))
    assert squeezed("".join(read(pdf))).count(squeezed(hostile)) == 4
    assert b"/URI" not in pdf


def test_only_web_and_mail_addresses_become_links() -> None:
    good = Link("good", "https://example.org/?q=a b&r=ü")
    bad = [Link("bad", a) for a in ("javascript:alert(1)", "file:///etc/passwd", "http://[", "//x.test/", "\ud800")]
    reader = pypdf.PdfReader(io.BytesIO(drawn(document(Paragraph((good, *bad))))))
    uris = [a.get_object()["/A"]["/URI"] for page in reader.pages for a in page.get("/Annots", [])]
    assert uris == ["https://example.org/?q=a%20b&r=%C3%BC"]


def test_a_long_word_breaks_and_loses_nothing() -> None:
    word = "".join(f"{n:05d}" for n in range(4_000))
    blocks = (Paragraph(plain(word)), Table((Column("a"), Column("b")), ((Cell(plain(word)), Cell(plain("x"))),)))
    for block in blocks:
        pages = read(drawn(document(block, furniture=Furniture(page_of=""))))
        assert word in squeezed("".join(pages)).replace("x", "").replace("ab", "")


def test_a_table_splits_over_pages_and_repeats_its_head() -> None:
    pages = read(drawn(a_report(450)))
    assert len(pages) > 10
    assert all("Passages" in page and "Exemption" in page for page in pages[:-1])
    numbers = re.findall(r"DEMO-(\d{6})", "".join(pages))
    assert numbers == [f"{n:06d}" for n in range(1, 451)]


def test_many_columns_and_a_tall_head_still_fit() -> None:
    head = tuple(Column("heading " * 30) for _ in range(24))
    table = Table(head, (tuple(Cell(plain("w" * 40)) for _ in head),) * 30)
    assert len(read(drawn(document(table)))) > 1


def test_headings_become_bookmarks_whatever_levels_they_skip() -> None:
    reader = pypdf.PdfReader(io.BytesIO(drawn(document(Heading("One", 3), Heading("Two 😀", 1), Heading("Three", 4)))))
    first, second, third = cast(list[Any], reader.outline)
    assert (first["/Title"], second["/Title"]) == ("One", "Two [U+1F600]")
    assert third[0]["/Title"] == "Three"


def test_attachments_travel_under_names_without_a_path() -> None:
    attached = (Attachment("../../évil/😀.json", b"{}", "application/json", "the source"),)
    reader = pypdf.PdfReader(io.BytesIO(drawn(document(Heading("x"), attachments=attached))))
    assert reader.attachments[".._.._évil_[U+1F600].json"] == [b"{}"]


def test_what_a_redaction_hides_is_in_no_byte_and_no_width() -> None:
    secret = "Quixotic-309-555-0142"

    def sheet(hidden: str) -> bytes:
        spans = (Text("before "), Redaction("7(1)(b)"), Text(" after"))
        kept = "".join(s.value if not isinstance(s, Redaction) else "" for s in spans)
        assert hidden not in kept
        return drawn(document(Paragraph(spans, Role.CAPTURED), attachments=(Attachment("a.txt", b"x", "text/plain"),)))

    pdf = sheet(secret)
    assert pdf == sheet("Q" * 400)
    streams = b"".join(
        zlib.decompressobj().decompress(m.group(1))
        for m in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.S)
        if m.group(1)[:1] == b"x"
    )
    forms = [secret.encode(), secret.encode("utf-16-be"), secret.encode().hex().encode()]
    assert not any(form in data for form in forms for data in (pdf, streams))
    # No glyph of the secret alone: the subset holds only what is drawn.
    assert "Q" not in "".join(read(pdf))
    assert squeezed("before [7(1)(b)] after") in squeezed(read(pdf)[0])


HOSTILE = st.text(
    st.one_of(st.characters(codec=None), st.sampled_from("<>&\"'\\()[]\n\r\t \u00a0%\u202e😀")), max_size=80
)


@given(HOSTILE)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_hostile_text_is_drawn_or_named_and_nothing_is_lost(text: str) -> None:
    # A mark at both ends keeps spaces at the edges out of the comparison.
    given_text = f"¤{text}¤"
    furniture = Furniture(page_of="")
    whole = document(
        Paragraph(plain(given_text), Role.CAPTURED), Listing((plain(text),)), Heading(text), furniture=furniture
    )
    drawn(Document(text, "en-US", whole.blocks, Furniture(text, text, text), (Attachment(text, b"", text),)))
    shown = "".join(p.text for p in pieces(given_text, drawable) if p.kind is not Kind.BREAK)
    read_back = "".join(read(drawn(document(Paragraph(plain(given_text)), furniture=furniture))))
    assert squeezed(read_back) == squeezed(shown)
