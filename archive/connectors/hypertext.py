"""Turn a network's HTML into the text a reader sees, and the addresses its links lead to.

`nh3` parses (HTML5 rules, linear time; the standard library's parser takes quadratic time on hostile input) and leaves
well-formed markup of a few tags, which is then read with one expression. The HTML itself stays in the slice.
"""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple

import nh3

_BLOCKS = frozenset(("p", "div", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"))
_CLEANER = nh3.Cleaner(
    tags={*_BLOCKS, "br", "li", "a", "img"},
    attributes={"a": {"href"}, "img": {"alt"}},
    link_rel=None,
    url_schemes={"http", "https", "mailto"},
)
_MARK = re.compile(r'<(/?)([a-z0-9]+)(?: [a-z]+="([^"]*)")?>')

# The shape of nearly every post: paragraphs, line breaks, the five common references, no link.
_PLAIN = re.compile(r"(?:<p>(?:[^<&\r]|<br ?/?>|&(?:amp|lt|gt|quot|#39);)*</p>)+")
_PLAIN_BREAK = re.compile(r"<br ?/?>")


MARK_LIMIT = 4_000
"""Most tags of one text: deeply nested lists take any HTML5 parser time that grows with the square of their depth."""


class TooMuchMarkup(ValueError):
    """A text with more than `MARK_LIMIT` tags."""


class Shown(NamedTuple):
    """What a post shows: its text, and the address of each link in order of appearance."""

    text: str
    links: tuple[str, ...]


def read_hypertext(html: str) -> Shown:
    """Return the text of `html`: paragraphs apart by an empty line, `br` and list items on lines of their own.

    A link gives the text inside it (also the parts that a style sheet would shorten) and its address; an image its
    alternative text. Scripts, styles and comments give nothing. Raises `TooMuchMarkup`.
    """
    if _PLAIN.fullmatch(html):
        paragraphs = _PLAIN_BREAK.sub("\n", html[3:-4]).split("</p><p>")
        if all(paragraph.strip("\n") for paragraph in paragraphs):
            return Shown(unescape("\n\n".join(paragraphs)).strip("\n"), ())
    elif "<" not in html and "&" not in html and "\r" not in html:
        return Shown(html.strip("\n"), ())
    if html.count("<") > MARK_LIMIT:
        raise TooMuchMarkup
    return _read_parsed(html)


def _read_parsed(html: str) -> Shown:
    clean = _CLEANER.clean(html)
    parts: list[str] = []
    links: list[str] = []
    place = 0
    breaks = apart = 0  # newlines owed before the next text: one a `br`, and two between paragraphs
    for mark in _MARK.finditer(clean):
        text = clean[place : mark.start()]
        place = mark.end()
        closing, tag, value = mark.groups()
        if tag == "img" and value:
            text += value
        if text:
            parts.append("\n" * (breaks + apart) + unescape(text))
            breaks = apart = 0
        if tag in _BLOCKS:
            apart = 2
        elif tag == "li":
            apart = max(apart, 1)
        elif tag == "br":
            breaks += 1
        elif tag == "a" and value and not closing:
            links.append(unescape(value))
    if place < len(clean):
        parts.append("\n" * (breaks + apart) + unescape(clean[place:]))
    return Shown("".join(parts).strip("\n"), tuple(links))
