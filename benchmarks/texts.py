"""Texts such as people post, made up from a seed: no line of anybody's is in them, and every run has the same.

Lengths are log-normal with the median and the spread that were measured on a million real posts: mean 296 characters,
median 120, 95th percentile 1,115. Words follow Zipf's law over a large vocabulary, common ones short. Case, digits,
addresses, handles, tags, accents, curly apostrophes, emoji and a little Chinese are in them, because folding and
escaping cost time and plain ASCII would flatter us.
"""

import itertools
import math
import random
from bisect import bisect_left
from collections.abc import Iterator

VOCABULARY = 60_000
MEDIAN, SIGMA, SHORTEST, LONGEST = 120, 1.344, 2, 12_000
_CHARACTERS_A_WORD = 5.5
_SYLLABLES = [
    onset + nucleus + coda
    for nucleus in ("a", "e", "i", "o", "u")
    for coda in ("", "n", "r", "s", "l", "t")
    for onset in ("b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st", "tr", "ch")
]
_ACCENTED = str.maketrans({"a": "á", "e": "é", "o": "ö", "n": "ñ"})
_SYMBOLS = ("🚓", "🙏", "😡", "❤️", "👮‍♀️", "✅")


def word(rank: int) -> str:
    """Return the word of a rank, from 0, the commonest: short for the commonest, longer for the rare, all distinct."""
    base = len(_SYLLABLES)
    if rank < base:
        return _SYLLABLES[rank]
    rest = rank - base
    if rest < 6 * base:
        return _SYLLABLES[rest % base] + _SYLLABLES[(rest // base * 97 + rest) % base]
    first, rest = divmod(rest - 6 * base, base)
    return (
        _SYLLABLES[rest]
        + _SYLLABLES[(first * 31 + rest * 7) % base]
        + _SYLLABLES[first % base]
        + "aeiou"[first // base]
    )


class Writer:
    """Writes texts; two of the same seed write the same."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._words = [word(rank) for rank in range(VOCABULARY)]
        self._weights = list(itertools.accumulate(1 / (rank + 2.7) ** 1.12 for rank in range(VOCABULARY)))

    def texts(self, count: int) -> Iterator[str]:
        """Yield `count` texts."""
        for _ in range(count):
            yield self.text()

    def text(self) -> str:
        """Return one text."""
        chance = self._random.random
        length = math.exp(self._random.gauss(math.log(MEDIAN), SIGMA))
        length = min(max(length, SHORTEST), LONGEST)
        many = max(1, round(length / _CHARACTERS_A_WORD))
        words = self._random.choices(self._words, cum_weights=self._weights, k=many)
        begins = True
        for place, each in enumerate(words):
            luck = chance()
            if begins:
                words[place] = each.capitalize()
            elif luck < 0.08:
                words[place] = self._oddity(luck, each)
            begins = False
            if luck > 0.92:
                words[place] += "." if luck > 0.95 else ","
                begins = luck > 0.95
        if chance() < 0.15:
            words.append(f"https://www.{words[0].lower().strip('.,')}.example/{self._random.randrange(10**6)}")
        return " ".join(words)

    def _oddity(self, luck: float, each: str) -> str:
        """Return what stands in a text beside plain words; `luck` is below 0.08."""
        kinds = (0.03, 0.042, 0.052, 0.064, 0.068, 0.07, 0.075)
        match bisect_left(kinds, luck):
            case 0:
                return each.capitalize()
            case 1:
                return str(int(luck * 1e6) % 2500)
            case 2:
                return each.upper()
            case 3:
                return f"{each}’s"
            case 4:
                return f"#{each.capitalize()}"
            case 5:
                return f"@{each}_{int(luck * 1e5) % 90}"
            case 6:
                return each.translate(_ACCENTED)
            case _:
                return _SYMBOLS[int(luck * 1e6) % len(_SYMBOLS)] if luck < 0.0797 else "警察在这里" * 2
