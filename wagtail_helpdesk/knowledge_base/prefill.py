"""What the promotion screen starts with: a question and an answer out of the chosen messages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.knowledge_base.rich_text import text_to_rich_text, to_rich_text

_REPLY_MARKS = re.compile(r"^(?:\s*(?:re|fw|fwd|aw|res|enc|rv)\s*:\s*){1,5}", re.IGNORECASE)
_QUESTION = re.compile(r"[^.!?\n]{10,200}\?")
_READ = 4000
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Prefill:
    """A question in plain text and an answer in rich text."""

    question: str
    answer: str


def default_choice(messages: Sequence[Message]) -> list[Message]:
    """Return what most likely makes the article: the first question and the newest reply. ``messages`` in order."""
    inbound = [message for message in messages if message.direction == Direction.INBOUND]
    outbound = [message for message in messages if message.direction == Direction.OUTBOUND]
    return [*inbound[:1], *outbound[-1:]]


def prefill(subject: str, messages: Sequence[Message]) -> Prefill:
    """Return the question of the customer's and the answer of our ``messages`` (new words only, in order)."""
    asked = [message.reply_text for message in messages if message.direction == Direction.INBOUND]
    answers = [message for message in messages if message.direction == Direction.OUTBOUND]
    return Prefill(question_in(subject, asked), "".join(answer_in(message) for message in answers))


def question_in(subject: str, texts: Sequence[str]) -> str:
    """Return the first sentence with a question mark, else the subject, else the first line of ``texts``."""
    for text in texts:
        if match := _QUESTION.search(text[:_READ]):
            return " ".join(match[0].split())
    if title := " ".join(_REPLY_MARKS.sub("", subject).split()):
        return title[:_LONGEST]
    lines = (line.strip() for text in texts for line in text[:_READ].splitlines())
    return next((line for line in lines if line), "")[:_LONGEST]


def answer_in(message: Message) -> str:
    """Return the new words of a message as rich text."""
    return to_rich_text(message.reply_html) or text_to_rich_text(message.reply_text)
