"""Where a search hits in a text, by the same tokens that the index holds.

PostgreSQL's `ts_headline` would cut the text by another parser and mark other words than those that were found.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from archive.records.query import And, Node, Not, Or, ParsedQuery, Part, Term
from archive.records.tokens import Kind, Token, tokenize, tokenize_fields


class Span(NamedTuple):
    """A stretch of text, in code points: from `start` up to, not including, `stop`."""

    start: int
    stop: int


class Excerpt(NamedTuple):
    """A stretch of a text round its hits. `spans` count from the start of the excerpt."""

    text: str
    spans: tuple[Span, ...]
    cut_before: bool
    cut_after: bool


def highlights(query: ParsedQuery, text: str) -> list[Span]:
    """Return the spans of `text` that the search asks for, in order and not touching each other.

    Words after a minus are never marked. A term is marked wherever it stands, whether or not the whole search matches.
    """
    words = _Words(tokenize(text))
    spans = [span for term in _positive_terms(query.root) for span in words.spans(term)]
    return _merged(spans)


def matches(query: ParsedQuery, texts: Iterable[str]) -> bool:
    """Say whether the texts of one record match, as `tsvector @@ tsquery` would: the brute-force check of a search."""
    words = _Words(tokenize_fields(texts))
    return _holds(query.root, words)


def excerpt(text: str, spans: Sequence[Span], width: int = 240) -> Excerpt:
    """Cut about `width` characters of `text` round its first hit, at blanks where there are some."""
    if len(text) <= width:
        return Excerpt(text, tuple(spans), False, False)
    first = spans[0].start if spans else 0
    start = min(max(0, first - width // 3), len(text) - width)
    stop = start + width
    if start:
        blank = text.find(" ", start, max(start, first))
        start = blank + 1 if blank >= 0 else start
    if stop < len(text):
        blank = text.rfind(" ", max(start, stop - width // 4), stop)
        stop = blank if blank > first else stop
    inside = tuple(
        Span(max(span.start, start) - start, min(span.stop, stop) - start)
        for span in spans
        if start < span.stop and span.start < stop
    )
    return Excerpt(text[start:stop], inside, start > 0, stop < len(text))


class _Words:
    """The tokens of a text by spelling and by position."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._by_text: dict[str, list[Token]] = {}
        self._by_position: dict[int, list[Token]] = {}
        for token in tokens:
            self._by_text.setdefault(token.text, []).append(token)
            self._by_position.setdefault(token.position, []).append(token)

    def spans(self, term: Term) -> Iterator[Span]:
        first, *rest = term.parts
        for token in self._starting(first):
            position, start, stop = token.position, token.start, self._stop(token, first)
            for part in rest:
                position += part.gap
                following = next((other for other in self._by_position.get(position, ()) if _is(part, other)), None)
                if following is None:
                    break
                stop = max(stop, self._stop(following, part))
            else:
                yield Span(start, stop)

    def _starting(self, part: Part) -> Iterator[Token]:
        if not part.prefix:
            yield from self._by_text.get(part.text, ())
            return
        for text, tokens in self._by_text.items():
            if text.startswith(part.text):
                yield from tokens

    def _stop(self, token: Token, part: Part) -> int:
        """Return where the mark ends: one character of an unspaced script is found by its pair and marked alone."""
        if token.kind is not Kind.PAIR or len(token.text) == len(part.text):
            return token.stop
        return min((other.start for other in self._by_position.get(token.position + 1, ())), default=token.stop)


def _is(part: Part, token: Token) -> bool:
    return token.text.startswith(part.text) if part.prefix else token.text == part.text


def _positive_terms(node: Node) -> Iterator[Term]:
    match node:
        case Term():
            yield node
        case And(nodes) | Or(nodes):
            for child in nodes:
                yield from _positive_terms(child)
        case Not():
            return


def _holds(node: Node, words: _Words) -> bool:
    match node:
        case Term():
            return next(words.spans(node), None) is not None
        case And(nodes):
            return all(_holds(child, words) for child in nodes)
        case Or(nodes):
            return any(_holds(child, words) for child in nodes)
        case Not(inner):
            return not _holds(inner, words)


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].stop:
            merged[-1] = Span(merged[-1].start, max(merged[-1].stop, span.stop))
        else:
            merged.append(span)
    return merged
