"""The leak scan reads finished PDFs back: glyphs are numbers, and no search of bytes sees a text in them."""

import io
from pathlib import Path

import pytest

from archive.documents.document import Attachment, Document, Paragraph, Role, plain
from archive.documents.extracting import UnreadablePdf, texts_in_pdf
from archive.documents.pdf import render
from foia.production.leaks import DRAWN, LeakSearch, Secret, squeezed
from foia.production.paths import is_drawn_pdf

PHONE = "+1 312 555-0142"
LONG = " ".join(f"word{n} and so on" for n in range(60))


def drawn(*texts: str, path: Path) -> Path:
    blocks = tuple(Paragraph(plain(text), Role.CAPTURED) for text in texts)
    out = io.BytesIO()
    render(Document("Records", "en-US", blocks), out)
    path.write_bytes(out.getvalue())
    return path


def in_pages(path: Path, secret: str, *, fixed: tuple[str, ...] = (), shown: str = "") -> set[str]:
    search = LeakSearch([Secret(secret, "DEMO-000001", "/content")], fixed=fixed)
    search.explain(shown)
    pages = (text for where, text in texts_in_pdf(path) if where.startswith("page "))
    return {found.form for text in pages for found in search.in_drawn("data/production.pdf", text)}


def test_a_secret_drawn_in_a_pdf_is_found_in_what_a_reader_extracts(tmp_path: Path) -> None:
    path = drawn("Please call +1 312 555-0142 tonight", path=tmp_path / "a.pdf")
    assert "drawn" in in_pages(path, PHONE)


def test_it_is_found_across_lines_and_pages_and_with_marks_between(tmp_path: Path) -> None:
    for number, text in enumerate((LONG, "+1\u200b 312\u00ad 555\u2060-01\u200e42", "+1 3125550142")):
        path = drawn(*["x " * 900] * 3, text, path=tmp_path / f"{number}.pdf")
        assert "drawn" in in_pages(path, LONG if number == 0 else PHONE), text


def test_a_secret_in_the_text_that_travels_inside_is_found(tmp_path: Path) -> None:
    kept = Attachment("document.json", b'{"blocks": [{"value": "call \\u002b1 312 555-0142"}]}', "application/json")
    out = io.BytesIO()
    render(Document("Records", "en-US", (Paragraph(plain("nothing")),), attachments=(kept,)), out)
    (tmp_path / "a.pdf").write_bytes(out.getvalue())
    search = LeakSearch([Secret(PHONE, "DEMO-000001", "/content")])
    found = {
        (where, found.form)
        for where, text in texts_in_pdf(tmp_path / "a.pdf")
        for found in search.in_drawn("data/production.pdf", text)
    }
    assert found == {("document.json", "plain"), ("document.json", "drawn")}


def test_the_value_that_a_pdf_is_drawn_from_travels_inside_and_is_searched(tmp_path: Path) -> None:
    path = drawn("Señora “Zoë” 🚓 at " + PHONE, path=tmp_path / "a.pdf")
    inside = "".join(text for where, text in texts_in_pdf(path) if where == "document.json")
    assert "Señora “Zoë” 🚓 at " + PHONE in inside
    search = LeakSearch([Secret("Señora “Zoë” 🚓", "DEMO-000001", "/content")])
    assert {found.form for found in search.in_drawn("data/production.pdf", inside)} == {"plain", "drawn"}


def test_scripts_that_are_shaped_are_found_in_pages(tmp_path: Path) -> None:
    for number, words in enumerate(
        ("हल्द्वानी में रहने वाली नेहा", "ชื่อของพยานคือสมชาย", "道路封閉了嗎請問一下", "هل الطريق مفتوح الآن")
    ):
        path = drawn(f"x {words} y", path=tmp_path / f"{number}.pdf")
        assert "drawn" in in_pages(path, words), words


def test_what_does_not_say_it_is_clean(tmp_path: Path) -> None:
    path = drawn("Please call +1 312 555-0143 tonight", LONG, path=tmp_path / "a.pdf")
    assert not in_pages(path, PHONE)
    assert not in_pages(path, "hers"), "words that meet are not squeezed into a short one"
    assert not in_pages(path, "Please call", fixed=("Please call us",))
    assert not in_pages(drawn(LONG[:400], path=path), LONG, shown=LONG[:400]), "a piece that somebody else said too"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a b\n\tc", "abc"),
        ("ﬁne", "fine"),
        ("555-01\u00ad42", "5550142"),
        ("👩\u200d🚒\ufe0f", "👩🚒"),
        ("[U+1F692][U+200B]", "🚒"),
        ("[U+FFFFFF]", "[U+FFFFFF]"),
    ],
)
def test_squeezing_takes_away_what_nobody_sees(text: str, left: str) -> None:
    assert squeezed(text) == left


def test_a_short_secret_is_looked_for_as_it_is(tmp_path: Path) -> None:
    path = drawn("ask Renée about it", path=tmp_path / "a.pdf")
    assert len(squeezed("Renée")) < DRAWN
    assert in_pages(path, "Renée") == {"plain"}


def test_a_pdf_that_cannot_be_read_back_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\nnothing")
    with pytest.raises(UnreadablePdf):
        list(texts_in_pdf(tmp_path / "a.pdf"))


def test_only_what_we_drew_is_opened() -> None:
    assert is_drawn_pdf("data/production-2.pdf")
    assert not is_drawn_pdf("data/media/DEMO-000001-1.pdf")
    assert not is_drawn_pdf("data/index.csv")
