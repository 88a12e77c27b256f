"""What people write to a help desk, made by chance that is the same in every run."""

from __future__ import annotations

import random

_THINGS = ("invoice", "lamp", "order", "password", "parcel", "refund", "account", "battery", "receipt", "mount")
_TROUBLES = ("is wrong", "never came", "is broken", "cannot be opened", "came twice", "has another name", "is late")
_SENTENCES = (
    "I ordered it three weeks ago and have heard nothing since.",
    "Could you please look into this before the end of the month?",
    "The number on the paper differs from the one on your website.",
    "I have tried it on two computers, with the same result.",
    "Your colleague told me on the phone that it would be changed.",
    "A picture is attached, in which you can see what I mean.",
    "It worked until last Tuesday; nothing was changed on our side.",
    "We need it for the bookkeeping of our association.",
    "Many thanks in advance, and have a good weekend.",
)


def subject(chance: random.Random) -> str:
    """Return a subject line."""
    return f"The {chance.choice(_THINGS)} {chance.choice(_TROUBLES)} ({chance.randrange(1000, 9999)})"


def text(chance: random.Random, *, sentences: tuple[int, int] = (2, 9)) -> str:
    """Return a message of some sentences."""
    return "Hello,\n\n" + " ".join(chance.choices(_SENTENCES, k=chance.randint(*sentences))) + "\n\nRegards"
