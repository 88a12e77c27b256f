"""Colleagues that a note names with "@": by user name, or by the name that is shown.

:func:`find_mentions` is a pure function over a text and the handles; :func:`colleagues` makes these of the users.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.permissions import users_who_may

#: More names than this in one note are no mentions.
MAX_MENTIONS = 20

# Not within an address: "ana@example.org" mentions nobody.
_AT = re.compile(r"(?<![\w.@+-])@(?=\w)")
_GOES_ON = re.compile(r"[\w]|[.+@-]\w")
_WORD = re.compile(r"\w[\w.+@-]*")

#: Names in lower case, each with the keys of the users who bear it.
Handles = Mapping[str, frozenset[Any]]


@dataclass(frozen=True, slots=True)
class Mentions:
    """``users`` are the keys of those named, in their order; ``unknown`` and ``ambiguous`` the other names."""

    users: tuple[Any, ...] = ()
    unknown: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()


def find_mentions(text: str, handles: Handles) -> Mentions:
    """Return whom ``text`` names. Of several names that fit at one place the longest counts."""
    text = re.sub(r"\s", " ", text)
    lengths = sorted({len(handle) for handle in handles}, reverse=True)
    users: dict[Any, None] = {}
    unknown, ambiguous = [], []
    for place in list(_AT.finditer(text))[:MAX_MENTIONS]:
        start = place.end()
        name = next((text[start : start + length] for length in lengths if _fits(text, start, length, handles)), None)
        if name is None:
            unknown.append(_WORD.match(text, start)[0].rstrip(".+@-"))
        elif len(bearers := handles[name.lower()]) > 1:
            ambiguous.append(name)
        else:
            users |= dict.fromkeys(bearers)
    return Mentions(tuple(users), tuple(dict.fromkeys(unknown)), tuple(dict.fromkeys(ambiguous)))


def _fits(text: str, start: int, length: int, handles: Handles) -> bool:
    return text[start : start + length].lower() in handles and not _GOES_ON.match(text, start + length)


def handles_of(users: Iterable[Any]) -> Handles:
    """Return the names of ``users``: the login (of an address also what stands before "@") and the name shown.

    A name of several words also counts without the spaces.
    """
    found: dict[str, set[Any]] = defaultdict(set)
    for user in users:
        login, shown = user.get_username(), Actor.of_user(user).name
        for name in (login, login.partition("@")[0], shown, shown.replace(" ", "")):
            if name:
                found[name.lower()].add(user.pk)
    return {name: frozenset(keys) for name, keys in found.items()}


def colleagues(text: str) -> dict[Any, Any]:
    """Return those who may see tickets, by key; none, without a query, for a text that names nobody."""
    return {user.pk: user for user in users_who_may("view")} if _AT.search(text) else {}
