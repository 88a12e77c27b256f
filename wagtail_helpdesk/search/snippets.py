"""Shows where in a text something was found. Pure: texts in, pieces of text out; who shows them escapes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from wagtail_helpdesk.search.language import Query
from wagtail_helpdesk.search.words import is_unspaced, spans_of

#: Characters that are shown before the first find, and in all.
BEFORE, LENGTH = 60, 180
_MARKED = re.compile(r"_[a-z]")


class Piece(NamedTuple):
    """A part of a text, and whether it is what was looked for."""

    text: str
    is_found: bool


def pieces(text: str, query: Query) -> list[Piece]:
    """Return the whole of ``text``, apart where it has words of the query."""
    cut: list[Piece] = []
    end = 0
    for start, stop in _finds(text, query):
        if start > end:
            cut.append(Piece(text[end:start], False))
        cut.append(Piece(text[start:stop], True))
        end = stop
    return [*cut, Piece(text[end:], False)] if text[end:] else cut


def snippet(text: str, query: Query) -> list[Piece]:
    """Return the part of ``text`` around the first word that was looked for; [] where none of them stands in it."""
    text = " ".join(text.split())
    first = next(iter(_finds(text, query)), None)
    if first is None:
        return []
    start = max(0, first[0] - BEFORE)
    if start:
        # From the beginning of a word, where one is near.
        start = text.rfind(" ", 0, start + 1) + 1 if " " in text[max(0, start - 30) : start + 1] else start
    shown = text[start : start + LENGTH]
    cut = pieces(("…" if start else "") + shown, query)
    return [*cut, Piece("…", False)] if start + LENGTH < len(text) else cut


def beginning(text: str) -> list[Piece]:
    """Return the first words of ``text``."""
    text = " ".join(text.split())
    return [Piece(text[:LENGTH] + "…" * (len(text) > LENGTH), False)] if text else []


def _finds(text: str, query: Query) -> Iterable[tuple[int, int]]:
    """Yield where words of the query stand in ``text``, in order, not overlapping."""
    whole, beginnings = _wanted(query)
    end = 0
    for start, stop, word in spans_of(text):
        if word in whole or any(word.startswith(beginning) for beginning in beginnings):
            yield start, stop
            end = stop
        elif is_unspaced(word[:1]):
            # No spaces: what was looked for stands somewhere within.
            for part in whole | beginnings:
                place = text.find(part, max(start, end), stop)
                if place >= 0:
                    yield place, place + len(part)
                    end = place + len(part)
                    break


def _wanted(query: Query) -> tuple[set[str], set[str]]:
    whole, beginnings = set(), set()
    for term in query.terms:
        if term.negated:
            continue
        for place, word in enumerate(term.words):
            plain = _MARKED.sub("", word, count=1) if word.startswith("_") else word
            plain = plain.rstrip("_")
            last = term.is_beginning and place == len(term.words) - 1
            (beginnings if last else whole).add(plain)
    return whole - {""}, beginnings - {""}
