"""What a clerk types into the search box, read into a tree and written out as a `tsquery`.

    road closed             both words, anywhere
    "road closed"           the words side by side
    snow OR ice             either
    snow -ice               without (also: NOT ice)
    clos*                   words that begin so
    (snow OR ice) road      grouped; words bind tighter than OR
    @citypd #SnowDay        the handle, the hashtag
    etsy.com 303-555-0142   the host and its parts, the number however it is written

The words are cut by the tokenizer of the index, so both always agree (`tokens.TOKENIZER_VERSION`).
"""

from dataclasses import dataclass
from typing import NamedTuple

from archive.records import marked
from archive.records.query_errors import (
    DanglingOperator,
    EmptyQuery,
    MisplacedStar,
    QueryError,
    QueryTooLong,
    UnbalancedParenthesis,
    UnclosedPhrase,
)
from archive.records.query_words import Lexeme, LexemeKind, lexemes
from archive.records.tokens import MARKED_KINDS, TOKENIZER_VERSION, Kind, Token, quoted_lexeme, tokenize

__all__ = [
    "And",
    "DanglingOperator",
    "EmptyQuery",
    "MisplacedStar",
    "Node",
    "Not",
    "Or",
    "ParsedQuery",
    "Part",
    "QueryError",
    "QueryTooLong",
    "Term",
    "UnbalancedParenthesis",
    "UnclosedPhrase",
    "parse_query",
]

MAX_CHARACTERS = 2_000
MAX_PARTS = 200
"""Words in all; a phrase counts each of its words."""
MAX_DEPTH = 20
MIN_PREFIX = 2
"""Letters before a star. One letter would read most of the index."""

_STARS = "*＊"
_SCHEMES = frozenset({"http://", "https://"})


class Part(NamedTuple):
    """One word of a term: its folded text, its distance from the word before it, and whether it is only a beginning."""

    text: str
    gap: int
    prefix: bool


@dataclass(frozen=True, slots=True)
class Term:
    """A word, a marked token, or words side by side. `shown` is what was typed for it, quotation marks included."""

    parts: tuple[Part, ...]
    shown: str


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them. `shown` is set where one typed term was read in two ways."""

    nodes: "tuple[Node, ...]"
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Not:
    """None of it."""

    node: "Node"


Node = Term | And | Or | Not


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A search that was understood.

    `tsquery` is PostgreSQL's text form (cast it: `%s::tsquery`). `canonical` is what was understood, in the words of
    the search box: the form to store, and parsing it again gives the same search. `only_minuses` says that a record
    may be found without holding any word of the search, so an index cannot answer it alone. `ignored` are the pieces
    with nothing to search for, such as a lone `&`; the page names them.
    """

    root: Node
    tsquery: str
    canonical: str
    only_minuses: bool
    ignored: tuple[str, ...]
    tokenizer_version: int = TOKENIZER_VERSION


def parse_query(source: str) -> ParsedQuery:
    """Read a search. Raises a `QueryError` with a sentence for the clerk."""
    if len(source) > MAX_CHARACTERS:
        raise QueryTooLong(
            f"This search has {len(source):,} characters; the longest that can be run has {MAX_CHARACTERS:,}. "
            "Shorten it or split it in two."
        )
    parser = _Parser(lexemes(source))
    root = parser.read()
    return ParsedQuery(
        root=root,
        tsquery=to_tsquery(root),
        canonical=to_text(root),
        only_minuses=_holds_for_no_words(root),
        ignored=tuple(parser.ignored),
    )


def to_tsquery(node: Node) -> str:
    """Write `node` in PostgreSQL's `tsquery` text form."""
    match node:
        case Term(parts):
            first, *rest = (f"{quoted_lexeme(part.text)}{':*' if part.prefix else ''}" for part in parts)
            for part, word in zip(parts[1:], rest, strict=True):
                first += f" <{'-' if part.gap == 1 else part.gap}> {word}"
            return f"({first})" if rest else first
        case And(nodes):
            return "(" + " & ".join(map(to_tsquery, nodes)) + ")"
        case Or(nodes):
            return "(" + " | ".join(map(to_tsquery, nodes)) + ")"
        case Not(inner):
            return "!" + to_tsquery(inner)


def to_text(node: Node, inside: bool = False) -> str:
    """Write `node` as it would be typed. `inside` puts parentheses round what would otherwise fall apart."""
    match node:
        case Term():
            return node.shown
        case Or(shown=shown) if shown:
            return shown
        case Not(inner):
            return "-" + to_text(inner, inside=True)
        case And(nodes):
            text = " ".join(to_text(child, inside=True) for child in nodes)
        case Or(nodes):
            text = " OR ".join(to_text(child, inside=True) for child in nodes)
    return f"({text})" if inside else text


def _holds_for_no_words(node: Node) -> bool:
    """Say whether a record that holds none of the words would be found."""
    match node:
        case Term():
            return False
        case Not(inner):
            return not _holds_for_no_words(inner)
        case And(nodes):
            return all(map(_holds_for_no_words, nodes))
        case Or(nodes):
            return any(map(_holds_for_no_words, nodes))


class _Parser:
    """Recursive descent over the lexemes: `or` of `and`s of terms, minus and parentheses innermost."""

    def __init__(self, stream: list[Lexeme]) -> None:
        self._stream = stream
        self._place = 0
        self._depth = 0
        self._parts = 0
        self.ignored: list[str] = []

    def read(self) -> Node:
        root = self._either()
        if self._peek() is LexemeKind.CLOSE:
            raise UnbalancedParenthesis("There is a closing parenthesis without an opening one. Remove it.")
        if root is None:
            raise EmptyQuery("There is nothing to search for: type at least one word, number, @handle or #tag.")
        return root

    def _peek(self) -> LexemeKind | None:
        return self._stream[self._place].kind if self._place < len(self._stream) else None

    def _next(self) -> Lexeme:
        self._place += 1
        return self._stream[self._place - 1]

    def _either(self) -> Node | None:
        node = self._all()
        if self._peek() is not LexemeKind.OR:
            return node
        nodes = [node]
        while self._peek() is LexemeKind.OR:
            self._next()
            nodes.append(self._all())
        present = tuple(found for found in nodes if found is not None)
        if len(present) < len(nodes):
            raise DanglingOperator('OR needs words on both sides. To search for the word itself, write "or".')
        return Or(present)

    def _all(self) -> Node | None:
        nodes: list[Node] = []
        joining = False
        while (kind := self._peek()) not in (None, LexemeKind.OR, LexemeKind.CLOSE):
            if kind is LexemeKind.AND:
                if not nodes or joining:
                    raise DanglingOperator('AND needs words on both sides. To search for the word itself, write "and".')
                self._next()
                joining = True
                continue
            node = self._one()
            if node is not None:
                nodes.append(node)
                joining = False
        if joining:
            raise DanglingOperator('AND needs words on both sides. To search for the word itself, write "and".')
        if len(nodes) > 1:
            return And(tuple(nodes))
        return nodes[0] if nodes else None

    def _one(self) -> Node | None:
        lexeme = self._next()
        match lexeme.kind:
            case LexemeKind.NOT:
                if self._peek() in (None, LexemeKind.OR, LexemeKind.AND, LexemeKind.CLOSE):
                    raise DanglingOperator('NOT needs a word after it. To search for the word itself, write "not".')
                self._enter()
                node = self._one()
                self._depth -= 1
                if isinstance(node, Not):
                    return node.node
                return None if node is None else Not(node)
            case LexemeKind.OPEN:
                self._enter()
                inner = self._either()
                self._depth -= 1
                if self._peek() is not LexemeKind.CLOSE:
                    raise UnbalancedParenthesis("A parenthesis is opened and not closed. Add a closing one.")
                self._next()
                return inner
            case _:
                return self._term(lexeme)

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryTooLong(
                f"Parentheses and minus signs are nested more than {MAX_DEPTH} deep. Simplify the search."
            )

    def _term(self, lexeme: Lexeme) -> Node | None:
        node = read_term(lexeme.text, quoted=lexeme.kind is LexemeKind.PHRASE)
        if node is None:
            self.ignored.append(lexeme.text)
            return None
        self._parts += sum(
            len(term.parts) for term in (node.nodes if isinstance(node, Or) else (node,)) if isinstance(term, Term)
        )
        if self._parts > MAX_PARTS:
            raise QueryTooLong(f"This search has more than {MAX_PARTS} words. Split it in two.")
        return node


def read_term(text: str, *, quoted: bool) -> Term | Or | None:
    """Read one typed term; `None` when it holds nothing to search for. Raises `MisplacedStar`."""
    tokens = tokenize(text)
    _refuse_misplaced_stars(text, tokens)
    if not tokens:
        return None
    shown = f'"{text.strip()}"' if quoted else text
    words = Term(_word_parts(text, tokens, with_marked=quoted), shown)
    named = _whole_marked(text, tokens)
    if named is None:
        return words
    prefix = _starred(text, named)
    if prefix and len(marked.value(named.text, named.kind)) < MIN_PREFIX:
        raise _too_short(text)
    if named.kind is Kind.NUMBER:
        # The digits may be part of a longer number in the text, which only the words find.
        return words if prefix else Or((Term((Part(named.text, 0, False),), shown), words), shown)
    return Term((Part(named.text, 0, prefix),), shown)


def _whole_marked(text: str, tokens: list[Token]) -> Token | None:
    """Return the marked token that is all of `text`, the longest when there are several readings."""
    best: Token | None = None
    for token in tokens:
        if token.kind not in MARKED_KINDS or (best is not None and len(token.text) <= len(best.text)):
            continue
        before, after = text[: token.start], text[token.stop :]
        if token.kind is Kind.HOST:
            if before.casefold() in _SCHEMES and after in ("", "/"):
                before = after = ""
            if not marked.is_certain_host(token.text):
                continue
        if not any(char.isalnum() for char in before + after):
            best = token
    return best


def _word_parts(text: str, tokens: list[Token], *, with_marked: bool) -> tuple[Part, ...]:
    named: dict[int, Token] = {}
    if with_marked:
        for token in tokens:
            if token.kind in (Kind.HANDLE, Kind.TAG):
                known = named.get(token.position)
                if known is None or len(token.text) > len(known.text):
                    named[token.position] = token
    plain = [token for token in tokens if token.kind not in MARKED_KINDS]
    parts: list[Part] = []
    last_position = 0
    for number, token in enumerate(plain):
        previous = plain[number - 1] if number else None
        continues = previous is not None and previous.kind is token.kind is Kind.PAIR and previous.stop == token.stop
        if continues:
            continue  # the last character of a run is already in the pair before it
        prefix = _starred(text, token)
        if token.kind is Kind.PAIR:
            prefix = len(token.text) == 1
        elif prefix and len(token.text) < MIN_PREFIX:
            raise _too_short(text)
        spelled = token.text
        mark = named.get(token.position)
        if mark is not None and not prefix:
            spelled = mark.text
        parts.append(Part(spelled, token.position - last_position if parts else 0, prefix))
        last_position = token.position
    return tuple(parts)


def _starred(text: str, token: Token) -> bool:
    return text[token.stop : token.stop + 1] in tuple(_STARS)


def _refuse_misplaced_stars(text: str, tokens: list[Token]) -> None:
    stops = {token.stop for token in tokens}
    starts = {token.start for token in tokens}
    for place, char in enumerate(text):
        if char in _STARS and (place not in stops or place + 1 in starts):
            raise MisplacedStar(f"A star is understood only at the end of a word, as in clos*. Change {text!r}.")


def _too_short(text: str) -> MisplacedStar:
    return MisplacedStar(f"Write at least {MIN_PREFIX} letters before the star in {text!r}.")
