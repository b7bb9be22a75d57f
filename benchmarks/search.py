"""`./run bench search`: the two steps of a search on the ordinary mix of queries, one warm client.

DAYBOOK_BENCH_RECORDS says how many records (default 200,000); the bar is for a million. The floor of each step is the
same words' bare count through the same index: capped for step one, of all hits for step two; no filter, no facets, no
rows, no second transaction.
"""

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db import connection, transaction

from archive.access.actor import Actor
from archive.records.query import parse_query
from archive.records.search import CAP, Filters, search, search_exactly
from benchmarks.corpus import Corpus, corpus_write
from benchmarks.figures import Figure
from benchmarks.world import AT, people

RECORDS = int(os.environ.get("DAYBOOK_BENCH_RECORDS", "200000"))
MILLION = 1_000_000
EACH = 10
"""Queries of each class."""
#: In what part of the documents a word stands that is called so (search.md 2, hits of a million).
MEDIUM, COMMON, VERY_COMMON = (0.001, 0.004), (0.022, 0.075), (0.163, 0.48)
_NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for, and the class it belongs to."""

    kind: str
    words: str
    filters: Filters = _NO_FILTERS


def measure() -> Iterator[Figure]:
    """Write the records, run the mix once to warm up, then measure each query once."""
    actor, _ = people()
    began = time.perf_counter()
    corpus = corpus_write(RECORDS)
    yield Figure("search.documents_written", RECORDS / (time.perf_counter() - began), "documents/s")
    mix = ordinary_mix(corpus)
    random.Random(5).shuffle(mix)
    for query in mix:
        _step_one(actor, query)
    first, floor_one = _times(mix, lambda q: _step_one(actor, q)), _times(mix, _bare_capped)
    second, floor_two = _times(mix, lambda q: _step_two(actor, q)), _times(mix, _bare_count)
    for name, times, floors in (("one", first, floor_one), ("two", second, floor_two)):
        yield Figure(f"search.step_{name}_p50", _part(times, 0.5), "ms", _part(floors, 0.5))
        bar = "value < 100" if name == "one" and RECORDS >= MILLION else None
        yield Figure(f"search.step_{name}_p95", _part(times, 0.95), "ms", _part(floors, 0.95), bar)
        yield Figure(f"search.step_{name}_max", max(times), "ms", max(floors))
    for kind in dict.fromkeys(query.kind for query in sorted(mix, key=lambda q: q.kind)):
        of_kind = [taken for query, taken in zip(mix, first, strict=True) if query.kind == kind]
        yield Figure(f"search.step_one.{kind}", statistics.median(of_kind), "ms")


def ordinary_mix(corpus: Corpus) -> list[Query]:
    """Return the classes of search.md 2 but for common phrases and deep pages, ten queries of each."""
    chance = random.Random(11)
    ranked = corpus.in_documents.most_common()
    plain = [(word, count / corpus.count) for word, count in ranked if word.isascii() and word.isalpha()]

    def between(low: float, high: float) -> list[str]:
        found = [word for word, part in plain if low <= part <= high]
        return chance.sample(found, min(EACH * 2, len(found)))

    rare = [word for word, part in plain if part <= 0.000136][: EACH * 200 : 200]
    medium, common, very = between(*MEDIUM), between(*COMMON), between(*VERY_COMMON)
    known = dict(plain)
    together = [_ordinary_words(text, known) for text in corpus.sample]
    pairs = [words for words in together if len(words) >= 4]
    ones = {"rare": rare, "medium": medium, "common": common, "very-common": very}
    mix = [Query(kind, word) for kind, words in ones.items() for word in words[:EACH]]
    mix += [Query("two-words", " ".join(chance.sample(words, 2))) for words in pairs[:EACH]]
    mix += [Query("three-words", " ".join(chance.sample(words, 3))) for words in pairs[EACH : 2 * EACH]]
    mix += [Query("common-words", " ".join(chance.sample(common, chance.choice((2, 3))))) for _ in range(EACH)]
    mix += [Query("phrase", f'"{words[0]} {words[1]}"') for words in _neighbours(corpus.sample, known)[:EACH]]
    mix += [Query("prefix-medium", f"{word[:5]}*") for word in medium[:EACH]]
    mix += [Query("prefix-common", f"{word[:4]}*") for word in common[:EACH]]
    mix += [Query("or-medium", " OR ".join(chance.sample(medium, 2))) for _ in range(EACH)]
    mix += [Query("or-common", " OR ".join(chance.sample(common, 2))) for _ in range(EACH)]
    mix += [Query("minus-medium", "{} -{}".format(*chance.sample(medium, 2))) for _ in range(EACH)]
    mix += [Query("minus-common", "{} -{}".format(*chance.sample(common, 2))) for _ in range(EACH)]
    filters = [
        Filters(account_ids=(corpus.accounts[0],)),
        Filters(account_ids=(corpus.accounts[7],), years=(2019,)),
        Filters(kinds=("post",)),
        Filters(states=("hidden",)),
        Filters(series_ids=(3,)),
    ]
    mix += [Query("filter-medium", word, filters[n % 5]) for n, word in enumerate(medium[:EACH])]
    mix += [Query("filter-common", word, filters[n % 5]) for n, word in enumerate(common[:EACH])]
    mix += [Query("filter-only", "", filters[n % 5]) for n in range(EACH)]
    return [*mix, Query("everything", "")]


def _ordinary_words(text: str, known: dict[str, float]) -> list[str]:
    """Return the words of a text that a person would search for: neither the commonest nor unique."""
    return [word for word in dict.fromkeys(text.lower().split()) if 0.0005 <= known.get(word, 0) <= 0.1]


def _neighbours(texts: Sequence[str], known: dict[str, float]) -> list[tuple[str, str]]:
    """Return pairs of words that stand side by side somewhere and are not both of the commonest."""
    found = []
    for text in texts:
        words = text.lower().split()
        for left, right in pairwise(words):
            if 0.001 <= known.get(left, 0) <= 0.1 and known.get(right, 0) >= 0.001:
                found.append((left, right))
                break
    return found


def _times(mix: Sequence[Query], act: Callable[[Query], object]) -> list[float]:
    """Return the milliseconds that each query took."""
    times = []
    for query in mix:
        began = time.perf_counter()
        act(query)
        times.append((time.perf_counter() - began) * 1e3)
    return times


def _part(times: Sequence[float], part: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def _step_one(actor: Actor, query: Query) -> None:
    search(actor=actor, at=AT, words=query.words, filters=query.filters)


def _step_two(actor: Actor, query: Query) -> None:
    search_exactly(actor=actor, at=AT, words=query.words, filters=query.filters)


def _bare_capped(query: Query) -> None:
    _bare(query, f"SELECT count(*) FROM (SELECT FROM search_document WHERE {{}} LIMIT {CAP + 1}) hits")


def _bare_count(query: Query) -> None:
    _bare(query, "SELECT count(*) FROM search_document WHERE {}")


def _bare(query: Query, statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if query.words:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(statement.format("tsv @@ %s::tsquery"), [parse_query(query.words).tsquery])
        else:
            cursor.execute(statement.format("true"))
