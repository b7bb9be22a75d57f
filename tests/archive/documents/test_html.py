from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents.document import (
    Document,
    Figure,
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
    Text,
    plain,
)
from archive.documents.html import render
from archive.documents.visible import browser_pieces
from tests.archive.documents.samples import a_certificate, a_letter, a_record_sheet, a_report

TAGS = {
    *("article", "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "caption", "thead", "tbody"),
    *("tr", "th", "td", "figure", "figcaption", "img", "strong", "span", "a", "br", "hr"),
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


@pytest.mark.parametrize("sample", [a_record_sheet, a_letter, a_certificate, a_report])
def test_every_kind_is_plain_safe_html(sample: object) -> None:
    seen = Seen("".join(render(sample())))  # type: ignore[operator]
    assert seen.tags <= TAGS
    assert seen.attributes <= {"class", "lang", "dir", "scope", "href", "rel", "src", "alt"}


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
    assert '<span class="doc-redaction">[7(1)(c)]</span>' in html


def test_a_picture_is_shown_only_from_an_address_the_page_gives() -> None:
    figure = Figure(b"", "image/jpeg", 'A "car" <b>', "a.jpg", "Cap")
    document = Document("t", "en-US", (figure,))
    assert "<img" not in "".join(render(document))
    html = "".join(render(document, picture_address=lambda f: f"/media/{f.name}?a=1&b=2"))
    assert '<img src="/media/a.jpg?a=1&amp;b=2" alt="A &quot;car&quot; &lt;b&gt;">' in html


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
    )
    html = "".join(render(Document(text, "en-US", blocks, Furniture(text, text, text))))
    seen = Seen(html)
    assert seen.tags <= TAGS
    html.encode("utf-8")
    assert seen.text.count("".join(p.text for p in browser_pieces(text))) >= 1
