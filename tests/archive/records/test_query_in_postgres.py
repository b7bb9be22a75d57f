"""PostgreSQL reads our literals as we mean them, and finds what our own evaluation finds."""

import random

import pytest
from django.db import connection

from archive.records.highlight import matches
from archive.records.query import QueryError, parse_query
from archive.records.tokens import FIELD_GAP, tokenize, tokenize_fields, tsvector_literal

pytestmark = pytest.mark.django_db

WORDS = ["road", "closed", "Closing", "café", "don't", "@city_pd", "#Snow", "www.etsy.com", "303-555-0142"]
WORDS += ["(303) 555 0142", "3035550142", "中文字", "中", "字", "🔥", "👍🏽", "back\\slash", "'quoted'", "a:b", "!x"]
WORDS += ["한글", "ไทย", "x" * 400, "<->", "|"]
QUERIES = ["road", '"road closed"', "clos*", "@city_pd", "#snow -road", "etsy.com", "303-555-0142", "中", "中文字"]
QUERIES += ['"字 road"', "🔥 OR 한글", "-road", "(road OR closed) -🔥", "back\\slash", "'quoted'", "don't", '"a:b !x"']
QUERIES += ["x" * 400, "x" * 300 + "*", '"road 🔥"', "city pd"]


def test_postgresql_finds_what_our_own_evaluation_finds() -> None:
    chance = random.Random(20261122)
    cases = []
    for _ in range(1_500):
        texts = [" ".join(chance.choices(WORDS, k=chance.randrange(8))) for _ in range(chance.randrange(1, 3))]
        typed = (
            chance.choice(QUERIES)
            if chance.random() < 0.6
            else " ".join(chance.choices(WORDS, k=chance.randrange(1, 3)))
        )
        try:
            query = parse_query(typed)
        except QueryError:
            continue
        cases.append(
            (tsvector_literal(tokenize_fields(texts)).text, query.tsquery, matches(query, texts), typed, texts)
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v::tsvector @@ q::tsquery"
            " FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS t(v, q, n) ORDER BY n",
            [[case[0] for case in cases], [case[1] for case in cases]],
        )
        answers = [row[0] for row in cursor.fetchall()]
    wrong = [(case[3], case[4], case[1]) for case, answer in zip(cases, answers, strict=True) if answer is not case[2]]
    assert wrong == []
    assert 100 < sum(answers) < len(answers) - 100


@pytest.mark.parametrize(
    "text",
    [
        "again " * 300,
        " ".join(f"w{n}" for n in range(17_000)),
        " ".join(f"{n:0>200}" for n in range(9_000)),
        "字" * 20_000,
        "",
        "x" * 1_000_000,
    ],
)
def test_the_longest_texts_are_taken_without_loss_of_what_was_promised(text: str) -> None:
    literal = tsvector_literal(tokenize(text))
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(%s::tsvector), pg_column_size(%s::tsvector)", [literal.text, literal.text])
        words, size = cursor.fetchone()
    assert size < 2**20
    if not literal.truncated:
        assert words == len({token.text for token in tokenize(text)})


def test_no_phrase_reaches_from_one_version_into_the_next() -> None:
    first = tsvector_literal(tokenize_fields(["the road"])).text
    second = tsvector_literal(tokenize_fields(["closed again"], 1 + FIELD_GAP)).text
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v @@ %s::tsquery, v @@ %s::tsquery, v @@ %s::tsquery"
            " FROM (SELECT %s::tsvector || %s::tsvector AS v) s",
            [
                *(parse_query(typed).tsquery for typed in ("road closed", '"road closed"', '"closed again"')),
                first,
                second,
            ],
        )
        assert cursor.fetchone() == (True, False, True)
