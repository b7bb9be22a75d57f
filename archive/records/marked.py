"""Handles, hashtags, hosts and numbers: what a text names, beside the words it is made of.

Works on folded text (`folding.fold`). Each is spelled with a sign that no word can hold, so a search for `#snow` never
meets the word. Where the networks' grammars differ, both readings are emitted: `@bob.Great` is `@bob` on X and
`@bob.great` on Instagram, and a records search must lose neither.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from archive.records.folding import SYMBOLS, UNSPACED

MAX_HOST_LABELS = 5
"""A longer host is found by its last five labels, or as a phrase."""
NUMBER_DIGITS = range(7, 16)
"""Telephone, case and account numbers: seven digits (a local call) to fifteen (ITU-T E.164)."""

# What a host label may hold here: a letter of any script that is written with blanks, a digit, `-` or `_`.
_LABEL = f"[^\x00-,./:-^`{{-\x7f{SYMBOLS}{UNSPACED}]"
_LABEL_OR_DOT = f"[^\x00-,/:-^`{{-\x7f{SYMBOLS}{UNSPACED}]"
_HANDLE = re.compile(r"(?<![0-9a-z_])@([0-9a-z_](?:[0-9a-z_.-]{0,62}[0-9a-z_])?)(?:@([0-9a-z-]++(?:\.[0-9a-z-]++)++))?")
_HANDLE_START = re.compile(r"[0-9a-z_]+")
_TAG = re.compile(f"(?<![0-9a-z_&])#([^\x00-/:-@\\[-^`{{-\x7f{SYMBOLS}]{{1,140}})")
_DOTTED = re.compile(r"[^\x00-/:-`{-\x7f]\.[^\x00-/:-`{-\x7f]")
_DOTTED_RUN = re.compile(rf"(?<!{_LABEL_OR_DOT}){_LABEL}++(?:\.{_LABEL}++)++")
_NORTH_AMERICAN = re.compile(
    r"(?<![0-9a-z])(?<!\d[-.])(?:\+?1[-. ]{0,2})?(?:\([2-9]\d\d\)|[2-9]\d\d)[-. /]{0,2}\d{3}[-. ]?\d{4}(?![0-9a-z])"
)
_INTERNATIONAL = re.compile(r"(?<![0-9a-z])\+\d(?:[-. ()/]{0,2}\d){6,14}(?![0-9a-z])")
_JOINED = re.compile(r"(?<![0-9a-z])(?<!\d[-./])\d++(?:[-./]\d++)++(?![0-9a-z])")
_PLAIN = re.compile(r"(?<![0-9a-z])\d{7,15}(?![0-9a-z])")
_ANY_SEVEN = re.compile(r"\d(?:[-. ()/]{0,3}\d){6}")
_NOT_DIGIT = re.compile(r"[^0-9]+")

# Endings that make a dotted run a host without `http://` or `www.` before it. Country codes that are English words are
# left out ("the end.It was"): a query for such a host is answered by its words as a phrase, which loses nothing.
_ENDINGS_TEXT = (
    "com net org edu gov mil int info biz mobi app dev xyz club online website wiki blog onion "
    "ac ad ae af ag ai al ao aq ar au aw ax az ba bb bd bf bg bh bi bj bm bn bo br bs bt bw bz ca cc cd cf cg ch ci ck "
    "cl cm cn co cr cu cv cw cx cy cz de dj dk dm dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm "
    "gn gp gq gr gt gu gw gy hk hm hn hr ht hu ie il im io iq ir je jm jo jp ke kg kh ki km kn kp kr kw ky kz lb lc li "
    "lk lr ls lt lu lv ly mc md mg mh mk ml mm mn mp mq mr ms mt mu mv mw mx mz na nc ne nf ng ni nl np nr nu nz om pe "
    "pf pg ph pk pl pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn sr ss su sv sx sy sz tc td "
    "tf tg th tj tk tl tm tn tr tt tv tw tz ua ug uk uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_ENDINGS = frozenset(_ENDINGS_TEXT.split())


class Found(NamedTuple):
    """A marked piece of folded text: its searchable spelling, its kind, and its span."""

    text: str
    kind: str
    start: int
    stop: int


def value(text: str, kind: str) -> str:
    """Return the bare value of a marked token: without `@`, `#` or the `+` of a number."""
    return text if kind == "host" else text[1:]


def find(body: str) -> list[Found]:
    """Find the marked pieces of folded text `body`."""
    found: list[Found] = []
    if "@" in body:
        found += _handles(body)
    if "#" in body:
        found += _tags(body)
    if "." in body and _DOTTED.search(body):
        found += _hosts(body)
    if _ANY_SEVEN.search(body):
        found += _numbers(body)
    return found


def _handles(body: str) -> Iterator[Found]:
    for match in _HANDLE.finditer(body):
        name, host = match[1], match[2]
        if not name.strip("_"):
            continue
        start, stop = match.span(1)
        yield Found("@" + name, "handle", start - 1, stop)
        if host:
            yield Found(f"@{name}@{host}", "handle", start - 1, match.end())
        short = _HANDLE_START.match(name)
        if short and short[0] != name and short[0].strip("_"):
            yield Found("@" + short[0], "handle", start - 1, start + short.end())


def _tags(body: str) -> Iterator[Found]:
    for match in _TAG.finditer(body):
        tag = match[1]
        if tag.strip("_0123456789"):
            yield Found("#" + tag, "tag", match.start(), match.end())


def _hosts(body: str) -> Iterator[Found]:
    for match in _DOTTED_RUN.finditer(body):
        run, start = match[0], match.start()
        labels = run.split(".")
        addressed = labels[0] == "www" or body.endswith("://", 0, start)
        begins = [start]
        for label in labels:
            begins.append(begins[-1] + len(label) + 1)
        for last in range(1, len(labels)):
            if labels[last] not in _ENDINGS and not (
                addressed and last == len(labels) - 1 and not labels[last].isdigit()
            ):
                continue
            stop = begins[last + 1] - 1
            for first in range(last - 1, max(-1, last - MAX_HOST_LABELS), -1):
                if not labels[first].strip("_-"):
                    break
                yield Found(body[begins[first] : stop], "host", begins[first], stop)


def is_certain_host(text: str) -> bool:
    """Say whether folded `text` is a host that `find` emits wherever it stands, with `http://` before it or not."""
    labels = text.split(".")
    return (
        2 <= len(labels) <= MAX_HOST_LABELS
        and labels[-1] in _ENDINGS
        and all(label.strip("_-") for label in labels)
        and _DOTTED_RUN.fullmatch(text) is not None
    )


def _numbers(body: str) -> Iterator[Found]:
    for match in _NORTH_AMERICAN.finditer(body):
        digits = _bare(match[0])
        yield Found("+" + digits, "number", match.start(), match.end())
        yield Found("+" + digits[-7:], "number", match.start(), match.end())
    patterns = (_INTERNATIONAL, _JOINED, _PLAIN) if "+" in body else (_JOINED, _PLAIN)
    for pattern in patterns:
        for match in pattern.finditer(body):
            digits = _NOT_DIGIT.sub("", match[0])
            if len(digits) in NUMBER_DIGITS:
                yield Found("+" + _bare(digits), "number", match.start(), match.end())


def _bare(number: str) -> str:
    """Return the digits of `number`, without the country code of the North American plan."""
    digits = _NOT_DIGIT.sub("", number)
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def number_at(text: str, place: int) -> int | None:
    """Return where the telephone number that begins at `place` of a typed search ends, or `None`."""
    match = _NORTH_AMERICAN.match(text, place)
    if match is None or text[match.end() : match.end() + 1] in ("-", ".", "/", "*"):
        return None
    return match.end()
