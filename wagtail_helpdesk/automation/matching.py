"""How well a few typed letters fit a thing: a pure function, so that everything is found the same way."""

from __future__ import annotations

from collections.abc import Sequence

MAX_WORDS = 8
#: What each field counts, the first most.
_WEIGHTS = (8, 6, 4, 1)


def score(query: str, fields: Sequence[str]) -> int:
    """Return how well ``query`` fits ``fields``, of which the first counts most; 0 where a word of it fits nowhere.

    A word fits where it begins a word, less where it stands inside one, and least where its letters stand in order in
    the first field ("rfnd" in "Refund").
    """
    total = 0
    texts = [field.casefold() for field in fields]
    for word in query.casefold().split()[:MAX_WORDS]:
        points = max(
            (_fit(word, text) * _WEIGHTS[min(place, len(_WEIGHTS) - 1)] for place, text in enumerate(texts)), default=0
        )
        if not points and _in_order(word, texts[0] if texts else ""):
            points = 1
        if not points:
            return 0
        total += points
    return total


def _fit(word: str, text: str) -> int:
    place = text.find(word)
    if place < 0:
        return 0
    while place >= 0:
        if place == 0 or not text[place - 1].isalnum():
            return 3
        place = text.find(word, place + 1)
    return 2


def _in_order(word: str, text: str) -> bool:
    letters = iter(text)
    return len(word) > 2 and all(letter in letters for letter in word)
