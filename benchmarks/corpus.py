"""Many search documents, as capture would leave them: real words through the product's tokenizer, filters with skew."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

from django.db import connection, transaction

from archive.accounts.models import Account
from archive.bulk import copy_text_rows
from archive.records.tokens import TOKENIZER_VERSION
from archive.records.vectors import indexed_words
from benchmarks.texts import Writer
from benchmarks.world import AT, session_as

CHUNK = 10_000
ACCOUNTS, AUTHORS, SERIES, YEARS = 20, 30_000, 40, 10
KINDS, KIND_WEIGHTS = ("comment", "post", "reply", "message", "story", "page"), (60, 25, 9, 3, 2, 1)
STATES, STATE_WEIGHTS = ("live", "hidden", "removed", "absent"), (92, 5, 2, 1)
SAMPLED = 2_000
COLUMNS = (
    "record_id",
    "sort_at",
    "account_id",
    "author_id",
    "series_id",
    "kind",
    "state",
    "year",
    "on_hold",
    "compartment",
    "tok_version",
    "truncated",
    "tsv",
)


@dataclass(slots=True)
class Corpus:
    """What was written: how many documents, in how many a word stands, some of the texts, the filters' values."""

    count: int
    in_documents: Counter[str] = field(default_factory=Counter)
    sample: list[str] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)


def corpus_write(count: int) -> Corpus:
    """Write `count` records with their search rows, and bring the index to rest, as the night does."""
    corpus = Corpus(count)
    chance = random.Random(3)
    corpus.accounts = [account.pk for account in _accounts()]
    authors = _identities("INSERT INTO author (network, stable_id) SELECT 'bench', n::text", AUTHORS)
    skewed = [1 / (place + 1) for place in range(ACCOUNTS)]
    texts = Writer(7).texts(count)
    for chunk in iter(lambda: list(islice(texts, CHUNK)), []):
        with transaction.atomic():
            ids = _records(corpus.accounts[0], len(chunk))
            copy_text_rows("search_document", COLUMNS, _rows(corpus, chunk, ids, authors, skewed, chance))
    with session_as("migrate") as owner:
        owner.execute("SET ROLE daybook_owner")
        owner.execute("VACUUM (ANALYZE) search_document")
    return corpus


def _accounts() -> list[Account]:
    return Account.objects.bulk_create(
        Account(network="bench", handle=f"page{n}", name=f"Page {n}", created_at=AT) for n in range(ACCOUNTS)
    )


def _identities(insert: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"{insert} FROM generate_series(1, %s) AS n RETURNING id", [count])
        return [row[0] for row in cursor.fetchall()]


def _records(account_id: int, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO record (ref, account_id, kind, compartment, subject, created_at)"
            " SELECT gen_random_uuid(), %s, 'comment', 'public', uuid_send(gen_random_uuid()), %s"
            " FROM generate_series(1, %s) RETURNING id",
            [account_id, AT, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _rows(
    corpus: Corpus, texts: list[str], ids: list[int], authors: list[int], skewed: list[float], chance: random.Random
) -> Iterator[tuple[object, ...]]:
    accounts = chance.choices(corpus.accounts, skewed, k=len(texts))
    kinds = chance.choices(KINDS, KIND_WEIGHTS, k=len(texts))
    states = chance.choices(STATES, STATE_WEIGHTS, k=len(texts))
    for place, text in enumerate(texts):
        vector, _ = indexed_words([text])
        words = [entry.partition(":")[0].strip("'") for entry in vector.text.split(" ")]
        corpus.in_documents.update(words)
        if chance.random() < SAMPLED / corpus.count:
            corpus.sample.append(text)
        sort_at = datetime(2016, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.random() * YEARS * 31_556_952)
        yield (
            ids[place],
            sort_at,
            accounts[place],
            authors[int(AUTHORS * chance.random() ** 3)],
            1 + int(SERIES * chance.random() ** 2),
            kinds[place],
            states[place],
            sort_at.year,
            chance.random() < 0.01,
            "public",
            TOKENIZER_VERSION,
            vector.truncated,
            vector.text,
        )
