"""`./run bench typeset`: posts set into lines, and ten thousand hostile texts of which none may be lost or raise."""

import sys
import time
import traceback
from collections.abc import Callable, Iterator
from random import Random

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from archive.documents.typesetting.embedding import fonts
from archive.documents.typesetting.lines import Run, Typesetter
from benchmarks.figures import Figure
from benchmarks.hostile import broken_rule, hostile_texts

POSTS, HOSTILE, SEED = 5_000, 10_000, 5
_WIDTH, _SIZE = 430.0, 10.5
_MIXED = (" 😀🇺🇸", " नमस्ते दुनिया, क्षत्रिय हिन्दी", " مرحبا بالعالم! 123 هذا نص", " 日本語です。东京 你好", " ไทยง่ายที่นี่")


def measure() -> Iterator[Figure]:
    """Plain posts beside Platypus' wrapping of the same, posts of many scripts, and the hostile texts."""
    posts = _posts()
    floor = POSTS / _seconds(lambda: _wrapped(posts))
    _set(posts[:10])
    yield Figure("typeset.plain", POSTS / _seconds(lambda: _set(posts)), "posts/s", floor)
    mixed = [post[:120] + _MIXED[number % len(_MIXED)] for number, post in enumerate(posts)]
    _set(mixed[:10])
    yield Figure("typeset.many_scripts", POSTS / _seconds(lambda: _set(mixed)), "posts/s", floor)
    begun = time.perf_counter()
    texts = enumerate(hostile_texts(HOSTILE, seed=SEED))
    broken = sum(_is_broken(text, embed=number % 10 == 0) for number, text in texts)
    yield Figure("typeset.hostile_broken", broken, f"of {HOSTILE:,}", None, "value <= 0")
    yield Figure("typeset.hostile", HOSTILE / (time.perf_counter() - begun), "texts/s")


def _posts() -> list[str]:
    random = Random(SEED)
    words = ["".join(random.choice("etaoinshrdlucmfw") for _ in range(random.randrange(2, 11))) for _ in range(6_000)]
    return [" ".join(random.choice(words) for _ in range(26)) + "." for _ in range(POSTS)]


def _wrapped(posts: list[str]) -> None:
    style = ParagraphStyle("floor", fontName="Helvetica", fontSize=_SIZE)
    for post in posts:
        Paragraph(post, style).wrap(_WIDTH, 1e6)


def _set(posts: list[str]) -> None:
    typesetter = Typesetter()
    for post in posts:
        typesetter.lines([Run(post)], size=_SIZE, width=_WIDTH)
    list(fonts(typesetter.used))


def _seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _is_broken(text: str, *, embed: bool) -> bool:
    """Whether a text raises or breaks the rule; which, and how, goes to standard error."""
    typesetter = Typesetter()
    try:
        lines = typesetter.lines([Run(text)], size=_SIZE, width=_WIDTH)
        if embed:
            list(fonts(typesetter.used))
        rule = broken_rule(text, lines, typesetter, _WIDTH)
    except Exception:
        rule = traceback.format_exc()
    if rule is None:
        return False
    print(f"{text[:200]!a}: {rule}", file=sys.stderr)
    return True
