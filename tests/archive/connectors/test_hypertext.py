"""A network's HTML becomes the text that a reader sees."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.connectors import hypertext
from archive.connectors.hypertext import TooMuchMarkup, read_hypertext


@pytest.mark.parametrize(
    "html,text",
    [
        ("", ""),
        ("plain words", "plain words"),
        ("<p>one</p>", "one"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one<br>two<br />three</p>", "one\ntwo\nthree"),
        ("<p>a &amp; b &lt;c&gt; &#39;d&#39; &quot;e&quot;</p>", "a & b <c> 'd' \"e\""),
        ("<p>&amp;lt; stays</p>", "&lt; stays"),
        ("<p>nothing&nbsp;breaks</p>", "nothing\xa0breaks"),
        ("<ul><li>one</li><li>two</li></ul>after", "one\ntwo\n\nafter"),
        ("<p>a<script>alert(1)</script><style>p{}</style><!-- c -->b</p>", "ab"),
        ("<p>hi <img src=x onerror=alert(1) alt=':wave:'></p>", "hi :wave:"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("<p></p><p>second</p>", "second"),
        ("<p>👩🏽‍🚒 مرحبا 中文 é</p>", "👩🏽‍🚒 مرحبا 中文 é"),
    ],
)
def test_text_is_what_is_shown(html: str, text: str) -> None:
    assert read_hypertext(html).text == text


def test_a_link_gives_its_words_and_its_address() -> None:
    shown = read_hypertext(
        '<p>See <a href="https://x.invalid/a?b=1&amp;c=2" rel="nofollow"><span class="invisible">https://</span>'
        '<span class="ellipsis">x.invalid/a</span><span class="invisible">?b=1&amp;c=2</span></a>!</p>'
    )
    assert shown.text == "See https://x.invalid/a?b=1&c=2!"
    assert shown.links == ("https://x.invalid/a?b=1&c=2",)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", ""])
def test_an_address_that_a_browser_would_run_is_no_link(address: str) -> None:
    shown = read_hypertext(f'<a href="{address}">press</a>')
    assert (shown.text, shown.links) == ("press", ())


PARTS = st.sampled_from(["word", " ", "<br>", "<br />", "&amp;", "&lt;", "</p><p>", "é", "\n", "  ", "🚧", "'", '"'])


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS, max_size=10).map("".join))
def test_the_short_way_says_what_the_long_way_says(inner: str) -> None:
    html = f"<p>{inner}</p>"
    assert read_hypertext(html) == hypertext._read_parsed(html)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_taken_and_no_markup_is_left(html: str) -> None:
    shown = read_hypertext(f"<p>{html}</p><a href='x'>{html}</a>")
    assert isinstance(shown.text, str)


@pytest.mark.parametrize(
    "part", ["<b>", "<!--", '<a "', "<![CDATA[", "</", "<a href=", "<blockquote>", "<ul><li>", "<p>"]
)
def test_a_hostile_megabyte_takes_no_time(part: str) -> None:
    html = part * (200_000 // len(part))
    started = time.process_time()
    with suppress(TooMuchMarkup):
        read_hypertext(html)
    assert time.process_time() - started < 2


def test_as_much_markup_as_is_taken_is_read_at_once() -> None:
    started = time.process_time()
    assert read_hypertext("<ul><li>" * 2_000 + "deep").text == "deep"
    assert time.process_time() - started < 2
