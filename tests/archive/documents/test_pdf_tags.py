"""The structure of a drawn document, as an independent reader of PDF objects (pikepdf) finds it."""

import io
import re
from collections.abc import Iterator
from typing import Any, cast

import pikepdf
import pytest

from archive.documents.document import (
    Cell,
    Column,
    Document,
    Figure,
    Heading,
    Link,
    Listing,
    Note,
    Paragraph,
    Part,
    Redaction,
    Table,
    Text,
    plain,
)
from tests.archive.documents.reading import drawn
from tests.archive.documents.samples import (
    a_certificate,
    a_charted_report,
    a_letter,
    a_record_sheet,
    a_report,
    a_thread,
    photo,
)


def opened(document: Document) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(drawn(document)))


def tree(pdf: pikepdf.Pdf) -> Any:
    return pdf.Root.StructTreeRoot.K[0]


def kids(element: Any) -> list[Any]:
    found = element.get("/K")
    if found is None:
        return []
    return list(found) if isinstance(found, pikepdf.Array) else [found]


def elements(element: Any) -> Iterator[Any]:
    yield element
    for kid in kids(element):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from elements(kid)


def shape(element: Any) -> Any:
    """An element as its tag and the shapes of its elements."""
    inner = [shape(kid) for kid in kids(element) if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
    return [str(element.S)[1:], *inner] if inner else str(element.S)[1:]


def number_tree(node: Any) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for kid in node.get("/Kids", []):
        found |= number_tree(kid)
    pairs = list(node.get("/Nums", []))
    return found | dict(zip(map(int, pairs[::2]), pairs[1::2], strict=True))


@pytest.mark.parametrize("sample", [a_record_sheet, a_letter, a_certificate, a_report, a_thread, a_charted_report])
def test_every_piece_of_content_is_an_artifact_or_belongs_to_the_element_that_claims_it(sample: Any) -> None:
    pdf = opened(sample())
    parents = number_tree(pdf.Root.StructTreeRoot.ParentTree)
    claimed: dict[tuple[Any, int], Any] = {}
    for element in elements(tree(pdf)):
        for kid in kids(element):
            if not isinstance(kid, pikepdf.Dictionary):
                claimed[element.Pg.objgen, int(kid)] = element.objgen
            elif "/MCID" in kid:
                claimed[kid.Pg.objgen, int(kid.MCID)] = element.objgen
            elif kid.get("/Type") == "/OBJR":
                assert parents[int(kid.Obj.StructParent)].objgen == element.objgen
    seen = 0
    for page in pdf.pages:
        owners = list(parents[int(page.StructParents)])
        depth, numbers = 0, []
        for instruction in pikepdf.parse_content_stream(page):
            operands, word = cast(list[Any], instruction.operands), str(instruction.operator)
            if word in {"BDC", "BMC"}:
                depth += 1
                if depth == 1 and word == "BDC" and "/MCID" in operands[1]:
                    numbers.append(int(operands[1].MCID))
            elif word == "EMC":
                depth -= 1
            elif word in {"Tj", "TJ", "Do", "f", "S"}:
                assert depth, f"{word} outside of marked content"
        assert sorted(numbers) == list(range(len(owners)))
        for number, owner in enumerate(owners):
            assert claimed.pop((page.obj.objgen, number)) == owner.objgen
            seen += 1
    assert seen
    assert not claimed


def test_blocks_get_the_tags_of_their_kinds() -> None:
    table = Table((Column("a"), Column("b")), ((Cell(plain("1"), header=True), Cell(plain("2"))),), "Caption")
    document = Document(
        "Title",
        "en-US",
        (
            Heading("One"),
            Paragraph((Text("a "), Link("b", "https://example.org/"), Redaction("7(1)(c)"), Text("c", "fr"))),
            Listing((plain("x"),), numbered=True),
            table,
            Note("Note", plain("x")),
            Part((Heading("Two", 2), Part((Paragraph(plain("y")),), 1)), 0),
            Figure(photo(), "image/jpeg", "A lamp", "a.jpg"),
        ),
    )
    pdf = opened(document)
    assert shape(tree(pdf)) == [
        "Document",
        "H1",
        ["P", "Link", "Span", "Span"],
        ["L", ["LI", "Lbl", "LBody"]],
        ["Table", "Caption", ["TR", "TH", "TH"], ["TR", "TH", "TD"]],
        "Note",
        ["Art", "H2", ["Sect", "P"]],
        "Figure",
        "P",
    ]
    by_tag: dict[str, list[Any]] = {}
    for element in elements(tree(pdf)):
        by_tag.setdefault(str(element.S), []).append(element)
    assert [str(head.A.Scope) for head in by_tag["/TH"]] == ["/Column", "/Column", "/Row"]
    assert [str(span.get("/ActualText", "")) for span in by_tag["/Span"]] == ["Redacted, exemption 7(1)(c).", ""]
    assert str(by_tag["/Span"][1].Lang) == "fr"
    assert str(by_tag["/Figure"][0].Alt) == "A lamp"
    assert len(by_tag["/Figure"][0].A.BBox) == 4
    assert str(by_tag["/L"][0].A.ListNumbering) == "/Decimal"


def test_headings_skip_no_level_and_begin_with_the_first() -> None:
    wanted = (3, 1, 4, 4, 2, 3, 3, 1, 2)
    pdf = opened(Document("t", "en-US", tuple(Heading(f"{n}", level) for n, level in enumerate(wanted))))
    assert shape(tree(pdf))[1:] == ["H1", "H1", "H2", "H3", "H2", "H3", "H3", "H1", "H2"]


def test_a_head_that_is_repeated_is_tagged_once() -> None:
    pdf = opened(a_report(300))
    heads = [e for e in elements(tree(pdf)) if e.S == "/TH" and e.A.Scope == "/Column"]
    assert len(heads) == 4
    assert len(pdf.pages) > 5


def test_an_element_over_several_pages_says_on_which_each_piece_is() -> None:
    pdf = opened(Document("t", "en-US", (Paragraph(plain("word " * 3_000)),)))
    (paragraph,) = kids(tree(pdf))
    assert [kid.Pg.objgen for kid in kids(paragraph)] == [page.obj.objgen for page in pdf.pages]
    assert len(pdf.pages) > 1


def test_notes_have_names_of_their_own() -> None:
    pdf = opened(Document("t", "en-US", (Note("a", plain("x")), Note("a", plain("x")), Note("", ()))))
    names = [str(e.ID) for e in elements(tree(pdf)) if e.S == "/Note"]
    assert len(set(names)) == len(names) == 3


def test_link_areas_say_where_they_lead_and_lie_over_their_words() -> None:
    link = Link("a permalink", "https://example.org/1")
    pdf = opened(Document("t", "en-US", (Paragraph((Text("see "), link)),)))
    (area,) = pdf.pages[0].Annots
    assert (str(area.A.URI), str(area.Contents)) == ("https://example.org/1", "a permalink")
    left, bottom, right, top = map(float, area.Rect)
    assert left > 61.2 + 10
    assert 30 < right - left < 90
    assert 8 < top - bottom < 16


def test_a_file_says_what_it_is() -> None:
    pdf = opened(a_letter())
    assert bool(pdf.Root.MarkInfo.Marked)
    packet = bytes(pdf.Root.Metadata.read_bytes())
    assert re.search(rb"<pdfaid:part>3</pdfaid:part>\s*<pdfaid:conformance>A<", packet)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in packet
    assert {str(page.Tabs) for page in pdf.pages} == {"/S"}
    assert [str(file.AFRelationship) for file in pdf.Root.AF] == ["/Source"]
