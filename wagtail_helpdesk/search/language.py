"""The language of the search box: words, "phrases", -without, name:value, #number. Pure; takes every text there is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wagtail_helpdesk.search.words import groups_of, marked, stored

#: Operators that are a matter of words: whose words they are, as a mark on the stored words.
WORD_OPERATORS = {"from": "f", "to": "r", "subject": "s"}
OPERATORS = (
    *WORD_OPERATORS,
    *("status", "tag", "assignee", "team", "mailbox", "priority", "type", "channel"),
    *("is", "has", "before", "after"),
)
STATES = ("open", "closed", "unread", "starred", "snoozed", "mine", "unassigned", "waiting", "spam", "trash")
THINGS = ("attachment", "note", "draft")
#: More is not looked at.
MAX_LENGTH = 500
MAX_PARTS = 24
# The largest key that every database takes.
_MAX_DIGITS = 18
_PART = re.compile(r'(?P<minus>-)?(?:(?P<name>[^\W\d_]+):)?(?:"(?P<phrase>[^"]*)(?P<end>"|$)|(?P<word>[^\s"]+))?')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side in what is found, as they are stored. The last one may be a beginning only."""

    words: tuple[str, ...]
    is_beginning: bool = False
    negated: bool = False

    @property
    def pattern(self) -> str:
        """What stands in the column of a row that has these words."""
        return f" {' '.join(self.words)}{'' if self.is_beginning else ' '}"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was typed, and where: an operator with its value, or words where ``name`` is ""."""

    name: str
    value: str
    negated: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody looks for."""

    text: str
    terms: tuple[Term, ...] = ()
    parts: tuple[Part, ...] = ()
    #: The ticket's number that the whole text may mean, and whether it can mean nothing else.
    number: int | None = None
    is_number: bool = False

    @property
    def operators(self) -> tuple[Part, ...]:
        """What was said of the tickets, in their order."""
        return tuple(part for part in self.parts if part.name)

    @property
    def conditions(self) -> tuple[Part, ...]:
        """The operators that are no matter of words, and are not still being typed."""
        return tuple(part for part in self.operators if part.name not in WORD_OPERATORS and part.value)

    @property
    def plain(self) -> str:
        """The words that are looked for without an operator, as typed."""
        return " ".join(part.value for part in self.parts if not part.name and not part.negated)

    def without(self, part: Part) -> str:
        """Return the text without one of its parts."""
        return " ".join((self.text[: part.start] + " " + self.text[part.end :]).split())


def parse(text: str, *, prefix: str = "HD-") -> Query:
    """Return what ``text`` says. ``prefix`` is what stands before the number in a ticket's reference."""
    text = text[:MAX_LENGTH]
    number, certain = ticket_number(text, prefix)
    if certain:
        return Query(text, number=number, is_number=True)
    parts, quoted = [], []
    for match in _PART.finditer(text):
        part = _part_of(match)
        if part is not None and len(parts) < MAX_PARTS:
            parts.append(part)
            quoted.append(bool(match["end"]))
    terms = [
        term
        for place, part in enumerate(parts)
        # The last word is still being typed, unless it was put in quotes.
        for term in _terms(part, is_beginning=place == len(parts) - 1 and not quoted[place])
    ]
    return Query(text, tuple(terms), tuple(parts), number)


def ticket_number(text: str, prefix: str = "HD-") -> tuple[int | None, bool]:
    """Return the number that ``text`` names and whether it can mean nothing else: HD-12 and #12 cannot, 12 can."""
    pattern = rf"\s*(?P<mark>{re.escape(prefix)}|#)?\s*(?P<number>[0-9]{{1,{_MAX_DIGITS}}})\s*"
    match = re.fullmatch(pattern, text, re.IGNORECASE)
    return (int(match["number"]), bool(match["mark"])) if match else (None, False)


def _part_of(match: re.Match[str]) -> Part | None:
    name = (match["name"] or "").lower()
    value = match["phrase"] if match["phrase"] is not None else match["word"] or ""
    if name and name not in OPERATORS:
        name, value = "", f"{match['name']}:{value}"
    if not name and not value.strip():
        return None
    return Part(name, value.strip(), bool(match["minus"]), match.start(), match.end())


def _terms(part: Part, *, is_beginning: bool) -> list[Term]:
    """Return the terms of one part; none for an operator that is no matter of words."""
    mark = WORD_OPERATORS.get(part.name)
    if part.name and mark is None:
        return []
    terms = []
    groups = groups_of(part.value)
    for place, words in enumerate(groups):
        open_end = is_beginning and place == len(groups) - 1
        beginning = [words[-1] if open_end else stored(words[-1])]
        kept = marked(mark, words) if mark else [*map(stored, words[:-1]), *beginning]
        terms.append(Term(tuple(kept), open_end, part.negated))
    # "Without" holds for the whole: of several groups the first stands for it.
    return terms[:1] if part.negated else terms
