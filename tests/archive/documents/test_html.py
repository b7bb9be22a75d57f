import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents.document import (
    Chart,
    Document,
    Figure,
    Furniture,
    Heading,
    Link,
    Listing,
    Marks,
    NewPage,
    Note,
    Paragraph,
    Part,
    Redaction,
    Role,
    Series,
    Strong,
    Text,
    plain,
)
from archive.documents.html import render
from archive.documents.pictures import NotDrawn
from archive.documents.visible import browser_pieces
from tests.archive.documents.samples import SAMPLES, a_charted_report, a_thread

STATIC = Path(__file__).parents[3] / "static"
TAGS = {
    *("article", "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "caption", "thead", "tbody"),
    *("tr", "th", "td", "figure", "figcaption", "img", "strong", "span", "a", "br", "hr", "section"),
    *("svg", "line", "rect", "text", "polyline", "circle"),
}


class Seen(HTMLParser):
    """What a browser would find: tags, attributes and text; unbalanced tags are an error."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in {"br", "hr", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_kind_is_plain_safe_html(sample: str) -> None:
    seen = Seen("".join(render(SAMPLES[sample]())))
    assert seen.tags <= TAGS
    assert seen.attributes <= {
        *("class", "lang", "dir", "scope", "href", "rel", "src", "alt", "role", "aria-label", "viewbox"),
        *("x", "y", "x1", "x2", "y1", "y2", "width", "height", "points", "cx", "cy", "r"),
    }


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_class_has_a_look_in_the_stylesheet(sample: str) -> None:
    sheet = "".join((STATIC / name).read_text() for name in ("document.css", "daybook.css"))
    classes = set(re.findall(r'class="([^"]*)"', "".join(render(SAMPLES[sample]()))))
    known = {"doc-body", "doc-depth-0", "doc-label", "doc-attachments"}  # they look like the text around them
    assert {name for names in classes for name in names.split() if f".{name}" not in sheet} <= known


def test_a_chart_is_one_image_with_its_values_in_words_and_in_a_table_beside_it() -> None:
    html = "".join(render(a_charted_report()))
    assert html.count('role="img" aria-label="Comments captured and removed. Bar chart by month, January to June') == 1
    assert "Removed: lowest 9 (May), highest 40 (February), last 31 (June)." in html
    assert html.count("Comments captured and removed") == 3, "as heading, image and caption of the table"
    assert html.count("<rect") == 6 * 2 + 2
    assert '<td class="doc-end">2,410</td>' in html
    assert '<td class="doc-end">–</td>' in html
    assert html.count("<polyline") == 2, "a gap parts the line"


def test_an_answer_is_set_in_and_says_what_it_answers() -> None:
    html = "".join(render(a_thread(), first_heading_level=2))
    assert '<section class="doc-part doc-depth-2">\n<h3>DEMO-000018: Reply, answers DEMO-000017</h3>' in html


def test_words_carry_their_language_and_one_that_is_none_is_left_out() -> None:
    html = "".join(render(a_thread()))
    assert '<p class="doc-captured" lang="ar" dir="auto">' in html
    odd = Paragraph((Text("x", 'en"onmouseover="'),), Role.CAPTURED, "<b>")
    html = "".join(render(Document("t", "en-US", (odd,))))
    assert '<p class="doc-captured" dir="auto">x</p>' in html


def test_only_the_permalink_in_a_thread_can_be_clicked() -> None:
    html = "".join(render(a_thread()))
    assert re.findall('href="([^"]*)"', html) == ["https://social.example/@bpd/110000"]
    assert "see https://evil.example/x" in html


def test_emoji_and_scripts_are_shown_and_hidden_characters_are_named() -> None:
    document = Document("t", "en-US", (Paragraph(plain("Ж 👩‍👩‍👧 \u202egnp.exe \x00"), Role.CAPTURED),))
    html = "".join(render(document))
    assert "Ж 👩‍👩‍👧" in html
    assert '<span class="doc-code-point">[U+202E]</span>gnp.exe' in html
    assert "\u202e" not in html
    assert "\x00" not in html
    assert 'dir="auto"' in html


def test_a_redaction_shows_its_code_alone() -> None:
    html = "".join(render(Document("t", "en-US", (Paragraph((Text("a "), Redaction("7(1)(c)"))),))))
    label = (
        '<span class="doc-redaction" role="img" aria-label="Redacted, exemption 7(1)(c).">[REDACTED – 7(1)(c)]</span>'
    )
    assert f'<p class="doc-body">a {label}</p>' in html


def test_a_picture_is_shown_only_from_an_address_the_page_gives() -> None:
    figure = Figure(b"", "image/jpeg", 'A "car" <b>', "a.jpg", "Cap")
    document = Document("t", "en-US", (figure,))
    assert "<img" not in "".join(render(document))
    html = "".join(render(document, picture_address=lambda f: f"/media/{f.name}?a=1&b=2"))
    assert '<img src="/media/a.jpg?a=1&amp;b=2" alt="A &quot;car&quot; &lt;b&gt;">' in html


def test_a_picture_that_is_not_drawn_says_why() -> None:
    document = Document("t", "en-US", (Figure(b"", "image/jpeg", "", "a.jpg"),))
    html = "".join(render(document, picture_address=lambda _: NotDrawn("the file is empty")))
    assert "<strong>Not drawn:</strong> a.jpg (image/jpeg), the file is empty." in html


def test_headings_go_below_those_of_the_page() -> None:
    html = "".join(render(Document("t", "en-US", (Heading("One"), Heading("Deep", 4))), first_heading_level=3))
    assert "<h3>One</h3>" in html
    assert "<h6>Deep</h6>" in html


@given(st.text(st.characters(codec=None), max_size=80))
@settings(max_examples=200)
def test_hostile_text_never_becomes_markup(text: str) -> None:
    blocks = (
        Heading(text),
        Paragraph((Text(text), Strong(text), Link(text, text), Redaction(text))),
        Listing((plain(text),)),
        Note(text, plain(text)),
        NewPage(text),
        Figure(b"", text, text, text, text),
        Part((Paragraph((Redaction(text),), Role.CAPTURED, text),), 99),
        Chart(text, (text,), (Series(text, (1.0,)), Series(text, (None,))), text, unit=text),
        Chart(text, (text, text), (Series(text, (1.0, float("nan"))),), text, Marks.LINES),
    )
    html = "".join(render(Document(text, "en-US", blocks, Furniture(text, text, text))))
    seen = Seen(html)
    assert seen.tags <= TAGS
    html.encode("utf-8")
    assert seen.text.count("".join(p.text for p in browser_pieces(text))) >= 1
