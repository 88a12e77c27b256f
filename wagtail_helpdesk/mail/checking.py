"""What "test connection" found, step by step, for sources and transports alike."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One thing that was tried, in words for an administrator (translated); ``detail`` says what was seen or why not.

    The first step that is not ``ok`` is the last one. ``detail`` holds no secret.
    """

    name: str
    ok: bool
    detail: str = ""
