"""Texts as the words they are found by: without accents and case, the same for every language. Pure functions.

Every full text is given the same words, and cuts them at spaces only; so all databases find alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

#: Characters of one text that are looked at.
MAX_TEXT = 20_000
#: A longer word is found by its beginning.
MAX_WORD = 64
#: Words that full texts leave out, or are set to leave out: MariaDB's own list. They get a mark and are found too.
# fmt: off
STOP_WORDS = frozenset(
    {
        "about", "an", "are", "as", "at", "be", "by", "com", "de", "en", "for", "from",
        "how", "i", "in", "is", "it", "la", "of", "on", "or", "that", "the", "this",
        "to", "was", "what", "when", "where", "who", "will", "with", "und", "www",
    }
)
# fmt: on
#: MariaDB leaves out shorter words.
_SHORTEST = 3

# Letters with a stroke and such, which no normal form takes apart.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "\u0131": "i"}
)
# Accents of Latin, Greek and Cyrillic letters; the points of Hebrew and Arabic ones.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u064b-\u065f\u0670]+")
# Vowel signs and the like belong to their word.
_MARKS = "".join(chr(code) for code in range(0x300, 0xFFFF) if unicodedata.category(chr(code))[0] == "M")
_WORD = re.compile(rf"(?:[^\W_]|[{_MARKS}])+")
# Scripts that put no spaces between words: found by every two neighbouring letters.
_UNSPACED = re.compile("([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+)")
_LONG_NUMBER = re.compile(r"\d[\d ().\-/]{4,28}\d")


def fold(text: str) -> str:
    """Return ``text`` in lower case and without accents."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", plain).translate(_PLAIN)


def split(text: str) -> list[str]:
    """Return the words of ``text`` in their order."""
    return [word for run in _runs(text[:MAX_TEXT]) for word in _parts(run, last=True)]


def words_of(text: str) -> list[str]:
    """Return the words of ``text`` in their order, as they are stored."""
    return [stored(word) for word in split(text)]


def spans_of(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where each word of ``text`` begins and ends, and the word without accents and case."""
    for match in _WORD.finditer(text[:MAX_TEXT]):
        yield match.start(), match.end(), fold(match[0])


def is_unspaced(text: str) -> bool:
    """Tell whether ``text`` is of a script that puts no spaces between words."""
    return _UNSPACED.fullmatch(text) is not None


def long_numbers(text: str) -> list[str]:
    """Return the numbers that are written in groups (telephone, account), each as one word."""
    found = (re.sub(r"\D", "", match) for match in _LONG_NUMBER.findall(fold(text[:MAX_TEXT])))
    return list(dict.fromkeys(number for number in found if len(number) <= 20))


def groups_of(text: str) -> list[list[str]]:
    """Return the words that somebody looks for, in groups that have to stand side by side; not yet as stored."""
    groups: list[list[str]] = [[]]
    for run in _runs(text[:MAX_TEXT]):
        groups[-1] += _parts(run, last=False)
        if _UNSPACED.fullmatch(run):
            # In a stored text the last letter of such a run follows, alone.
            groups.append([])
    return [group for group in groups if group]


def stored(word: str) -> str:
    """Return a word as it is stored: neither too short for a full text nor one that is left out."""
    word = word[:MAX_WORD]
    return word + "_" if word in STOP_WORDS and len(word) >= _SHORTEST else word.ljust(_SHORTEST, "_")


def marked(mark: str, words: Iterable[str]) -> list[str]:
    """Return words that are found only by who asks for this field. No text holds such words by itself."""
    return [f"_{mark}{word}" for word in words]


def _runs(text: str) -> Iterator[str]:
    """Yield the words, apart where a script without spaces begins or ends."""
    for word in _WORD.findall(fold(text)):
        yield from filter(None, _UNSPACED.split(word))


def _parts(run: str, *, last: bool) -> list[str]:
    if not _UNSPACED.fullmatch(run):
        return [run[:MAX_WORD]]
    pairs = [run[place : place + 2] for place in range(len(run) - 1)]
    return [*pairs, run[-1]] if last or not pairs else pairs
