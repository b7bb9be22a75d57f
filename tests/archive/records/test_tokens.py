"""The tokenizer cuts every text the way a records clerk would look for it, and never breaks."""

import csv
import re
import sys
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.records.folding import fold
from archive.records.tokens import (
    FIELD_GAP,
    MAX_WORD_CHARS,
    TOKENIZER_VERSION,
    Kind,
    Token,
    special_tokens,
    tokenize,
    tokenize_fields,
    tsvector_literal,
)
from tests.fixtures import fixture_path

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
PLAUSIBLE_TEXT = st.text(
    st.sampled_from(
        " .,-@#:/_*'\"()0123456789abcXYZéÉßﬁ½①中文字かがカﾞ한글ㅎกินข้าวहिन्दी\u0301\u3099\u200b\u200d\u00ad\ufe0f🔥👍🏽\n"
    ),
    max_size=60,
)
TEXTS = st.one_of(ANY_TEXT, PLAUSIBLE_TEXT)


def words(text: str) -> list[str]:
    return [token.text for token in tokenize(text) if token.kind in (Kind.WORD, Kind.PAIR, Kind.SYMBOL)]


def marked(text: str, kind: str) -> list[str]:
    return [value for found, value in special_tokens(text) if found == kind]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Road CLOSED today", ["road", "closed", "today"]),
        ("CAFÉ Cafe\u0301 cafe", ["cafe", "cafe", "cafe"]),
        ("Straße ﬁne Ｆｕｌｌ", ["strasse", "fine", "full"]),
        ("Łódź smørrebrød", ["lodz", "smorrebrod"]),
        ("and/or his/her 24/7", ["and", "or", "his", "her", "24", "7"]),
        ("O'Brien don’t", ["o", "brien", "don", "t"]),
        ("soft\u00adhyphen zero\u200bwidth", ["softhyphen", "zerowidth"]),
        ("to be or not to be", ["to", "be", "or", "not", "to", "be"]),
        ("Brand™ and Mark℠", ["brand", "and", "mark"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("Москва всё", ["москва", "все"]),
        ("٣٠٣ ३", ["303", "3"]),
        ("🔥👍🏽 fire", ["🔥", "👍", "🏽", "fire"]),
        ("👨‍👩‍👧 ❤️", ["👨", "👩", "👧", "❤"]),
        ("中文字", ["中文", "文字", "字"]),
        ("iPhone手机", ["iphone", "手机", "机"]),
        ("ｶﾞｽ か\u3099", ["ガス", "ス", "が"]),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", ["한글", "글"]),
        ("กิน", ["กิ", "ิน", "น"]),
        ("a\x00b\ud800c", ["a", "b", "c"]),
        ("\u2329left\u232a", ["left"]),
        ("", []),
        ("!!! ... ---", []),
    ],
)
def test_words_are_cut_as_people_read_them(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    "text, kind, expected",
    [
        ("ask @CityOfDenver now", "handle", ["cityofdenver"]),
        (".@a_b and (@c)", "handle", ["a_b", "c"]),
        ("@bob.Great job", "handle", ["bob.great", "bob"]),
        ("by @alice@city.social", "handle", ["alice", "alice@city.social"]),
        ("https://mastodon.example/@carol/1", "handle", ["carol"]),
        ("mail bob@example.com", "handle", []),
        ("@___ @", "handle", []),
        ("#SnowDay #1 #2024snow ＃Ｓｎｏｗ", "tag", ["snowday", "2024snow", "snow"]),
        ("#雪の日 #Straße", "tag", ["雪の日", "strasse"]),
        ("&#39; &#x27; page#part", "tag", []),
        ("https://www.etsy.com/listing", "host", ["etsy.com", "www.etsy.com"]),
        ("see etsy.com.Next week", "host", ["etsy.com"]),
        ("bob@mail.example.com", "host", ["example.com", "mail.example.com"]),
        ("the end.It was 3.5 e.g. this", "host", []),
        ("http://youtu.be/x", "host", ["youtu.be"]),
        ("http://10.1.2.3/", "host", []),
        ("303-555-0142", "number", ["3035550142", "5550142"]),
        ("+1 (303) 555.0142", "number", ["3035550142", "5550142"]),
        ("call 911 303 555 0142", "number", ["3035550142", "5550142"]),
        ("3035550142", "number", ["3035550142", "5550142"]),
        ("+44 20 7946 0958", "number", ["442079460958"]),
        ("case 2024-001234", "number", ["2024001234"]),
        ("123456 and 1234567890123456", "number", []),
    ],
)
def test_what_a_text_names_is_found_besides_its_words(text: str, kind: str, expected: list[str]) -> None:
    assert sorted(marked(text, kind)) == sorted(expected)


def test_a_marked_token_stands_at_the_position_of_its_first_word() -> None:
    tokens = {token.text: token for token in tokenize("see https://www.etsy.com #Snow")}
    assert tokens["www.etsy.com"].position == tokens["www"].position == 3
    assert tokens["etsy.com"].position == tokens["etsy"].position == 4
    assert tokens["#snow"] == Token("#snow", tokens["snow"].position, 25, 30, Kind.TAG)


def test_a_word_can_never_be_spelled_like_a_marked_token() -> None:
    text = "@a @b.c #d e.com +13035550142 '@a' \\#d"
    for token in tokenize(text):
        assert bool(re.search(r"[@#.+]", token.text)) == (token.kind in {Kind.HANDLE, Kind.TAG, Kind.HOST, Kind.NUMBER})


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_every_token_lies_where_it_says(text: str) -> None:
    previous = 1
    for token in tokenize(text):
        assert 0 <= token.start < token.stop <= len(text)
        assert token.position >= previous
        previous = token.position
        assert token.text
        assert not any(char.isspace() or unicodedata.category(char) in ("Cs", "Cc", "Cf") for char in token.text)
        if token.kind in (Kind.WORD, Kind.PAIR, Kind.SYMBOL):
            assert token.text in fold(text[token.start : token.stop]).text


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_folding_again_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once
    assert unicodedata.is_normalized("NFC", once)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_a_blank_between_two_texts_joins_their_words(left: str, right: str) -> None:
    assert words(left + "\n" + right) == words(left) + words(right)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_case_width_and_composition_do_not_change_the_words(text: str) -> None:
    assert words(unicodedata.normalize("NFC", text)) == words(unicodedata.normalize("NFD", text))
    plain = "".join(char for char in text if char.isascii())
    assert words(plain.upper()) == words(plain.lower())


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_the_vector_literal_names_each_word_with_its_positions(text: str) -> None:
    tokens = tokenize(text)
    literal = tsvector_literal(tokens)
    assert not literal.truncated
    read = {
        match[1].replace("''", "'").replace("\\\\", "\\"): {int(place) for place in match[2].split(",")}
        for match in re.finditer(r"'((?:[^'\\]|''|\\\\)*)':([0-9,]+)(?: |$)", literal.text)
    }
    expected: dict[str, set[int]] = {}
    for token in tokens:
        expected.setdefault(token.text, set()).add(token.position)
    assert read == expected


def test_quotes_and_backslashes_cannot_leave_a_lexeme() -> None:
    token = Token("a'b\\c", 1, 0, 5, Kind.WORD)
    assert tsvector_literal([token]).text == "'a''b\\\\c':1"


def test_a_long_word_is_cut_in_the_index_and_in_the_query_alike() -> None:
    text = "x" * 5_000
    assert words(text) == ["x" * MAX_WORD_CHARS]
    assert len(("字" * MAX_WORD_CHARS).encode()) < 2_046


def test_words_past_the_position_limit_are_kept_and_reported() -> None:
    literal = tsvector_literal(tokenize(" ".join(f"w{number}" for number in range(17_000))))
    assert literal.truncated
    assert "'w16999':16383" in literal.text


def test_a_word_repeated_too_often_is_reported() -> None:
    assert not tsvector_literal(tokenize("again " * 255)).truncated
    literal = tsvector_literal(tokenize("again " * 256))
    assert literal.truncated
    assert literal.text.endswith(",255")


def test_a_vector_stays_under_one_megabyte_and_says_so() -> None:
    literal = tsvector_literal(tokenize(" ".join(f"{number:0>200}" for number in range(9_000))))
    assert literal.truncated
    assert 900_000 < len(literal.text) < 1_048_575


def test_no_phrase_reaches_from_one_field_into_the_next() -> None:
    tokens = tokenize_fields(["one two", "", "three"])
    assert [(token.text, token.position) for token in tokens] == [("one", 1), ("two", 2), ("three", 3 + FIELD_GAP)]


@pytest.mark.parametrize(
    "unit", ["a", "-", "a-", "a.", "@a", "@a@", "#", "1", "1-", "1 ", "+1", "щ", "щ.", "字", "🔥", "e\u0301"]
)
def test_hostile_repetition_takes_linear_time(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            tokenize(text)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(64_000) < 12 * max(seconds(16_000), 0.002)


def test_the_version_names_the_rules_and_the_unicode_tables() -> None:
    major, minor = map(int, unicodedata.unidata_version.split(".")[:2])
    assert divmod(TOKENIZER_VERSION, 1000) == (1, major * 10 + minor)
    assert TOKENIZER_VERSION < 32_768  # a smallint on every search row


def test_every_word_of_real_posts_is_indexed() -> None:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    path = fixture_path("facebook-page-posts") / "whitehouse_facebook_statuses.csv"
    with path.open(newline="", encoding="utf-8") as rows:
        for number, row in enumerate(csv.reader(rows)):
            if number == 2_000:
                break
            text = " ".join(row)
            found = set(words(text))
            for plain in re.findall(r"(?<![^\W_])[A-Za-z0-9]+(?![^\W_]|[^\x00-\x7f])", text):
                assert plain.lower()[:MAX_WORD_CHARS] in found
