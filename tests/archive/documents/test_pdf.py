import io
import json
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
    Chart,
    Column,
    Document,
    Figure,
    Furniture,
    Heading,
    Link,
    Listing,
    NewPage,
    Note,
    Paragraph,
    Part,
    Redaction,
    Role,
    Series,
    Strong,
    Table,
    Text,
    joined,
    plain,
)
from archive.documents.pdf import render
from archive.documents.source import WORDS
from tests.archive.documents.reading import drawn, in_order, read, squeezed
from tests.archive.documents.samples import (
    a_certificate,
    a_charted_report,
    a_letter,
    a_record_sheet,
    a_report,
    a_thread,
)

SAMPLES = [a_record_sheet, a_letter, a_certificate, a_report, a_thread, a_charted_report]


def document(*blocks: object, **options: object) -> Document:
    return Document("A title", "en-US", blocks, **options)  # type: ignore[arg-type]


def test_texts_are_read_back_in_reading_order() -> None:
    pages = read(drawn(a_record_sheet()))
    expected = [
        "DEMONSTRATION",
        "Comment on a post of Bloomington Police",
        "Account",
        "Renée O’Malley",
        "[REDACTED – 7(1)(b)]",
        "What it says",
        "Call me at",
        "[REDACTED – 7(1)(b)]",
        "I saw the <b>whole</b> thing & took pictures",
        "Część! Ask for the manager.",
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
    for font in fonts:
        if font["/Subtype"] == "/Type0":
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
        assert "/ToUnicode" in font


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
    assert not any(page.get("/Annots") for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


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
    assert (first["/Title"], second["/Title"]) == ("One", "Two 😀")
    assert third[0]["/Title"] == "Three"


def test_attachments_travel_under_names_without_a_path() -> None:
    attached = (Attachment("../../évil/😀.json", b"{}", "application/json", "the source"),)
    reader = pypdf.PdfReader(io.BytesIO(drawn(document(Heading("x"), attachments=attached))))
    assert reader.attachments[".._.._évil_😀.json"] == [b"{}"]


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
        if m.group(1)[:2] == b"x^"
    )
    forms = [secret.encode(), secret.encode("utf-16-be"), secret.encode().hex().encode()]
    assert not any(form in data for form in forms for data in (pdf, streams))
    # Nor is it told by a font: those hold what is drawn, or the common letters whatever is drawn.
    assert "Q" not in "".join(read(pdf))
    assert squeezed("before [REDACTED – 7(1)(b)] after") in squeezed(read(pdf)[0])


HOSTILE = st.text(
    st.one_of(st.characters(codec=None), st.sampled_from("<>&\"'\\()[]\n\r\t \u00a0%\u202e😀")), max_size=80
)


@given(HOSTILE)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_hostile_text_is_drawn_wherever_it_stands(text: str) -> None:
    cell = Cell((Text(text), Redaction(text), Link(text, f"https://example.org/{text}", text), Strong(text, "fr")))
    blocks = (
        Heading(text),
        Paragraph(plain(text), Role.CAPTURED, text),
        Listing((plain(text),)),
        Table((Column(text),), ((cell,),), text),
        Note(text, plain(text)),
        Figure(b"?", text, text, text, text),
        Chart(text, (text,), (Series(text, (1.5,)),), text, unit=text),
        NewPage(text),
        Part((Paragraph(plain(text), Role.SIGNED),), 3),
    )
    whole = Document(text, text, blocks, Furniture(text, text, text), (Attachment(text, b"", text, text),))
    pdf = drawn(whole)
    reader = pypdf.PdfReader(io.BytesIO(pdf), strict=True)
    assert len(reader.pages) >= 2
    assert pdf == drawn(whole)


def test_a_document_carries_its_own_text_untouched() -> None:
    words = "é <b> \ud800 \x00 \u202e نص"
    blocks = (Paragraph((Text(words), Redaction("7(1)(b)"))), Part((Figure(b"", "video/mp4", "", "a.mp4"),), 1))
    reader = pypdf.PdfReader(io.BytesIO(drawn(document(*blocks))))
    source = json.loads(reader.attachments["document.json"][0])
    assert source["title"] == "A title"
    assert source["blocks"][0] == {"paragraph": [words, {"redaction": "7(1)(b)"}]}
    assert source["blocks"][1]["part"][0]["figure"] == "a.mp4"


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_words_of_the_source_that_nobody_wrote_are_all_listed(sample: Any) -> None:
    source = json.loads(pypdf.PdfReader(io.BytesIO(drawn(sample()))).attachments["document.json"][0])

    def names(value: Any) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(names, value))
        return set(value).union(*map(names, value.values())) if isinstance(value, dict) else set()

    assert names(source) <= set(WORDS.split())


def test_pages_are_labelled_with_their_marks() -> None:
    long = [Paragraph(plain("word " * 400))] * 3
    whole = document(Heading("x"), NewPage("A-1"), *long, NewPage("A-2"), Heading("y"))
    assert pypdf.PdfReader(io.BytesIO(drawn(whole))).page_labels == ["1", "A-1", "A-1.2", "A-2"]


def test_a_heading_never_stands_alone_at_the_end_of_a_page() -> None:
    for filling in range(20, 60):
        blocks = [Paragraph(plain("line"))] * filling
        table = Table((Column("Head"),), ((Cell(plain("first cell")),),) * 3, "A caption")
        for after in (Paragraph(plain("some words " * 60)), table):
            pages = read(drawn(document(*blocks, Heading("Above"), after, furniture=Furniture(page_of=""))))
            holding = next(page for page in pages if "Above" in page)
            assert "some words" in holding or "first cell" in holding


def test_a_signature_is_never_parted() -> None:
    signed = Paragraph(plain("Sincerely,\n\n\n\nAlex\nOfficer"), Role.SIGNED)
    for filling in range(20, 60):
        pages = read(drawn(document(*[Paragraph(plain("line"))] * filling, signed)))
        assert any("Sincerely" in page and "Officer" in page for page in pages)


def test_an_unfinished_document_is_stopped_by_its_beat() -> None:
    class Stopped(Exception):
        pass

    def beat() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        render(document(Heading("x")), io.BytesIO(), beat=beat)


def test_nothing_of_the_product_draws_with_platypus() -> None:
    root = Path(__file__).parents[3]
    files = [file for app in ("archive", "retention", "foia", "config") for file in (root / app).rglob("*.py")]
    assert len(files) > 100
    assert [file.name for file in files if "platypus" in file.read_text(encoding="utf-8")] == []
