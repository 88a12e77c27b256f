"""What each of a group will ask for by key, asked for all of them in one query.

Within ``foreseeing()``, whoever knows what is coming puts answers into a :class:`Foresight`; who needs one looks there
before it asks the database. What changes an answer drops it. Elsewhere nothing is foreseen.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class _State(threading.local):
    answers: dict[Any, dict[Any, Any]] | None = None


_state = _State()


@contextmanager
def foreseeing() -> Iterator[None]:
    """Keep what is foreseen until the end of the block, in this thread. It should be one transaction."""
    _state.answers = {}
    try:
        yield
    finally:
        _state.answers = None


class Foresight(Generic[K, V]):
    """Answers of one kind, by key."""

    def put(self, answers: Mapping[K, V]) -> None:
        """Keep ``answers``; outside ``foreseeing()`` nothing is kept."""
        if _state.answers is not None:
            _state.answers.setdefault(self, {}).update(answers)

    def get(self, keys: Iterable[K]) -> list[V] | None:
        """Return the answers to ``keys`` in their order, None unless all of them are foreseen."""
        known = (_state.answers or {}).get(self, {})
        wanted = list(keys)
        return [known[key] for key in wanted] if all(key in known for key in wanted) else None

    def drop(self, key: K) -> None:
        """Forget the answer to ``key``: it is another one from now on."""
        (_state.answers or {}).get(self, {}).pop(key, None)
