"""What a long piece of work asks again and again, asked once: how the desk is set up.

The worker reads a hundred mails in a row, and each of them needs the mailboxes, the statuses, who is in the team.
Within ``remembering()`` a function marked ``@remembered`` is called once for the same arguments. What an administrator
changes is seen by the next piece of work, or after a few seconds of a long one; everywhere else every call is a call.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

#: Seconds for which an answer is good.
GOOD_FOR = 5.0

P = ParamSpec("P")
T = TypeVar("T")


class _State(threading.local):
    answers: dict[Hashable, Any] | None = None
    until: float = 0.0


_state = _State()


@contextmanager
def remembering() -> Iterator[None]:
    """Remember, within the block and this thread, what the marked functions answer."""
    if _state.answers is not None:
        yield
        return
    _state.answers, _state.until = {}, time.monotonic() + GOOD_FOR
    try:
        yield
    finally:
        _state.answers = None


def remembered(function: Callable[P, T]) -> Callable[P, T]:
    """Mark a function of hashable arguments whose answer nobody changes."""

    @wraps(function)
    def ask(*args: P.args, **kwargs: P.kwargs) -> T:
        if _state.answers is None:
            return function(*args, **kwargs)
        if time.monotonic() > _state.until:
            forget()
        key = (function, args, tuple(kwargs.items()))
        if key not in _state.answers:
            _state.answers[key] = function(*args, **kwargs)
        return _state.answers[key]

    return ask


def forget() -> None:
    """Ask anew from now on: a row that was remembered is gone, or was never committed."""
    if _state.answers is not None:
        _state.answers, _state.until = {}, time.monotonic() + GOOD_FOR
